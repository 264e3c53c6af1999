"""The command plugin's stand-in: `command.local.Command`."""
# ruff: noqa: D102 -- what an adapter's methods do is said in Resource

import contextlib
import os
import secrets
import signal
import subprocess
import threading
import time
from typing import IO, ClassVar

from offline.standins.properties import Change, Property
from offline.standins.resource import Call, Difference, Failed, Log, Plugin, Resource
from offline.standins.values import Values

_POLL = 0.02  # seconds; a run has hundreds of short commands
_LOGGING = ("stdout", "stderr", "stdoutAndStderr", "none")


class LocalCommand(Resource):
    """Runs a command on this machine when the resource is made, changed or removed."""

    table: ClassVar = {
        "create": Property(),
        "update": Property(),
        "delete": Property(),
        "triggers": Property(kind="list", replaces=True),
        "environment": Property(kind="map"),
        "stdin": Property(),
        "dir": Property(),
        "interpreter": Property(kind="list"),
        "addPreviousOutputInEnv": Property(kind="boolean"),
        "logging": Property(one_of=_LOGGING),
    }
    outputs: ClassVar = ("stdout", "stderr")
    renewed: ClassVar = outputs
    unsupported: ClassVar = frozenset({"assetPaths", "archivePaths"})
    named: ClassVar = False

    def diff(self, state: Values, old_inputs: Values, inputs: Values, ignored: frozenset[str]) -> Difference:
        """Exactly what was given counts here: an empty `update` is not the same as none."""
        del state
        found = {
            name: Change(name in old_inputs, name in inputs, prop.replaces)
            for name, prop in self.table.items()
            if name not in ignored and old_inputs.get(name) != inputs.get(name)
        }
        return Difference(found)

    def secrets(self, input_secrets: set[str]) -> set[str]:
        """A command that was given a secret may print it."""
        return input_secrets | set(self.outputs) if input_secrets else set()

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        made = call.name + secrets.token_hex(4)
        return made, inputs | self._run(inputs.get("create"), inputs, {}, call)

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        del resource_id, call
        return state

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        del resource_id
        return inputs | self._run(inputs.get("update", inputs.get("create")), inputs, state, call)

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        del resource_id
        self._run(state.get("delete"), state, state, call)

    def _run(self, command: str | None, inputs: Values, before: Values, call: Call) -> Values:
        printed = {name: before.get(name, "") for name in self.outputs}
        if command is None:
            return printed
        arguments = [*(inputs.get("interpreter") or ["/bin/sh", "-c"]), command]
        try:
            process = subprocess.Popen(
                arguments,
                cwd=inputs.get("dir"),
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
    streams = {"stdout": process.stdout, "stderr": process.stderr}
    logs = {name: call.log if logging in (name, "stdoutAndStderr") else None for name in streams}
    printed: dict[str, list[bytes]] = {name: [] for name in streams}
    both: list[bytes] = []
    threads = [
        threading.Thread(target=_follow, args=(stream, [printed[name], both], logs[name]), daemon=True)
        for name, stream in streams.items()
    ]
    if process.stdin:
        threads.append(threading.Thread(target=_feed, args=(process.stdin, inputs["stdin"]), daemon=True))
    for thread in threads:
        thread.start()
    while process.poll() is None:
        if call.cancelled.is_set():
            process.kill()
        time.sleep(_POLL)
    for thread in threads:  # what a killed command left running may hold its output open
        thread.join(timeout=1 if call.cancelled.is_set() else None)
    if process.returncode != 0:
        code = process.returncode
        how = f"exit status {code}" if code > 0 else f"signal: {signal.strsignal(-code)}".lower()
        raise Failed(f'{how}: running "{command}":\n{_text(both)}')
    return {name: _text(lines).removesuffix("\n") for name, lines in printed.items()}


def _follow(stream: IO[bytes], kept: list[list[bytes]], log: Log | None) -> None:
    for line in stream:
        for lines in kept:
            lines.append(line)
        if log:
            log(line.decode(errors="replace").rstrip("\n"))


def _feed(stream: IO[bytes], text: str) -> None:
    with contextlib.suppress(BrokenPipeError), stream:  # it may not want to read all of it
        stream.write(text.encode())


def _text(lines: list[bytes]) -> str:
    return b"".join(lines).decode(errors="replace")


def plugin() -> Plugin:
    """The plugin; its provider has no settings."""
    return Plugin(
        name="command",
        settings={},
        configure=lambda _: None,
        resources={"command:local:Command": LocalCommand()},
    )
