"""One's own files over a real sshd: listed, loaded down, uploaded in pieces, and nothing outside the home."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from starlette.testclient import TestClient

from spyglass import seats
from spyglass.files import home as module
from spyglass.files.home import AT_ONCE, LARGEST, PIECE, is_path
from spyglass.seats import Seats
from tests.unit.spyglass import seat_double
from tests.unit.spyglass.people import PEOPLE, World, class_json

pytestmark = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)

UPLOAD = "0123456789abcdef"


class Own:
    """s01's browser, and what his home holds."""

    def __init__(self, client: TestClient, folder: Path) -> None:
        self.client = client
        self.home = folder

    def look(self, path: str = "") -> tuple[int, dict[str, Any]]:
        answer = self.client.get("/files", params={"path": path})
        return answer.status_code, answer.json()

    def names(self, path: str = "") -> list[str]:
        return [one["name"] for one in self.look(path)[1]["entries"]]

    def get(self, path: str) -> tuple[int, bytes]:
        answer = self.client.get("/files/download", params={"path": path})
        return answer.status_code, answer.content

    def piece(self, path: str, data: bytes, at: int = 0, upload: str = UPLOAD) -> int:
        query = {"path": path, "upload": upload, "at": str(at)}
        return self.client.post("/files/piece", params=query, content=data).status_code

    def finish(self, path: str, size: int, **more: Any) -> tuple[int, dict[str, Any]]:
        answer = self.client.post("/files/finish", json={"path": path, "upload": UPLOAD, "size": size, **more})
        return answer.status_code, answer.json()


@pytest.fixture
def own(world: World, seat: seat_double.SeatDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Own]:
    home = tmp_path / "home"
    home.mkdir()

    async def realpath(sftp: Any, path: bytes) -> bytes:
        """The test's sshd signs in who tests: of his files only this folder is the home."""
        asked = os.fsencode(home) if path == b"." else path
        found: bytes = await original(sftp, asked)
        return found

    original = asyncssh.SFTPClient.realpath
    monkeypatch.setattr(asyncssh.SFTPClient, "realpath", realpath)
    world.put(class_json([person | {"host": "127.0.0.1", "port": seat.port} for person in PEOPLE]))
    world.use_seats(Seats(seat.key, seat.user))
    with world.client() as client:
        client.post("/sign-in", data={"user_name": "s01", "password": world.directory.passwords["s01"]})
        yield Own(client, home)


def test_a_folder_is_listed_folders_first_and_odd_things_left_out(own: Own) -> None:
    (own.home / "b.txt").write_text("four")
    (own.home / "A folder").mkdir()
    (own.home / "<b>&'\".sql").write_text("")
    (own.home / ".seat").mkdir()
    (own.home / ".upload-0123").write_text("")
    os.mkfifo(own.home / "pipe")
    Path(os.fsdecode(os.fsencode(own.home) + b"/\xff.txt")).write_text("")
    status, found = own.look()
    assert status == 200
    assert [(one["name"], one["is_folder"]) for one in found["entries"]] == [
        ("A folder", True), ("<b>&'\".sql", False), ("b.txt", False),
    ]  # fmt: skip
    assert found["entries"][2]["size"] == 4
    assert (found["is_all"], found["largest"], found["piece"]) == (True, LARGEST, PIECE)
    assert own.names("A folder") == []


def test_of_many_only_so_many_are_shown(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ENTRIES", 5)
    for number in range(9):
        (own.home / str(number)).write_text("")
    found = own.look()[1]
    assert (len(found["entries"]), found["is_all"]) == (5, False)


def test_a_file_is_loaded_down_whole_and_never_shown(own: Own) -> None:
    content = os.urandom(300_000)
    (own.home / "x.html").write_bytes(content)
    answer = own.client.get("/files/download", params={"path": "x.html"})
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''x.html"
    assert answer.headers["content-length"] == "300000"
    (own.home / 'a"\r\nX: y.txt').write_text("odd")
    assert own.get('a"\r\nX: y.txt') == (200, b"odd")


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "a/../../secret", "out", "out/hosts", "link", "..", "\0", "x" * 1001]
)
def test_nothing_outside_the_home_is_reached(own: Own, path: str) -> None:
    (own.home.parent / "secret").write_text("secret")
    (own.home / "out").symlink_to("/etc")
    (own.home / "link").symlink_to("../secret")
    assert own.look(path)[0] == 409
    assert own.get(path)[0] == 409
    if path not in {"out", "link"}:  # these two would be replaced, as files of the home are
        assert own.piece(path, b"x") == 409
    assert (own.home.parent / "secret").read_text() == "secret"
    assert sorted(one.name for one in own.home.parent.iterdir() if one.name.startswith(".upload")) == []


def test_what_is_no_file_is_not_waited_for(own: Own) -> None:
    os.mkfifo(own.home / "pipe")
    (own.home / "folder").mkdir()
    for name in ("pipe", "folder", "gone"):
        assert own.get(name)[0] == 409, name


def test_a_file_comes_up_in_pieces_and_takes_its_name_at_the_end(own: Own) -> None:
    first, second = os.urandom(PIECE), b"the rest"
    assert own.piece("new.bin", first) == 204
    assert own.piece("new.bin", second, at=PIECE) == 204
    assert own.names() == []
    assert own.finish("new.bin", PIECE + 8) == (200, {"kept": None})
    assert (own.home / "new.bin").read_bytes() == first + second
    assert [one.name for one in own.home.iterdir()] == ["new.bin"]


