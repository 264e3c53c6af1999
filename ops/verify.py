"""Looks at the class as its people will meet it, from this machine: one line each.

In: the running stack's address and the cards' passwords. Out: lines, what mends what is wrong, and the exit status.
Nobody is disturbed: each terminal is one beside the person's own, and is gone afterwards.
"""

import asyncio
import contextlib
import re
import secrets
import ssl
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from ops.console import StopError, run, say
from ops.pulumi_cli import Stack

PATIENCE = 20.0  # seconds for one step of one person
AT_ONCE = 8  # people
CODES = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-Z]|\][^\x07]*\x07|[=>])")
"""What a terminal is told about colours and the cursor."""
READY = "ready> "  # the prompt of the terminal beside
UNREACHABLE = 4002  # see spyglass/presence.py
COMPLAINT = r"(?:psql: error|FATAL|ERROR|bash: )[^\r\n]*[\r\n]"
PSQL = "XDG_RUNTIME_DIR=/nonexistent PGPASSFILE=/dev/null psql"  # asks also who has his password kept


class FaultError(Exception):
    """Something is not as it should be."""

    def __init__(self, wrong: str, mends: str) -> None:
        super().__init__(wrong)
        self.wrong, self.mends = wrong, mends


@dataclass(frozen=True)
class Portal:
    """Where people go, and whom their browsers trust."""

    url: str
    trust: ssl.SSLContext

    @classmethod
    def of(cls, outputs: Mapping[str, Any]) -> "Portal":
        """The stack's; a certificate from elsewhere is checked as any browser does."""
        trust = ssl.create_default_context()
        if authority := outputs.get("caCertificate"):
            trust.load_verify_locations(cadata=str(authority))
        return cls(str(outputs["portalUrl"]).rstrip("/"), trust)

    def browser(self) -> httpx.AsyncClient:
        """One that goes there straight, whatever proxy this machine has for other places."""
        return httpx.AsyncClient(verify=self.trust, timeout=PATIENCE, headers={"Origin": self.url}, trust_env=False)

    async def answers(self) -> str:
        """That it answers, and until when its certificate is good."""
        place = urlsplit(self.url)
        try:
            async with asyncio.timeout(PATIENCE):
                _, writer = await asyncio.open_connection(place.hostname, place.port or 443, ssl=self.trust)
                until = writer.get_extra_info("peercert")["notAfter"]
                writer.close()
                async with self.browser() as browser:
                    answer = await browser.get(f"{self.url}/healthz")
        except ssl.SSLCertVerificationError as error:
            raise FaultError(
                f"its certificate is not accepted: {error.verify_message}",
                "`pulumi up --replace '**gateway-certificate'` makes a new one; where it is one of your own, give "
                "https.certificate and https.key new files, and `make up`",
            ) from error
        except (OSError, httpx.HTTPError) as error:
            raise FaultError(
                f"it does not answer: {str(error) or type(error).__name__}",
                "`make up`, if it answers nobody; or let its port through the firewall",
            ) from error
        if answer.status_code != httpx.codes.OK:
            raise FaultError(f"it answers with status {answer.status_code}", "`make up`")
        return f"{self.url} answers, its certificate is good until {until}"


