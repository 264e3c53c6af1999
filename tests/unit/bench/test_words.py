"""What is asked for on the command line, and what the tools are told."""

from pathlib import Path

import pytest

from bench.compare import __main__ as program
from bench.compare.compose_file import compose_file
from bench.compare.measure import class_of, plan
from bench.compare.record import STEPS
from bench.compare.tools import Place
from bench.compare.words import TOOLS
from mentor.components.seats import CAPABILITIES
from mentor.workshop import read

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tools", "loop,terraform"], "'terraform' is no tool here; known are loop, mentor"),
        (["--students", "8,many"], "'many' is not a number from 1 to 200"),
        (["--students", "0"], "'0' is not a number"),
        (["--students", "201"], "'201' is not a number"),
        (["--students", ""], "'' is not a number"),
        (["--runs", "-1"], "argument --runs"),
        (["--runs", "²"], "'²' is not a number from 1 to 100"),
        (["--fast"], "unrecognized arguments: --fast"),
    ],
)
def test_wrong_words_get_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(arguments)
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert said in line
    assert line.startswith("make compare: ")
    assert line.count("\n") == 1


def test_unless_said_otherwise_all_of_it_is_measured() -> None:
    asked = program.words([])
    assert asked.tools == list(TOOLS)
    assert asked.students == [8, 32, 64, 100]
    assert (asked.runs, asked.report, asked.docs) == (1, False, False)


def test_runs_are_kept_beside_mentors_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MENTOR_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/s")
    assert program.folder() == Path("/s/mentor/bench")
    monkeypatch.setenv("MENTOR_STATE", "/m")
    assert program.folder() == Path("/m/bench")


def test_a_report_needs_no_docker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{")
    assert program.main(["--report", "--folder", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Nothing has been measured yet.")
    assert "Not read: x.json" in said


def test_every_tool_can_be_made_and_is_described() -> None:
    assert set(program.made({"seat": "mentor/seat:x"})) == set(TOOLS)


def test_the_class_is_the_one_that_mentor_makes() -> None:
    for students in (1, 9, 100):
        people = read({"students": students}, ROOT, "x").roster.people
        assert sorted(class_of(students)) == sorted(person.id for person in people)


def test_the_steps_add_one_take_one_and_end_empty() -> None:
    steps = plan(8)
    assert tuple(name for name, _, _ in steps) == STEPS
    assert [len(people) for _, _, people in steps] == [9, 9, 10, 9, 9]
    assert [action for _, action, _ in steps] == ["up"] * 4 + ["destroy"]


def test_compose_is_told_mentors_rights_and_a_network_for_each(tmp_path: Path) -> None:
    images = {service: f"mentor/{service}:x" for service in ("directory", "postgres", "seat")}
    file = compose_file(class_of(8), Place(folder=tmp_path, port=5, images=images), ROOT)
    services, networks = file["services"], file["networks"]
    assert isinstance(services, dict)
    assert isinstance(networks, dict)
    assert services["seat-s08"]["cap_add"] == list(CAPABILITIES)
    assert services["seat-s08"]["networks"] == {"seat-s08": {"aliases": ["seat"]}}
    assert len(networks) == 10
    subnets = [one["ipam"]["config"][0]["subnet"] for name, one in networks.items() if name != "backplane"]
    assert len(set(subnets)) == 9
    assert set(services["postgres"]["networks"]) == set(networks)


def test_the_playbook_and_the_loop_give_a_seat_what_mentor_gives_it() -> None:
    folder = ROOT / "bench" / "compare"
    for name in ("loop.sh", "playbook.yaml"):
        text = (folder / name).read_text()
        for capability in CAPABILITIES:
            assert f"--cap-add {capability}" in " ".join(text.split()), name
