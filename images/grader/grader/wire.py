"""One connection to PostgreSQL that a hostile server side cannot hold up: each step has a time and a size.

In: a role, a database, statements. Out: rows of text, or one of three errors: `RefusedError` (the server said no, with
its SQLSTATE), `OverdueError` (no answer in time; the connection is of no more use), `LostError` (there is none).
"""

import asyncio
import fcntl
import select
import struct
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import pq

LARGEST_ANSWER = 1 << 20
"""Bytes of one answer, its notices and errors included: whoever raises half a gigabyte of text ends his own check."""
LONGEST_MESSAGE = 2000
FORMATS = (
    "-c datestyle=iso,ymd -c intervalstyle=postgres -c timezone=UTC -c extra_float_digits=1 -c bytea_output=hex "
    "-c xmlbinary=base64"
)
"""How values are written: the same in every session whose values are compared, a fingerprint's included."""


class WireError(Exception):
    """Something that keeps a statement from being answered."""


class LostError(WireError):
    """There is no connection, or no longer."""


class OverdueError(WireError):
    """No answer within its time, or too long a one."""


class RefusedError(WireError):
    """What the server said against it."""

    def __init__(self, state: str, message: str) -> None:
        super().__init__(f"{state}: {message}")
        self.state = state
        self.message = message


Row = tuple[str | None, ...]


class Wire:
    """A connection; `pid` is its process in the server."""

    def __init__(self, raw: pq.abc.PGconn) -> None:
        self._raw = raw
        self._raw.nonblocking = 1
        self.pid = raw.backend_pid

    @classmethod
    async def open(cls, socket: str, database: str, role: str, seconds: float, options: str = "") -> "Wire":
        """Connect over the Unix socket in a folder. A refusal at the door has the server's words and no SQLSTATE."""
        parameters = {
            "host": socket, "dbname": database, "user": role, "options": options, "client_encoding": "UTF8",
            "application_name": "grader", "sslmode": "disable", "gssencmode": "disable",
        }  # fmt: skip
        text = " ".join(f"{key}='{_quoted(value)}'" for key, value in parameters.items())
        raw = pq.PGconn.connect_start(text.encode())
        raw.notice_handler = None
        try:
            async with asyncio.timeout(seconds):
                while (state := raw.connect_poll()) not in {pq.PollingStatus.OK, pq.PollingStatus.FAILED}:
                    await _until(raw.socket, writable=state == pq.PollingStatus.WRITING)
        except TimeoutError:
            raw.finish()
            raise OverdueError("no connection in time") from None
        except BaseException:
            raw.finish()
            raise
        if state == pq.PollingStatus.FAILED:
            message = _text(raw.error_message)
            raw.finish()
            raise LostError(message)
        return cls(raw)

    async def ask(self, statement: str, seconds: float, values: Sequence[str] = ()) -> list[Row]:
        """Run exactly one statement and take its rows."""
        with self._in_use():
            self._raw.send_query_params(statement.encode(), [value.encode() for value in values])
        return (await self._answers(seconds))[-1]

    async def tell(self, script: str, seconds: float) -> list[list[Row]]:
        """Run statements of our own, one after the other, and take the rows of each."""
        with self._in_use():
            self._raw.send_query(script.encode())
        return await self._answers(seconds)

    @property
    def has_begun(self) -> bool:
        """Whether a transaction has begun, and has not ended."""
        return self._raw.transaction_status != pq.TransactionStatus.IDLE

    @property
    def is_over(self) -> bool:
        """Whether the server has ended it while nothing was asked: it then said so, or hung up."""
        try:
            return is_readable(self._raw.socket)
        except psycopg.Error:
            return True

    def close(self) -> None:
        """Hang up; safe at any time."""
        self._raw.finish()

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise LostError(str(error)) from error

    async def _answers(self, seconds: float) -> list[list[Row]]:
        try:
            async with asyncio.timeout(seconds):
                return await self._collect()
        except TimeoutError:
            raise OverdueError("no answer in time") from None

    async def _collect(self) -> list[list[Row]]:
        raw, seen = self._raw, 0
        answers: list[list[Row]] = []
        refused: RefusedError | None = None
        with self._in_use():
            while raw.flush():
                await _until(raw.socket, writable=True)
            while True:
                while raw.is_busy():
                    await _until(raw.socket)
                    seen += _waiting(raw.socket)
                    if seen > LARGEST_ANSWER:
                        raise OverdueError("an answer without end")
                    raw.consume_input()
                result = raw.get_result()
                if result is None:
                    break
                if result.status in {pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE}:
                    refused = refused or _refusal(result)
                else:
                    answers.append(_rows(result))
                result.clear()
        if refused:
            if raw.status == pq.ConnStatus.BAD:
                raise LostError(refused.message)
            raise refused
        return answers or [[]]


async def _until(descriptor: int, *, writable: bool = False) -> None:
    """Wait until there is something to read, or room to write."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()

    def tell() -> None:
        if not ready.done():
            ready.set_result(None)

    if writable:
        loop.add_writer(descriptor, tell)
    else:
        loop.add_reader(descriptor, tell)
    try:
        await ready
    finally:
        (loop.remove_writer if writable else loop.remove_reader)(descriptor)


def is_readable(descriptor: int) -> bool:
    """Whether something has arrived, an end included."""
    asked = select.poll()
    asked.register(descriptor, select.POLLIN)
    return bool(asked.poll(0))


def _waiting(descriptor: int) -> int:
    """Bytes that have arrived and were not read yet."""
    number: int = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4))[0]
    return number


def _rows(result: pq.abc.PGresult) -> list[Row]:
    def field(row: int, column: int) -> str | None:
        value = result.get_value(row, column)
        return None if value is None else _text(value)

    return [tuple(field(row, column) for column in range(result.nfields)) for row in range(result.ntuples)]


def _refusal(result: pq.abc.PGresult) -> RefusedError:
    state = _text(result.error_field(pq.DiagnosticField.SQLSTATE) or b"")
    message = _text((result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message)[:LONGEST_MESSAGE])
    return RefusedError(state, message.strip())


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
