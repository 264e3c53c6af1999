"""Puts the workshop away: every person's work is archived, then everything is removed, and what is left is listed.

In: the state, ``MENTOR_ARCHIVE``. Out: no container, network or volume of the stack; the stack's settings stay.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ops import grades, history, host_lock, recover, stack_file
from ops.console import StopError, confirm, run, say
from ops.engine import Engine
from ops.pulumi_cli import Stack
from ops.shorten import with_what_is_needed, without_what_goes_along


def main() -> int:
    """Run as ``python -m ops.down``."""
    stack = Stack.from_environment()
    with host_lock.held(Engine(stack.engine), stack.name):
        return put_away(stack)


def put_away(stack: Stack) -> int:
    """The whole run, while nobody else works on the stack."""
    if not stack.exists():
        say(f"down: there is no stack {stack.name}; nothing to do")
        return leftovers(stack)
    recover.ready(stack)
    resources = stack.export().get("resources") or []
    if not resources:
        say(f"down: the stack {stack.name} is empty")
        return leftovers(stack)
    made = any(resource.get("type", "").startswith("docker:") for resource in resources)
    if made and not Engine(stack.engine).answers():
        raise StopError(f"down: no Docker answers at {stack.engine}, so nothing was touched: `make down` when it does")
    kept = [resource["urn"].rsplit("::", 1)[-1] for resource in resources if resource.get("protect")]
    if kept:
        raise StopError(f"down: protected, so nothing was touched: {', '.join(kept)}; see `pulumi state unprotect`")
    people = sorted(archived_people(resources))
    folder, archived = archive_folder(stack, resources), os.environ.get("MENTOR_ARCHIVE") != "off"
    confirm(question(people, folder, archived=archived))
    if archived:
        save("who has done what", "the web app", partial(grades.keep, Engine(stack.engine), stack.name, folder))
        save("the history", "Prometheus", partial(history.keep, Engine(stack.engine), stack.name, folder))
    before = stack.edit(without_what_goes_along)
    # With --continue-on-error one failed archive keeps that person's things, and everybody else's still go.
    status = stack.show(
        "destroy", "--yes", "--skip-preview", "--continue-on-error", "--suppress-outputs",
    )  # fmt: skip
    if status != 0:
        raise StopError(
            "down: not finished. What could not be archived is still there; mend what the messages above name and run "
            f"`make down` again, or give the work up with `make down ARCHIVE=no`.{put_back(stack, before)}",
            status,
        )
    return leftovers(stack)


def put_back(stack: Stack, before: Mapping[str, Any]) -> str:
    """What was left out of the state and is still needed stands in it again; why not, where that cannot be."""
    try:
        recover.ready(stack)  # an edit forgets what the run had begun
        stack.edit(partial(with_what_is_needed, before=before))
    except StopError as error:
        return f" Databases are not in Pulumi's state now, `make up` would take them over: {error}"
    return ""


def save(what: str, service: str, keep: Callable[[], Path | None]) -> None:
    """Something of the whole class is in a volume that goes; nothing goes before it is saved."""
    try:
        file = keep()
    except (StopError, OSError) as error:
        raise StopError(
            f"down: {what} cannot be saved, so nothing was touched: {error}. Bring {service} back with `make up`, or "
            "give it up with everybody's work: `make down ARCHIVE=no`."
        ) from None
    if file is not None:
        say(f"down: {what} is in {file}")


def question(people: list[str], folder: Path, *, archived: bool) -> str:
    """What the operator agrees to."""
    who = f"{len(people)} people ({', '.join(people)})" if people else "nobody"
    if archived:
        work = f"the work of {who}, who has done what, and the history"
        return f"down: {work} is archived in {folder}, then the whole workshop is removed. Go on?"
    return f"down: ARCHIVE=no: homes, databases and volumes of {who} are removed for good, without an archive. Go on?"


def archived_people(resources: Iterable[Mapping[str, Any]]) -> set[str]:
    """Who has an archive in the state, which is made when he has all else: before, nobody can have worked."""
    names = (resource["urn"].rsplit("::", 1)[-1] for resource in resources)
    return {name.removesuffix("-archive") for name in names if name.endswith("-archive")}


def archive_folder(stack: Stack, resources: Iterable[Mapping[str, Any]]) -> Path:
    """Where archives go: as the state has it, because destroying runs what is stored there; else by the settings."""
    for resource in resources:
        environment = (resource.get("inputs") or {}).get("environment")
        if resource["urn"].endswith("-archive") and isinstance(environment, dict):
            folder = environment.get("FOLDER")
            if isinstance(folder, str):
                return Path(folder).expanduser() / stack.name
    archive = stack_file.setting(stack.file, "archive", stack.project)
    folder = archive.get("folder") if isinstance(archive, dict) else None
    return Path(folder or "~/mentor-archive").expanduser() / stack.name


def leftovers(stack: Stack) -> int:
    """List what still carries the stack's label; the exit status."""
    engine = Engine(stack.engine)
    if stack.installs and not engine.answers():
        say(f"down: no Docker answers at {stack.engine}, where it was to be installed: nothing is known to be there")
        return 0
    left = [thing for thing in engine.labelled(stack.name) if thing.kind != "image"]
    for thing in left:
        say(f"down: left behind: {thing.kind} {thing.name}")
    if not left:
        stays = "; Docker stays there" if stack.installs else ""
        say(f"down: nothing of the stack {stack.name} is left on {stack.engine}{stays}")
    return 1 if left else 0


if __name__ == "__main__":
    run(main)
