"""The grader, asked over the Unix socket that only it and this app share: what its checks found, resets, dumps.

In: `SOCKET` in the volume /run/grader. Out: typed results, and the names of dumps in /saves. Its answers hold text that
students have a hand in: whoever shows it escapes it.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

SOCKET = Path("/run/grader/grader.sock")
PATIENCE = 5.0  # seconds for the results
RESET_PATIENCE = 300.0  # seconds for a reset or a dump: the grader bounds each of its steps
LONGEST_REASON = 500  # characters
LARGEST = 32 << 20  # bytes: 100 students with 200 tasks and all their messages are 8 MiB


class GraderDownError(OSError):
    """The grader cannot be asked, or does not answer as it should."""


class ResetRefusedError(Exception):
    """It was not reset, or not saved, and is as it was; why, for whoever asked."""


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

    async def reset(self, person: str) -> str:
        """Save a student's database and make it anew; the name of the file in /saves/ID.

        Raises:
            ResetRefusedError: it did not happen.
            GraderDownError: there is no answer, or not one like this: it may have happened, or happen still.
        """
        return await self._save(person, "reset")

    async def dump(self, person: str) -> str:
        """Save a student's database for him to take home; the name of the file in /saves/.take-home/ID.

        Raises:
            ResetRefusedError: there is none; why, for the student.
            GraderDownError: there is no answer, or not one like this.
        """
        return await self._save(person, "dump")

    async def _save(self, person: str, verb: str) -> str:
        try:
            status, content = await self._answer("POST", f"/databases/{person}/{verb}", RESET_PATIENCE)
            said = json.loads(content)
            if status == HTTPStatus.OK:
                return str(said["saved"])
            raise ResetRefusedError(str(said["message"])[:LONGEST_REASON])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise GraderDownError(str(error) or type(error).__name__) from error

    async def _ask(self, path: str) -> bytes:
        status, content = await self._answer("GET", path, PATIENCE)
        if status != HTTPStatus.OK:
            raise ValueError(f"status {status}")
        return content

    async def _answer(self, method: str, path: str, seconds: float) -> tuple[int, bytes]:
        transport = httpx.AsyncHTTPTransport(uds=str(self._socket))
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://grader", timeout=seconds) as client,
            client.stream(method, path) as answer,
        ):
            content = bytearray()
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > LARGEST:
                    raise ValueError(f"an answer of more than {LARGEST} bytes")
        return answer.status_code, bytes(content)