class Visit:
    """One person signs in, opens a terminal and asks his database."""

    def __init__(self, portal: Portal, record: Mapping[str, Any]) -> None:
        self._portal = portal
        self._id = str(record["id"])
        self._password = str(record.get("password") or "")
        self._seen = ""

    async def all(self) -> str:
        """All of it, and how long each took."""
        began = time.monotonic()
        async with self._portal.browser() as browser:
            await self._sign_in(browser)
            signed_in = time.monotonic()
            try:
                async with await self._terminal(browser) as terminal:
                    await self._shows(terminal, READY)
                    opened = time.monotonic()
                    key = await self._key(terminal)
                    asked = time.monotonic()
                    await self._psql(terminal)
                    done = time.monotonic()
            except ConnectionClosed as error:
                raise self._closed(error) from error
            finally:
                with contextlib.suppress(httpx.HTTPError):  # it ends by itself in the end
                    await browser.post(f"{self._portal.url}/sign-out")
        return (
            f"signed in after {signed_in - began:.1f} s, terminal after {opened - signed_in:.1f} s, "
            f"a key in {1000 * key:.0f} ms, psql in {done - asked:.1f} s"
        )

    async def _sign_in(self, browser: httpx.AsyncClient) -> None:
        form = {"user_name": self._id, "password": self._password}
        answer = await browser.post(f"{self._portal.url}/sign-in?aside=1", data=form)
        match answer.status_code:
            case httpx.codes.SEE_OTHER:
                return
            case httpx.codes.UNAUTHORIZED:
                raise FaultError(
                    "the password on the card is refused",
                    f"he may have changed it; else “New password…” on {self._portal.url}/students/{self._id}",
                )
            case httpx.codes.TOO_MANY_REQUESTS:
                raise FaultError("too many wrong passwords were tried", "wait a minute, then again")
            case httpx.codes.SERVICE_UNAVAILABLE:
                raise FaultError("the directory of accounts does not answer", "`make up`")
        raise FaultError(f"signing in is answered with status {answer.status_code}", "`make up`")

    async def _terminal(self, browser: httpx.AsyncClient) -> ClientConnection:
        address = self._portal.url.replace("https", "wss", 1)
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        try:
            return await connect(
                f"{address}/seats/{self._id}/terminal?aside=1&columns=400&rows=40",
                ssl=self._portal.trust,
                origin=Origin(self._portal.url),
                additional_headers={"Cookie": cookies},
                open_timeout=PATIENCE,
                proxy=None,
            )
        except (OSError, InvalidHandshake) as error:
            raise FaultError(
                f"no websocket gets through: {error}", "look at what is between here and the host"
            ) from error

    async def _key(self, terminal: Connection) -> float:
        """Seconds until a key shows."""
        began = time.monotonic()
        await terminal.send(b"#")
        await self._shows(terminal, "#")
        return time.monotonic() - began

    async def _psql(self, terminal: Connection) -> None:
        one, other = (secrets.choice(range(3200, 10_000)) for _ in range(2))
        self._seen = ""
        await terminal.send(f"\x15{PSQL} -XAtc 'select current_user, {one} * {other}'\r".encode())
        found = await self._shows(terminal, r"Password for user \S+: ", rf"\b{self._id}\|{one * other}", COMPLAINT)
        if found.startswith("Password"):
            await terminal.send(f"{self._password}\r".encode())
            found = await self._shows(terminal, rf"\b{self._id}\|{one * other}", COMPLAINT)
        if not found.startswith(self._id):
            raise FaultError(
                f"his database does not answer: {found.strip()}",
                "`pulumi up --refresh` makes a role or a database again that is gone",
            )

    async def _shows(self, terminal: Connection, *wanted: str) -> str:
        """Wait until the terminal shows one of these; what it shows of it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    for pattern in wanted:
                        if found := re.search(pattern, self._seen):
                            self._seen = self._seen[found.end() :]
                            return found[0]
                    message = await terminal.recv()
                    if isinstance(message, bytes):
                        self._seen = CODES.sub("", self._seen + message.decode(errors="replace"))
        except TimeoutError:
            raise FaultError(f"his terminal shows nothing for {PATIENCE:g} s", "`make up`") from None

    def _closed(self, error: ConnectionClosed) -> FaultError:
        if error.rcvd and error.rcvd.code == UNREACHABLE:
            return FaultError("his machine does not answer", "`make up` makes its container run again")
        return FaultError(f"his terminal was closed: {error}", "`make up`")


async def look(portal: Portal, people: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Say a line for the portal and for each person; who is not well, and what mends it."""
    width = max(len(str(one["id"])) for one in people)
    places = asyncio.Semaphore(AT_ONCE)
    faults: list[tuple[str, str]] = []

    async def line(who: str, looking: Awaitable[str]) -> bool:
        try:
            say(f"ok      {who:{width}}  {await looking}")
        except (FaultError, OSError, httpx.HTTPError) as error:
            fault = error if isinstance(error, FaultError) else FaultError(f"the line broke: {error!r}", "try again")
            say(f"FAILED  {who:{width}}  {fault.wrong}")
            faults.append((who, fault.mends))
            return False
        return True

    async def person(record: Mapping[str, Any]) -> None:
        async with places:
            await line(str(record["id"]), Visit(portal, record).all())

    if await line("portal", portal.answers()):
        await asyncio.gather(*(person(record) for record in people if record.get("password")))
    if not all(record.get("password") for record in people):
        say("skipped people: their passwords are in a directory of your own; sign in as one of them by hand")
    return faults


def summary(faults: Sequence[tuple[str, str]], people: int) -> str:
    """The last lines: how many are well, and what mends whom."""
    if not faults:
        return f"verify: all is well with {people} people"
    mends: dict[str, list[str]] = {}
    for who, how in sorted(faults):
        mends.setdefault(how, []).append(who)
    return "\n".join(["verify: to mend it", *(f"  {', '.join(who)}: {how}" for how, who in mends.items())])


def main() -> int:
    """Run as ``python -m ops.verify``."""
    stack = Stack.from_environment()
    outputs = stack.secrets() if stack.exists() else {}
    people = [*(outputs.get("credentials") or []), *(outputs.get("teachers") or [])]
    if not people or not outputs.get("portalUrl"):
        raise StopError(f"verify: the stack {stack.name} has nobody yet: `make up` first")
    faults = asyncio.run(look(Portal.of(outputs), people))
    say(summary(faults, len(people)))
    return 1 if faults else 0


if __name__ == "__main__":
    run(main)
