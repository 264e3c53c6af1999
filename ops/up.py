"""Brings the workshop up: recover if a run died, preview, ask before anybody loses something, then ``pulumi up``.

In: the stack's settings. Out: a running workshop and the text that says how to open it. On a server that is to have
Docker installed there are two rounds: what the workshop will be, only a host with Docker can be asked for.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ops import host_lock, in_grafana, outlived, reach, recover, repair, upgrade
from ops.console import StopError, confirm, run, say
from ops.database_server import DatabaseServer
from ops.down import archive_folder, archived_people
from ops.engine import Engine
from ops.preview import Summary, summarise
from ops.pulumi_cli import Stack

LEAST, PER_CORE = 32, 4
"""Things at once; the second is Pulumi's own."""
ENGINE, PROVIDER = "mentor:index:DockerEngine", "pulumi:providers:docker"


def main() -> int:
    """Run as ``python -m ops.up``."""
    stack = Stack.from_environment()
    if not stack.exists():
        stack.create()
        say(f"up: made the stack {stack.name}")
    engine = Engine(stack.engine)
    for _ in range(2):
        with host_lock.held(engine, stack.name):
            status = bring_up(stack, engine)
        if status is not None:
            return status
    raise StopError(f"up: Docker was brought to {stack.engine}, and is not found there")


def bring_up(stack: Stack, engine: Engine) -> int | None:
    """One round, while nobody else works on the stack; the exit status, or None where only Docker was brought."""
    os.environ.pop(outlived.VARIABLE, None)  # of an earlier round, or of somebody's shell
    recover.ready(stack)
    admit_lost_volumes(stack, engine)
    if upgrade.has_old_joins(stack.export()):
        say("up: an earlier version joined each seat three times: the state has it as one join from here on")
        stack.edit(upgrade.joins_in_one)
    say("up: looking at what would change")
    broken = repair.look(stack.export(), engine, stack.name)
    flags = [f"--replace={urn}" for urn in broken]
    preview = stack.preview(*flags, *(["--show-sames"] if stack.installs else []))
    summary = summarise(preview, cattle=broken)
    if summary.errors:
        raise StopError("\n".join(summary.errors))
    only_docker = brings_only_docker(preview)
    if only_docker:
        refuse_to_forget(stack)
        say(f"up: first Docker, at {stack.engine}, from the packages of its own system")
    for urn, what in broken.items():
        say(f"up: the container of {urn.rsplit('::', 1)[-1]} {what}: it is made anew, its volumes are kept")
    say(f"up: {summary.headline()}")
    ask(summary, stack)
    take_over(preview, stack, DatabaseServer(engine, stack.prefix))
    clear_boards(preview, stack)
    status = stack.show("up", "--yes", "--skip-preview", "--suppress-outputs", *flags, *at_once(stack, summary))
    if status != 0:
        for name, trouble in ({} if only_docker else repair.trouble(engine, stack.name)).items():
            say(f"up: {name}: {trouble}")
        say_what_is_next(preview, stack, DatabaseServer(engine, stack.prefix))
        raise StopError(
            "up: not finished; mend what the messages above name, then `make up` goes on from there", status
        )
    if only_docker:
        return None
    reach.tell(stack)
    steps = stack.output("nextSteps")
    if steps:
        say(f"\n{steps.rstrip()}")
    return 0


def take_over(preview: Mapping[str, Any], stack: Stack, server: DatabaseServer) -> None:
    """Find roles and databases that are there, though the state has no place for them; ask, and tell the program."""
    there = outlived.find(preview, stack.export, server)
    if not there:
        return
    say(
        f"up: the database server still has what belongs to {outlived.told(there)}, which is not in Pulumi's state, as "
        "after a `make down` that did not come to its end. It is taken over, with all that is in it. What is gone of "
        "homes is made anew, empty, and may be in an archive; passwords may be new, so print the cards again"
    )
    confirm("up: is this still the same class? If it is not: `make down` first. Go on?")
    os.environ[outlived.VARIABLE] = " ".join(sorted(there))


