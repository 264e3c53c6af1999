"""When the grader's copy of the course is asked whether it is still the same."""

import asyncio
from collections.abc import Sequence

import pytest

from images.grader.grader import judge
from images.grader.grader.reference import IDENTITY, NoReferenceError, References
from images.grader.grader.wire import LostError, Row, Wire

PLAN = '[{"Plan": {"Relation Name": "book", "Schema": "public"}}]'


class Server:
    """In place of the server: each connection, and what it was asked."""

    def __init__(self) -> None:
        self.identity = "1"
        self.opened: list[Connection] = []

    async def open(self, *_way: object) -> "Connection":
        self.opened.append(Connection(self))
        return self.opened[-1]


class Connection:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.asked: list[str] = []
        self.is_over = False

    async def ask(self, statement: str, _seconds: float, _values: Sequence[str] = ()) -> list[Row]:
        self.asked.append(statement)
        if not self.server.identity:
            raise LostError
        return [(self.server.identity if statement == IDENTITY else PLAN,)]

    def close(self) -> None:
        self.is_over = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(Wire, "open", made.open)
    return made


def test_as_long_as_a_connection_lives_nobody_asks_again(server: Server) -> None:
    async def twice() -> None:
        references = References("/run/nowhere")
        assert await references.tables("SELECT 1") == await references.tables("SELECT 1")

    asyncio.run(twice())
    [only] = server.opened
    assert [statement == IDENTITY for statement in only.asked] == [True, False]


@pytest.mark.parametrize(("identity", "asks"), [("1", 1), ("2", 2)])
def test_after_its_end_what_was_known_stands_if_it_is_the_same_database(
    server: Server, identity: str, asks: int
) -> None:
    async def twice() -> None:
        references = References("/run/nowhere")
        await references.tables("SELECT 1")
        server.opened[0].is_over = True
        server.identity = identity
        await references.tables("SELECT 1")

    asyncio.run(twice())
    assert len(server.opened) == 2
    assert len(server.opened[1].asked) == asks


def test_rows_that_cannot_be_read_are_no_reference(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreadable(_references: References, _query: str, _contents: object) -> object:
        return judge.parse(f"[[1e{'9' * 20}]]")

    monkeypatch.setattr(References, "_over", unreadable)
    with pytest.raises(NoReferenceError):
        asyncio.run(References("").rows("SELECT 1", {'"public"."book"': "[1, 2]"}, {}))
    assert len(server.opened) == 1


def test_a_connection_that_cannot_say_which_database_it_is_of_is_not_kept(server: Server) -> None:
    async def twice() -> None:
        references = References("/run/nowhere")
        server.identity = ""
        with pytest.raises(NoReferenceError):
            await references.tables("SELECT 1")
        server.identity = "1"
        assert await references.tables("SELECT 1")

    asyncio.run(twice())
    assert len(server.opened) == 2
