"""The newest value of everything that the wall shows, to any number of open walls at their own pace.

A value is encoded once, by whoever puts it. A wall that is slow gets fewer values, each the newest; nothing waits for
it and nothing piles up: it costs a set of keys.
"""

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Collection, Iterator

GATHER = 0.2  # seconds: what changes together travels together
WITHIN = 1.0  # seconds after which a reader has nothing to say: whoever asked looks after his visitor, and asks again
FASTEST, SLOWEST = 1.0, 60.0  # seconds between two pictures of a seat

Key = tuple[str, str]
"""The kind of an event, and which of its kind."""


def encoded(kind: str, value: object) -> str:
    """As the stream carries it; JSON has no line break of its own."""
    return f"event: {kind}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"


class Reader:
    """One open wall: it reads everything, but pictures only of what it sees. Its ``id`` is a secret of its page's."""

    def __init__(self, person: str, values: dict[Key, str]) -> None:
        self.id = secrets.token_urlsafe(16)
        self.person = person
        self.pace = FASTEST
        self.seen: frozenset[str] = frozenset()
        self._values = values
        self._facts = {key: None for key in values if key[0] != "picture"}
        self._pictures: dict[Key, None] = {}
        self._next = 0.0
        self._first = encoded("page", {"page": self.id})
        self._wake = asyncio.Event()
        self._wake.set()

    def see(self, ids: Collection[str], pace: float) -> None:
        """Whose tiles are in sight now, and how often they want a picture."""
        self._pictures |= {("picture", one): None for one in ids if one not in self.seen}
        self.seen = frozenset(ids)
        self.pace = min(max(pace, FASTEST), SLOWEST)
        self._next = 0.0
        self._wake.set()

    def note(self, key: Key) -> None:
        """There is another value."""
        if key[0] != "picture":
            self._facts[key] = None
        elif key[1] in self.seen:
            self._pictures[key] = None
        else:
            return
        self._wake.set()

    async def take(self) -> str:
        """What is new since the last time, within about a second; nothing when there is nothing."""
        try:
            async with asyncio.timeout(WITHIN):
                await self._wake.wait()
        except TimeoutError:
            return ""
        await asyncio.sleep(GATHER)
        self._wake.clear()
        due, self._facts = self._facts, {}
        now = time.monotonic()
        if self._pictures and now >= self._next:
            due |= {key: None for key in self._pictures if key[1] in self.seen}
            self._pictures, self._next = {}, now + self.pace - GATHER
        elif self._pictures:
            asyncio.get_running_loop().call_later(self._next - now, self._wake.set)
        text, self._first = self._first, ""
        return text + "".join(self._values[key] for key in due if key in self._values)


class Latest:
    """The values, and who reads them."""

    def __init__(self) -> None:
        self._values: dict[Key, str] = {}
        self._readers: dict[str, Reader] = {}

    def __len__(self) -> int:
        """How many read."""
        return len(self._readers)

    def put(self, kind: str, which: str, value: object) -> None:
        """Another value; the same as before is no news."""
        key, text = (kind, which), encoded(kind, value)
        if self._values.get(key) != text:
            self._values[key] = text
            for reader in self._readers.values():
                reader.note(key)

    def forget(self, kind: str, which: str) -> None:
        """There is no such value any more; readers are not told."""
        self._values.pop((kind, which), None)

    def known(self, kind: str) -> list[str]:
        """Of which there is a value of this kind."""
        return [which for found, which in self._values if found == kind]

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()

    def seen(self) -> set[str]:
        """Whose tiles somebody has in sight."""
        return set().union(*(reader.seen for reader in self._readers.values()))

    def pace(self, which: str) -> float:
        """Of those who have this tile in sight, the fastest's."""
        return min((reader.pace for reader in self._readers.values() if which in reader.seen), default=FASTEST)

    def find(self, page: str, person: str) -> Reader | None:
        """A person's own open wall."""
        reader = self._readers.get(page)
        return reader if reader is not None and reader.person == person else None

    @contextlib.contextmanager
    def reader(self, person: str) -> Iterator[Reader]:
        """A reader for the block; it begins with everything there is."""
        reader = Reader(person, self._values)
        self._readers[reader.id] = reader
        try:
            yield reader
        finally:
            del self._readers[reader.id]