def clear_boards(preview: Mapping[str, Any], stack: Stack) -> None:
    """Remove boards that are there as they are to be made: a destroy that was cut off left them to nobody."""
    if in_grafana.pending(in_grafana.unrecorded(preview, stack.export())):
        for line in in_grafana.clear(in_grafana.unrecorded(preview, stack.opened())):
            say(f"up: {line}")


def say_what_is_next(preview: Mapping[str, Any], stack: Stack, server: DatabaseServer) -> None:
    """Tell what was there already: in a volume whose server this run brought back, nobody could see it before."""
    with suppress(StopError):  # this run has failed, and says so
        late = outlived.find(preview, stack.export, server) - set(os.environ.get(outlived.VARIABLE, "").split())
        if late:
            whose = outlived.told(late)
            say(f"up: what is there already of {whose} may hold work: drop nothing, the next `make up` takes it over")


def at_once(stack: Stack, summary: Summary) -> list[str]:
    """How much Pulumi does at once: what is made waits for Docker more than for a processor of this machine.

    A far host has its sshd in between, and archives that are written side by side take each other's time: then it is
    as much as Pulumi does by itself.
    """
    if stack.engine.startswith("ssh://") or summary.losses or os.environ.get("PULUMI_PARALLEL"):
        return []
    return [f"--parallel={max(LEAST, PER_CORE * (os.cpu_count() or 1))}"]


def brings_only_docker(preview: Mapping[str, Any]) -> bool:
    """Whether the program declares the installation of Docker alone, as on a server that has none.

    ``preview`` holds what stays the same, too, where Docker is to be installed.
    """
    kept = {step["urn"].rsplit("::", 2)[-2] for step in preview.get("steps") or [] if step.get("op") != "delete"}
    return ENGINE in kept and PROVIDER not in kept


def refuse_to_forget(stack: Stack) -> None:
    """Stop where the state knows of a workshop, which the program has just left out of what it declares."""
    if any(one.get("type", "").startswith("docker:") for one in stack.export().get("resources") or []):
        raise StopError(
            f"up: there is no Docker at {stack.engine}, and the state knows of a workshop: nothing was touched. "
            "Does `hosts` name another server than before? Then `make down` first, with the old one. Was the server "
            f"installed anew? What was on it is gone: `pulumi stack rm --force --preserve-config {stack.name}` "
            "forgets it, `make up` then makes all of it anew, and archives stay where they are"
        )


def admit_lost_volumes(stack: Stack, engine: Engine) -> None:
    """Write down that volumes are gone that the state still has: they and what was in them are made anew, empty."""
    deployment = stack.export()
    try:
        lost = repair.lost(deployment, engine.volumes()) if deployment.get("resources") else {}
    except StopError:
        return  # a host that does not answer: the program says so better
    for volume in lost.values():
        say(f"up: the volume {volume['id']} is gone, and what was in it: {repair.meaning(volume)}")
    if lost:
        stack.edit(lambda found: repair.without_lost(found, lost))


def ask(summary: Summary, stack: Stack) -> None:
    """Ask before a person's things are deleted or replaced, or everybody is interrupted."""
    if not summary.warnings():
        return
    say("up: this takes something from people, or interrupts them:")
    for line in summary.warnings():
        say(f"  {line}")
    if not summary.losses:
        confirm("Go on?")
        return
    resources = stack.export().get("resources") or []
    never = sorted({loss.person for loss in summary.losses} - archived_people(resources))
    if os.environ.get("MENTOR_ARCHIVE") == "off":
        say("up: MENTOR_ARCHIVE=off: volumes and databases among these go without an archive")
    else:
        say(f"up: volumes and databases among these are archived first, in {archive_folder(stack, resources)}/PERSON")
        if never:
            say(f"up: not those of {', '.join(never)}: no `up` got so far that they had everything to work with")
    confirm("Go on?")


if __name__ == "__main__":
    run(main)
