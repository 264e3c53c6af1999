"""One shell in a seat that stays open: questions in, short answers out, for as long as the seat is looked at.

A process over SSH for each check would cost both sides many times as much. The shell belongs to the student, like all
of his seat: what it answers is about himself alone, is bounded in size and time, and when it does not follow the
protocol it is closed and everything is unknown.
"""

import asyncio
import contextlib
import math
import shlex
from collections.abc import AsyncIterator, Mapping, Sequence

import asyncssh

from spyglass.classroom import Person, SeatCheck
from spyglass.progress.machines import Machine
from spyglass.seats import Process, Seats

MOST_BYTES = 32 * 1024  # of all answers to one question
SLACK = 15.0  # seconds more than the checks may take, for a seat that is busy
TIMED_OUT = 124  # timeout's exit code
LEAST_SIGNAL = 128  # exit codes from here on: ended by a signal, so nobody knows
LONGEST_NUMBER = 18  # digits
DISK_PATIENCE = 10  # seconds that a disk may take to be measured

# Numbers are read by the shell itself, in both of the kernel's layouts: no process is started for them. The engine is
# looked for by its own pid file: a question to its socket would start it. The disk is measured as root of a namespace
# of the student's own, who may read what his containers' users own.
PROLOGUE = r"""
check() {
  timeout -k 2 "$2" nice -n 5 bash -c "$3" </dev/null >/dev/null 2>&1
  echo "$number check $1 $?"
}
value() { found=; while read -r key is rest; do [ "$key" = "$2" ] && { found=$is; break; }; done < "$1"; }
machine() {
  memory= limit= cache= cpu= pid= engine=0 group=/sys/fs/cgroup
  if [ -r $group/memory.current ]; then
    read -r memory < $group/memory.current
    read -r limit < $group/memory.max
    value $group/memory.stat inactive_file; cache=$found
    value $group/cpu.stat usage_usec; cpu=$found
  else
    read -r memory < $group/memory/memory.usage_in_bytes
    read -r limit < $group/memory/memory.limit_in_bytes
    value $group/memory/memory.stat total_inactive_file; cache=$found
    read -r cpu < $group/cpuacct/cpuacct.usage; cpu=$((cpu / 1000))
  fi
  [ -r "$XDG_RUNTIME_DIR/docker.pid" ] && read -r pid < "$XDG_RUNTIME_DIR/docker.pid"
  [ -n "$pid" ] && [ -d "/proc/$pid" ] && engine=1
  echo "$number machine $engine ${memory:--} ${limit:--} ${cache:--} ${cpu:--}"
}
disk() {
  timeout -k 2 "$1" nice -n 19 unshare -U --map-root-user --map-auto du -sx -B1 "$HOME" /var/lib/engine </dev/null | {
    total=0 lines=0
    while read -r bytes rest; do total=$((total + bytes)) lines=$((lines + 1)); done
    [ $lines = 2 ] && echo "$number disk $total"
  }
}
exec 2>/dev/null
"""

Results = Mapping[int, bool]
"""By the check's place in the question; what is missing is unknown."""
Words = list[bytes]


class NotFollowedError(Exception):
    """The shell ended, was too slow, or said too much."""


class SeatShell:
    """An open shell; one question at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._asked = 0
        self._rest = b""
        self._write(PROLOGUE)

    async def ask(self, checks: Sequence[SeatCheck]) -> Results:
        """Have checks run one after the other.

        Raises:
            NotFollowedError: the shell is of no more use.
        """
        lines = [
            f"check {place} {max(1, math.ceil(check.timeout))} {shlex.quote(check.command)}"
            for place, check in enumerate(checks)
        ]
        results: dict[int, bool] = {}
        for words in await self._question(lines, sum(check.timeout + 2 for check in checks)):
            understand(words, results)
        return results

    async def machine(self) -> Machine:
        """What the seat takes of its host, without the disk.

        Raises:
            NotFollowedError: the shell is of no more use, or does not tell.
        """
        for words in await self._question(["machine"], 0):
            if found := machine_of(words):
                return found
        raise NotFollowedError("no answer about the machine")

    async def disk(self) -> int | None:
        """Bytes in home and engine; None where that cannot be told in time.

        Raises:
            NotFollowedError: the shell is of no more use.
        """
        answers = map(disk_of, await self._question([f"disk {DISK_PATIENCE}"], DISK_PATIENCE + 2))
        return next((found for found in answers if found is not None), None)

    async def _question(self, lines: Sequence[str], seconds: float) -> list[Words]:
        self._asked += 1
        try:
            self._write("\n".join([f"number={self._asked}", *lines, 'echo "$number end"', ""]))
            async with asyncio.timeout(SLACK + seconds):
                return await self._read(str(self._asked).encode())
        except (OSError, asyncssh.Error) as error:
            raise NotFollowedError(str(error) or type(error).__name__) from error

    def _write(self, text: str) -> None:
        self._process.stdin.write(text.encode())

    async def _read(self, number: bytes) -> list[Words]:
        answers: list[Words] = []
        budget = MOST_BYTES
        while True:
            *lines, self._rest = self._rest.split(b"\n")
            for line in lines:
                words = line.split()
                if words == [number, b"end"]:
                    return answers
                if words[:1] == [number]:
                    answers.append(words[1:])
            data = await self._process.stdout.read(4096)
            budget -= len(data)
            if not data or budget < 0:
                raise NotFollowedError("the shell ended" if not data else "too much output")
            self._rest += data


@contextlib.asynccontextmanager
async def opened(seats: Seats, seat: Person) -> AsyncIterator[SeatShell]:
    """A shell in the seat for as long as the block runs.

    Raises:
        SeatUnreachableError: its sshd does not answer.
    """
    async with seats.process(seat, "exec sh", stdin=True) as process:
        yield SeatShell(process)


def understand(words: Words, results: dict[int, bool]) -> None:
    """The place and the exit code of one check; what makes no sense changes nothing."""
    match words:
        case [b"check", place, code] if (where := number_of(place)) is not None and (
            how := number_of(code)
        ) is not None:
            if how != TIMED_OUT and how < LEAST_SIGNAL:
                results[where] = how == 0


def machine_of(words: Words) -> Machine | None:
    """None where this makes no sense. A limit may be none, and what cannot be read is unknown."""
    match words:
        case [b"machine", engine, *numbers] if len(numbers) == 4:  # noqa: PLR2004 - as the prologue prints them
            memory, limit, cache, cpu = map(number_of, numbers)
            return Machine(
                engine=engine == b"1",
                memory=max(0, memory - cache) if memory is not None and cache is not None else None,
                memory_limit=limit,
                cpu_seconds=cpu / 1e6 if cpu is not None else None,
            )
    return None


def disk_of(words: Words) -> int | None:
    """Bytes; None where this makes no sense."""
    return number_of(words[1]) if len(words) == 2 and words[0] == b"disk" else None  # noqa: PLR2004


def number_of(word: bytes) -> int | None:
    """A number that is not too long; None for anything else."""
    return int(word) if word.isdigit() and len(word) <= LONGEST_NUMBER else None
