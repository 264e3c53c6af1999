"""The command plugin's stand-in: `command.local.Command`. In: a command and what it is given. Out: what it printed."""

import contextlib
import os
import secrets
import signal
import subprocess
import threading
import time
from typing import IO, ClassVar

from pulumi_command import ProviderArgs
from pulumi_command.local import CommandArgs

from offline.standins.properties import each
from offline.standins.resource import Call, Failed, Plugin, Resource
from offline.standins.values import Values

_POLL = 0.02  # seconds; a run has hundreds of short commands


class LocalCommand(Resource):
    """Runs a command on this machine when the resource is made, changed or removed.

    Exactly what was given is compared: an empty `update` is not the same as none.
    """

    typed: ClassVar = CommandArgs
    table: ClassVar = {
        **each(
            "create", "update", "delete", "environment", "stdin", "interpreter", "addPreviousOutputInEnv", "logging"
        ),
        **each("triggers", replaces=True),
    }
    outputs: ClassVar = ("stdout", "stderr")
    renewed: ClassVar = outputs
    exact: ClassVar = True

    def secrets(self, input_secrets: set[str]) -> set[str]:
        """A command that was given a secret may print it."""
        return input_secrets | set(self.outputs) if input_secrets else set()

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        made = call.name + secrets.token_hex(4)
        return made, inputs | self._run(inputs.get("create"), inputs, {}, call)

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        return inputs | self._run(inputs.get("update", inputs.get("create")), inputs, state, call)

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        self._run(state.get("delete"), state, state, call)

    def _run(self, command: str | None, inputs: Values, before: Values, call: Call) -> Values:
        printed = {name: before.get(name, "") for name in self.outputs}
        if command is None:
            return printed
        arguments = [*(inputs.get("interpreter") or ["/bin/sh", "-c"]), command]
        try:
            process = subprocess.Popen(
                arguments,
                env=environment(inputs, printed),
                stdin=subprocess.PIPE if inputs.get("stdin") else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise Failed(f'{error}: running "{command}":\n') from error
        return _output(process, command, inputs, call)


def environment(inputs: Values, printed: Values) -> dict[str, str]:
    """What the command finds in its environment: this machine's, what was given, and what it printed the last time."""
    found = dict(os.environ) | {name: str(value) for name, value in inputs.get("environment", {}).items()}
    if inputs.get("addPreviousOutputInEnv", True):
        found |= {f"PULUMI_COMMAND_{name.upper()}": text for name, text in printed.items() if text}
    return found


def _output(process: subprocess.Popen[bytes], command: str, inputs: Values, call: Call) -> Values:
    """Feed and follow a process to its end; what it printed, less one last line feed."""
    logging = inputs.get("logging", "stdoutAndStderr")
    lines: list[tuple[str, str]] = []

    def follow(name: str, stream: IO[bytes]) -> None:
        for line in stream:
            text = line.decode(errors="replace")
            lines.append((name, text))
            if logging in (name, "stdoutAndStderr"):
                call.log(text.rstrip("\n"))

    streams = {"stdout": process.stdout, "stderr": process.stderr}
    threads = [threading.Thread(target=follow, args=stream, daemon=True) for stream in streams.items()]
    if process.stdin:
        threads.append(threading.Thread(target=_feed, args=[process.stdin, inputs["stdin"]], daemon=True))
    for thread in threads:
        thread.start()
    while process.poll() is None:
        if call.cancelled.is_set():
            process.kill()
        time.sleep(_POLL)
    for thread in threads:  # what a killed command left running may hold its output open
        thread.join(timeout=1 if call.cancelled.is_set() else None)
    if code := process.returncode:
        how = f"exit status {code}" if code > 0 else f"signal: {signal.strsignal(-code)}".lower()
        raise Failed(f'{how}: running "{command}":\n' + "".join(text for _, text in lines))
    return {name: "".join(text for its, text in lines if its == name).removesuffix("\n") for name in streams}


def _feed(stream: IO[bytes], text: str) -> None:
    with contextlib.suppress(BrokenPipeError), stream:  # it may not want to read all of it
        stream.write(text.encode())


def plugin() -> Plugin:
    """The plugin; its provider has no settings."""
    return Plugin(name="command", typed=ProviderArgs, resources={"command:local:Command": LocalCommand()})
