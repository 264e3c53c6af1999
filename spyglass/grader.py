"""The grader, asked over the Unix socket that only it and this app share: what its checks found.

In: `SOCKET` in the volume /run/grader. Out: typed results. Its answers hold text that students have a hand in: whoever
shows it escapes it.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

SOCKET = Path("/run/grader/grader.sock")
PATIENCE = 5.0  # seconds
LARGEST = 32 << 20  # bytes: 100 students with 200 tasks and all their messages are 8 MiB


class GraderDownError(OSError):
    """The grader cannot be asked, or does not answer as it should."""


class TaskResult(BaseModel):
    """One task of one student: ``ok`` None is not known at the moment, and ``message`` says what is missing, or why."""

    model_config = ConfigDict(frozen=True)

    ok: bool | None
    message: str = ""


class StudentResult(BaseModel):
    """What the last look into one database found. Times are seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    checked_at: float
    active_at: float | None = None
    tasks: Mapping[str, TaskResult]


class Grader:
    """Its client; each call is a connection of its own, for it is asked every few seconds and over no network."""

    def __init__(self, socket: Path = SOCKET) -> None:
        self._socket = socket

    async def results(self) -> dict[str, StudentResult]:
        """Everybody's, by student.

        Raises:
            GraderDownError: there is no answer, or not one like this.
        """
        try:
            found = json.loads(await self._ask("/results"))
            return {who: StudentResult.model_validate(one) for who, one in found.items()}
        except (httpx.HTTPError, ValidationError, ValueError, AttributeError) as error:
            raise GraderDownError(str(error) or type(error).__name__) from error

    async def _ask(self, path: str) -> bytes:
        transport = httpx.AsyncHTTPTransport(uds=str(self._socket))
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://grader", timeout=PATIENCE) as client,
            client.stream("GET", path) as answer,
        ):
            if answer.status_code != HTTPStatus.OK:
                raise ValueError(f"status {answer.status_code}")
            content = bytearray()
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > LARGEST:
                    raise ValueError(f"an answer of more than {LARGEST} bytes")
        return bytes(content)