def test_what_is_there_is_replaced_only_when_asked_and_kept(own: Own) -> None:
    (own.home / "notes.md").write_text("mine")
    for number in (1, 2):
        assert own.piece("notes.md", b"new") == 204
        assert own.finish("notes.md", 3) == (200, {"there": True})
        assert own.finish("notes.md", 3, replace=True) == (200, {"kept": f"notes.md.~{number}~"})
    assert (own.home / "notes.md").read_text() == "new"
    assert (own.home / "notes.md.~1~").read_text() == "mine"
    assert own.piece("notes.md", b"no") == 204
    assert own.client.post("/files/abandon", json={"path": "notes.md", "upload": UPLOAD}).status_code == 204
    assert own.names() == ["notes.md", "notes.md.~1~", "notes.md.~2~"]
    assert not list(own.home.glob(".upload*"))


def test_half_an_upload_is_no_file(own: Own) -> None:
    assert own.piece("half", b"half") == 204
    assert own.finish("half", 8)[0] == 409
    (own.home / f".upload-{UPLOAD}").unlink()
    assert own.finish("half", 4)[0] == 409
    assert own.names() == []


def test_an_upload_is_bounded(own: Own) -> None:
    assert own.piece("big", b"x", at=LARGEST) == 409
    assert own.piece("big", b"x" * (PIECE + 1)) == 413
    for wrong in ("-1", "x", "", "9" * 12):
        answer = own.client.post("/files/piece", params={"path": "big", "upload": UPLOAD, "at": wrong}, content=b"x")
        assert answer.status_code == 400
    for name in ("", "../../x../../x.x", "short", "Z" * 16):
        assert own.piece("big", b"x", upload=name) == 409
    assert own.names() == []


def test_who_loads_too_much_at_once_waits(own: Own, world: World) -> None:
    (own.home / "x").write_text("x")
    world.services.home._busy["s01"] = AT_ONCE  # noqa: SLF001 - as many go on
    assert own.get("x")[0] == 409
    assert own.piece("y", b"y") == 409
    world.services.home._busy["s01"] = 0  # noqa: SLF001 - they have ended
    assert own.get("x") == (200, b"x")
    assert world.services.home._busy["s01"] == 0  # noqa: SLF001 - each gives its place back


def test_pieces_of_uploads_that_were_broken_off_go_after_a_day(own: Own) -> None:
    (own.home / "mine.upload-0123456789abcdef").write_text("no piece")
    for name, age in (("old", 90_000), ("new", 80_000)):
        piece = own.home / f".upload-{'0' * 12}{'aaaa' if name == 'old' else 'bbbb'}"
        piece.write_text(name)
        os.utime(piece, (time.time() - age,) * 2)
    (own.home / ".upload-notes").write_text("no piece either")
    os.utime(own.home / ".upload-notes", (0, 0))
    assert own.piece("x", b"x") == 204
    left = {path.name for path in own.home.iterdir()}
    assert left == {
        f".upload-{'0' * 12}bbbb", f".upload-{UPLOAD}", ".upload-notes", "mine.upload-0123456789abcdef",
    }  # fmt: skip


def test_what_cannot_take_its_place_leaves_the_old_file_where_it_was(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    (own.home / "notes.md").write_text("mine")
    assert own.piece("notes.md", b"new") == 204
    original = asyncssh.SFTPClient.rename

    async def rename(sftp: Any, old: bytes, new: bytes) -> None:
        if b".upload-" in old:
            raise asyncssh.SFTPFailure("disk full")
        await original(sftp, old, new)

    monkeypatch.setattr(asyncssh.SFTPClient, "rename", rename)
    assert own.finish("notes.md", 3, replace=True)[0] == 409
    assert (own.home / "notes.md").read_text() == "mine"


def test_a_seat_that_says_too_much_or_does_not_let_go_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Line:
        is_aborted = False

        def abort(self) -> None:
            self.is_aborted = True

        def exit(self) -> None:
            pass

        async def wait_closed(self) -> None:
            await asyncio.sleep(3600)

        async def readexactly(self, size: int) -> bytes:
            return bytes(size)

    async def try_both() -> None:
        line: Any = Line()
        bounded = seats._Bounded(line)  # noqa: SLF001 - what SFTP reads through
        assert len(await bounded.readexactly(300_000)) == 300_000
        with pytest.raises(asyncssh.SFTPBadMessage):
            await bounded.readexactly(2**32 - 1)
        await seats._end(line, line)  # noqa: SLF001 - how each conversation ends
        assert line.is_aborted

    monkeypatch.setattr(seats, "PATIENCE", 0.1)
    asyncio.run(try_both())


def test_a_seat_that_does_not_answer_is_said(world: World) -> None:
    world.put(class_json([person | {"host": "127.0.0.1", "port": 1} for person in PEOPLE]))
    answer = world.browser("s01").get("/files")
    assert (answer.status_code, answer.json()["message"]) == (409, module.UNREACHABLE)


@pytest.mark.parametrize(
    ("path", "good"), [("", True), ("a/b c", True), ("..", False), ("a/..", False), ("/a", False), ("...", True)]
)
def test_a_path_leads_down(path: str, good: bool) -> None:
    assert is_path(path) is good
