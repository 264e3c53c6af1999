"""Opens everybody's terminal at once, from where the services are: runs in a container beside the database server.

In: JSON on standard input: ``key`` (private, OpenSSH), ``seats`` (address by id), ``seconds`` (patience for all).
Out: JSON: ``echoes`` (seconds from a key to its echo, by id) and ``failed`` (why not, by id). Needs asyncssh and
nothing of ours: the host hands its text to a container's Python.
"""

import asyncio
import json
import secrets
import sys
import time

import asyncssh

AT_ONCE = 8  # people
AGAIN = 0.2  # seconds until somebody whose seat does not answer is tried again


async def shows(process: "asyncssh.SSHClientProcess[str]", wanted: str, seen: str = "") -> str:
    """Wait until a terminal shows something; what it has shown."""
    while wanted not in seen:
        more = await process.stdout.read(4096)
        if not more:
            raise EOFError("the terminal was closed")
        seen += more
    return seen


async def work(connection: asyncssh.SSHClientConnection) -> float:
    """A login shell in a terminal: its prompt, the echo of a key, and what a command says; seconds of the echo."""
    one, other = (secrets.randbelow(6800) + 3200 for _ in range(2))
    async with connection.create_process(term_type="xterm", term_size=(110, 36)) as process:
        await shows(process, "$ ")
        began = time.monotonic()
        process.stdin.write("#")
        await shows(process, "#")
        echo = time.monotonic() - began
        process.stdin.write(f"\x15 echo $(({one} * {other}))\r")
        await shows(process, str(one * other))
    return echo


async def visit(address: str, key: asyncssh.SSHKey, until: float) -> float:
    """Log in as soon as the seat answers."""
    while True:
        try:
            async with asyncio.timeout(until - time.monotonic()):
                connecting = asyncssh.connect(
                    address, 2222, username="student", client_keys=[key], known_hosts=None, config=None
                )
                async with connecting as connection:
                    return await work(connection)
        except (OSError, asyncssh.Error, EOFError) as error:
            if time.monotonic() + AGAIN > until:
                raise TimeoutError(str(error) or "no answer") from error
            await asyncio.sleep(AGAIN)


async def main() -> None:
    """Everybody, a few at a time."""
    given = json.load(sys.stdin)
    key = asyncssh.import_private_key(given["key"])
    places, until = asyncio.Semaphore(AT_ONCE), time.monotonic() + given["seconds"]
    echoes: dict[str, float] = {}
    failed: dict[str, str] = {}

    async def one(person: str, address: str) -> None:
        async with places:
            try:
                echoes[person] = await visit(address, key, until)
            except TimeoutError as error:
                failed[person] = str(error) or "no answer"

    await asyncio.gather(*(one(person, address) for person, address in given["seats"].items()))
    json.dump({"echoes": echoes, "failed": failed}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
