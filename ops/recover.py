"""Clears what a killed or broken run left: its lock, its processes, its half-made things, its pending operations.

In: the state, its lock, the Docker host. Out: a stack that ``up`` can go on with. Safe at any time: a run that is alive
is left alone, volumes are never touched, nor is a database that differs from the course's template.
"""

import socket
from dataclasses import dataclass
from datetime import datetime

from ops import deletions, host_lock, in_grafana, locks, orphans, processes
from ops.console import StopError, run, say
from ops.database_server import DatabaseServer
from ops.engine import Engine
from ops.pulumi_cli import Stack

# A database is empty of work if its dump equals the template's; psql's guard lines differ in every dump.
_COMPARE = r"""
fingerprint() { pg_dump --dbname="$1" | grep -Ev '^\\(un)?restrict ' | sha256sum; }
test "$(fingerprint course)" = "$(fingerprint "$1")"
"""


def main() -> int:
    """Run as ``python -m ops.recover``."""
    stack = Stack.from_environment()
    if not stack.exists():
        say(f"recover: there is no stack {stack.name} yet; nothing to do")
        return 0
    with host_lock.held(Engine(stack.engine), stack.name):
        recover(stack, look(stack))
    say("recover: done; `make up` goes on from here")
    return 0


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What speaks of a broken run."""

    dead: tuple[locks.Lock, ...]
    unfinished: int

    def __bool__(self) -> bool:
        """Whether there is anything to clear."""
        return bool(self.dead or self.unfinished)


def look(stack: Stack) -> Broken:
    """Whether a run broke; stops with a message while another one is alive."""
    dead = []
    for lock in locks.held(stack.backend, stack.project, stack.name):
        if not locks.dead(lock):
            elsewhere = (
                ""
                if lock.host == socket.gethostname()
                else "\nThat is another machine; only if its run is surely dead: `pulumi cancel`, then `make recover`."
            )
            raise StopError(f"The stack {stack.name} is in use by {lock}. Wait for it to end.{elsewhere}")
        dead.append(lock)
    if locks.mend(stack.backend, stack.project, stack.name):
        say("recover: the state is whole; what the dead run wrote beside it was not, and is removed")
    return Broken(dead=tuple(dead), unfinished=orphans.State.of(stack.export()).unfinished)


def ready(stack: Stack) -> None:
    """Before another run: stop if one is alive, and recover if one died."""
    broken = look(stack)
    if broken:
        recover(stack, broken)
    else:
        processes.settle()  # a run that died before it took its lock leaves its language host


def recover(stack: Stack, broken: Broken) -> None:
    """Do everything that is needed, and say what was done."""
    since = min((lock.time for lock in broken.dead), default=None)
    ended = processes.settle()
    if ended:
        say(f"recover: ended what a dead run left running ({ended} processes)")
    if broken.dead:
        for lock in broken.dead:
            say(f"recover: releasing the lock of a dead run: {lock}")
        stack.read("cancel", "--yes", "--stack", stack.name)
    deployment = stack.export()
    state = orphans.State.of(deployment)
    if in_grafana.pending(deployment):
        for line in in_grafana.clear(stack.opened()):
            say(f"recover: {line}")
    gone = _clear_host(stack, state, since)
    if state.unfinished:
        _forget_pending(stack, gone)
        say(f"recover: {state.unfinished} unfinished operations taken from the state")


def _clear_host(stack: Stack, state: orphans.State, since: datetime | None) -> set[str]:
    """Remove the leftovers on the Docker host; the URNs of what is in the state and gone already."""
    engine = Engine(stack.engine)
    if stack.installs and not (state.names or state.pending or state.going) and not engine.answers():
        return set()  # Docker was to be installed, and is not: nothing can have been left there
    verdict = orphans.judge(state, engine.labelled(stack.name), since=since)
    for thing in verdict.remove:
        engine.remove(thing)
        say(f"recover: removed {thing.kind} {thing.name}, which no state knows")
    for thing in verdict.report:
        say(
            f"recover: {thing.kind} {thing.name} carries this stack's label, but this state owns nothing on the host; "
            f"if no other operator uses the stack name {stack.name}: docker {thing.kind} rm "
            f"{'-f ' if thing.kind == 'container' else ''}{thing.name}"
        )
    gone = {one.urn for one in state.going if deletions.finished(engine, one, stack.root)}
    return gone | _clear_server(stack, state, engine)


def _clear_server(stack: Stack, state: orphans.State, engine: Engine) -> set[str]:
    """Remove roles and databases that were made and not recorded, if they hold nothing; find those dropped already."""
    wanted = orphans.server_side(state)
    leaving = [one for one in state.going if one.kind in orphans.IN_SERVER]
    if not (wanted or leaving):
        return set()
    server = DatabaseServer(engine, stack.prefix)
    if not server.start():
        if leaving and server.is_there():
            raise StopError(
                f"recover: {server.container} does not answer, so nobody knows whether the dead run has dropped "
                f"{', '.join(sorted({one.name for one in leaving}))} already; nothing was forgotten. Its own words: "
                f"`docker logs {server.container}`. If it is of no more use: `docker rm -f {server.container}`, its "
                "volume stays"
            )
        return set()
    there = server.holds()
    for kind, name in wanted:
        if f"{kind}:{name}" not in there:
            continue
        if kind == "database" and server.run("bash", "-c", _COMPARE, "compare", name)[0] != 0:
            say(f"recover: database {name} is not in the state and holds work: left as it is, `make up` takes it over")
            continue
        status, message = server.sql(f'DROP {kind.upper()} :"name"', name=name)
        say(
            f"recover: removed {kind} {name}, which no state knows"
            if status == 0
            else f"recover: {kind} {name} cannot be removed: {message}"
        )
    # A second drop would fail, and the official plugin does not look first.
    return {one.urn for one in leaving if f"{one.kind}:{one.name}" not in there}


def _forget_pending(stack: Stack, gone: set[str]) -> None:
    """Take the pending operations out of the state, and what they removed and could not write down."""
    stack.edit(lambda deployment: orphans.without(deployment, gone))


if __name__ == "__main__":
    run(main)
