"""Commands run for real: they are what this stand-in is about."""

import threading
from pathlib import Path

import pytest

from offline.standins.command_plugin import LocalCommand, environment
from offline.standins.resource import Call, Failed
from offline.standins.values import Values

COMMAND = LocalCommand()


def test_output_is_kept_without_its_last_line_feed_and_shown(call: Call, lines: list[str]) -> None:
    made, state = COMMAND.create({"create": "echo one; echo; echo two >&2"}, call)
    assert made.startswith("thing")
    assert len(made) == len("thing") + 8
    assert (state["stdout"], state["stderr"]) == ("one\n", "two")
    assert sorted(lines) == ["", "one", "two"]


@pytest.mark.parametrize(
    ("logging", "shown"), [("none", []), ("stdout", ["out"]), ("stderr", ["err"]), ("stdoutAndStderr", ["err", "out"])]
)
def test_logging_limits_what_is_shown_not_what_is_kept(
    call: Call, lines: list[str], logging: str, shown: list[str]
) -> None:
    _, state = COMMAND.create({"create": "echo out; echo err >&2", "logging": logging}, call)
    assert sorted(lines) == shown
    assert (state["stdout"], state["stderr"]) == ("out", "err")


def test_how_it_runs(call: Call) -> None:
    inputs: Values = {
        "create": "cat; echo $NUMBER-${BASH_VERSION:+bash}",
        "stdin": "from stdin\n",
        "environment": {"NUMBER": 5},
        "interpreter": ["/bin/bash", "-c"],
    }
    assert COMMAND.create(inputs, call)[1]["stdout"] == "from stdin\n5-bash"


def test_a_large_stdin_that_nobody_reads_does_not_block(call: Call) -> None:
    assert COMMAND.create({"create": "true", "stdin": "x" * 1_000_000}, call)[1]["stdout"] == ""


def test_a_failure_shows_the_command_and_all_it_printed(call: Call) -> None:
    with pytest.raises(Failed) as caught:
        COMMAND.create({"create": "echo out; echo err >&2; exit 3", "stdin": "hush"}, call)
    message = str(caught.value)
    assert message.startswith('exit status 3: running "echo out; echo err >&2; exit 3":\n')
    assert {"out", "err"} <= set(message.splitlines())
    assert "hush" not in message


def test_a_missing_interpreter_is_named(call: Call) -> None:
    with pytest.raises(Failed, match="no-such-shell"):
        COMMAND.create({"create": "true", "interpreter": ["/no-such-shell"]}, call)


@pytest.mark.parametrize(
    ("commands", "printed"),
    [
        ({"create": "echo again"}, "again"),
        ({"create": "echo again", "update": "echo updated"}, "updated"),
        ({"create": "echo again", "update": ""}, ""),
        ({"delete": "true"}, "before"),
    ],
)
def test_update_runs_update_or_else_create(call: Call, commands: Values, printed: str) -> None:
    state: Values = {"stdout": "before", "stderr": ""}
    assert COMMAND.update("id", state, commands, call)["stdout"] == printed


def test_delete_sees_what_create_printed(call: Call, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    inputs: Values = {"create": "echo 42", "delete": f"echo $PULUMI_COMMAND_STDOUT >{seen}"}
    made, state = COMMAND.create(inputs, call)
    COMMAND.delete(made, state, call)
    assert seen.read_text() == "42\n"


def test_previous_output_can_be_kept_out_of_the_environment() -> None:
    printed = {"stdout": "secret", "stderr": ""}
    assert environment({}, printed)["PULUMI_COMMAND_STDOUT"] == "secret"
    assert "PULUMI_COMMAND_STDERR" not in environment({}, printed)
    assert "PULUMI_COMMAND_STDOUT" not in environment({"addPreviousOutputInEnv": False}, printed)


def test_triggers_replace_and_everything_else_updates() -> None:
    old: Values = {"create": "a", "triggers": ["1"]}
    new: Values = {"create": "b", "triggers": ["2"], "update": ""}
    assert COMMAND.diff({}, old, new, ()) == {"create": "UPDATE", "update": "ADD", "triggers": "UPDATE_REPLACE"}
    assert COMMAND.diff({}, old, new, ["triggers", "create"]) == {"update": "ADD"}


def test_a_command_that_was_given_a_secret_may_print_it() -> None:
    assert COMMAND.secrets({"stdin"}) == {"stdin", "stdout", "stderr"}
    assert COMMAND.secrets(set()) == set()


def test_a_cancelled_run_ends_its_commands_at_once(call: Call) -> None:
    threading.Timer(0.2, call.cancelled.set).start()
    with pytest.raises(Failed, match="signal: killed"):
        COMMAND.create({"create": "sleep 5; true"}, call)
