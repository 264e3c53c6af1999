"""Seats: a person in, a process in his seat out, over one shared SSH connection per seat.

The student owns everything at the other end, sshd and tmux included. What comes from there is bytes to show, bounded
by SSH's own windows; nothing that it says is believed.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import asyncssh
from asyncssh.sftp import start_sftp_client

from spyglass.classroom import Person

log = logging.getLogger(__name__)

PATIENCE = 8.0  # seconds until a seat counts as unreachable
CHANNELS = 8  # per connection: sshd allows 10 by default (MaxSessions)
WINDOW = 128 * 1024  # bytes in flight from a seat: small, so that Ctrl-C overtakes a flood
IDLE = 30.0  # seconds a connection without a terminal is kept: a reload finds it open
LARGEST_PACKET = 1024 * 1024  # bytes of SFTP: OpenSSH's own have 256 KiB at most
ANSWER = 4096  # bytes at most of an answer to a question

Process = asyncssh.SSHClientProcess[bytes]


@dataclass(frozen=True)
class Size:
    """Columns and rows, within what a terminal can be asked for."""

    columns: int
    rows: int

    @classmethod
    def bounded(cls, columns: object, rows: object) -> "Size | None":
        """A size from hostile input, or None."""
        if type(columns) is not int or type(rows) is not int:
            return None
        return cls(min(max(columns, 2), 500), min(max(rows, 1), 300))


class SeatUnreachableError(Exception):
    """The seat's sshd does not answer or does not let us in."""


@dataclass(eq=False)
class _Line:
    connection: asyncssh.SSHClientConnection
    channels: int = 0
    idle: asyncio.TimerHandle | None = None


class _Bounded:
    """A reader of SFTP's packets: one that says it is larger than any honest one is not waited for."""

    def __init__(self, reader: asyncssh.SSHReader[bytes]) -> None:
        self._reader = reader

    async def readexactly(self, size: int) -> bytes:
        if size > LARGEST_PACKET:
            raise asyncssh.SFTPBadMessage("a packet that is too large")
        return await self._reader.readexactly(size)

    def __getattr__(self, name: str) -> object:
        return getattr(self._reader, name)


async def _sftp(connection: asyncssh.SSHClientConnection) -> asyncssh.SFTPClient:
    """As the connection's own ``start_sftp_client`` does it, but for the bounds."""
    writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None, window=WINDOW)
    bounded = cast("asyncssh.SSHReader[bytes]", _Bounded(reader))
    loop = asyncio.get_running_loop()
    return await start_sftp_client(connection, loop, bounded, writer, None, "strict", 3)


async def _end(client: asyncssh.SFTPClient, connection: asyncssh.SSHClientConnection) -> None:
    """Take leave; a seat that does not let go is hung up on, with whatever else goes over this line."""
    client.exit()
    try:
        async with asyncio.timeout(PATIENCE):
            await client.wait_closed()
    except (OSError, asyncssh.Error):
        connection.abort()


class Seats:
    """Connections to the seats, opened when first needed and closed when nobody looks any more."""

    def __init__(self, key: Path, user: str = "student") -> None:
        self._key = asyncssh.read_private_key(key)
        self._user = user
        self._lines: dict[tuple[str, int], list[_Line]] = defaultdict(list)
        self._opening: dict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    @contextlib.asynccontextmanager
    async def process(
        self, seat: Person, command: str, size: Size | None = None, *, stdin: bool = False
    ) -> AsyncIterator[Process]:
        """Run a command in the seat, in a terminal if it is given a size; it ends with the block.

        ``stdin``: it is written to, terminal or not.
        """
        line = await self._reach(seat)
        try:
            process = await self._start(line, command, size, stdin=stdin)
            try:
                yield process
            finally:
                process.close()
        finally:
            self._leave(line)

    @contextlib.asynccontextmanager
    async def files(self, seat: Person) -> AsyncIterator[asyncssh.SFTPClient]:
        """A conversation about the seat's files, in names as bytes; it ends with the block."""
        line = await self._reach(seat)
        try:
            try:
                async with asyncio.timeout(PATIENCE):
                    client = await _sftp(line.connection)
            except (OSError, asyncssh.Error) as error:
                raise SeatUnreachableError(str(error)) from error
            try:
                yield client
            finally:
                await _end(client, line.connection)
        finally:
            self._leave(line)

    async def ask(self, seat: Person, command: str) -> str:
        """The first bytes that a command prints, or nothing where it fails or takes long."""
        async with self.process(seat, command) as process:
            try:
                async with asyncio.timeout(PATIENCE):
                    answer = await process.stdout.read(ANSWER)
            except (OSError, asyncssh.Error):
                return ""
        return answer.decode(errors="replace")

    async def close(self) -> None:
        """Hang up everywhere."""
        for line in [line for lines in self._lines.values() for line in lines]:
            line.connection.abort()
        self._lines.clear()

    async def _reach(self, seat: Person) -> _Line:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._line(seat)
        except (OSError, asyncssh.Error) as error:  # TimeoutError is an OSError
            log.info("seat %s (%s:%s): %s", seat.id, seat.host, seat.port, error or type(error).__name__)
            raise SeatUnreachableError(seat.id) from error

    async def _start(self, line: _Line, command: str, size: Size | None, *, stdin: bool) -> Process:
        try:
            async with asyncio.timeout(PATIENCE):
                return await line.connection.create_process(
                    command,
                    encoding=None,
                    stderr=asyncssh.STDOUT if size else asyncssh.DEVNULL,
                    stdin=asyncssh.PIPE if size or stdin else asyncssh.DEVNULL,
                    request_pty="force" if size else False,
                    term_type="xterm-256color" if size else None,
                    term_size=(size.columns, size.rows) if size else None,
                    window=WINDOW,
                    x11_forwarding=False,
                )
        except (OSError, asyncssh.Error) as error:
            raise SeatUnreachableError(str(error)) from error

    async def _line(self, seat: Person) -> _Line:
        place = (seat.host, seat.port)
        async with self._opening[place]:
            lines = self._lines[place]
            lines[:] = [line for line in lines if not line.connection.is_closed()]  # type: ignore[no-untyped-call]
            line = next((line for line in lines if line.channels < CHANNELS), None)
            if line is None:
                line = _Line(await self._connect(seat))
                lines.append(line)
            line.channels += 1
            if line.idle:
                line.idle.cancel()
                line.idle = None
            return line

    async def _connect(self, seat: Person) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            seat.host,
            seat.port,
            username=self._user,
            client_keys=[self._key],
            # The host key lies in the student's own machine, so it would prove nothing; who is reached is
            # settled by the network, where every seat has one of its own with nobody else in it.
            known_hosts=None,
            config=None,
            # Nothing of spyglass's own machine is lent to a seat.
            agent_path=None,
            agent_forwarding=False,
            x509_trusted_certs=None,
            x509_trusted_cert_paths=[],
            preferred_auth="publickey",
            compression_algs=None,
            keepalive_interval=10,
            keepalive_count_max=3,
        )

    def _leave(self, line: _Line) -> None:
        line.channels -= 1
        if not line.channels:
            line.idle = asyncio.get_running_loop().call_later(IDLE, line.connection.close)
