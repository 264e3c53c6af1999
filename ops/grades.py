"""Writes who has done what: a row for each student and task, for a gradebook or a spreadsheet.

In: the web app of the stack, which runs. Out: ``grades-<stack>.csv``, readable by its owner only.
"""

from datetime import UTC, datetime
from pathlib import Path

from ops.console import run, say
from ops.engine import Engine
from ops.private_file import write
from ops.pulumi_cli import Stack


def container(stack: str) -> str:
    """The web app's."""
    return f"mentor-{stack}-spyglass"


def fetch(engine: Engine, stack: str) -> str:
    """Ask the web app.

    Raises:
        StopError: it does not answer.
    """
    return engine.read("exec", container(stack), "grades")


def keep(engine: Engine, stack: str, folder: Path) -> Path | None:
    """Save them beside the archives.

    None where there is nothing to ask: the web app is gone, as after a run that was cut short, or it is one of before
    there was any progress.

    Raises:
        StopError, OSError: they are there, and cannot be saved.
    """
    if engine.run("start", container(stack)).returncode != 0:
        return None
    if engine.run("exec", container(stack), "test", "-e", "/usr/local/bin/grades").returncode == 1:
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"grades-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.csv"
    write(file, fetch(engine, stack))
    return file


def main() -> int:
    """Run as ``python -m ops.grades``."""
    stack = Stack.from_environment()
    file = stack.root / f"grades-{stack.name}.csv"
    write(file, fetch(Engine(stack.engine), stack.name))
    say(f"grades: a row for each student and task in {file}")
    return 0


if __name__ == "__main__":
    run(main)
