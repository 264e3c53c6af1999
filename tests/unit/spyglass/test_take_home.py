"""What a student takes home: a real sshd, a script in place of the one that seats are sent, and a grader's answers."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from spyglass.grader import GraderDownError, ResetRefusedError
from spyglass.saves import SaveError, Saves
from spyglass.seats import Seats
from spyglass.takehome import work
from spyglass.takehome.told import STEPS, told
from tests.unit.spyglass import seat_double
from tests.unit.spyglass.node_kit import needs_node, run
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)

HOME = "printf 'the home'\n"
DUMP = "20261129T100000Z-database.dump"


class Scene:
    """s01 at his browser; what his seat prints, and what the grader does, is for the test to say."""

    def __init__(self, client: TestClient, world: World) -> None:
        self.client = client
        self.world = world
        self.folder = world.folder / "saves" / ".take-home"
        self.grader: list[Exception] = []

    def seat(self, script: str) -> None:
        self.world.services.take_home._script = script  # noqa: SLF001 - read once, from beside the module

    async def dump(self, person: str) -> str:
        if self.grader:
            raise self.grader.pop()
        (self.folder / person / DUMP).write_text("the database")
        return DUMP

    def begin(self) -> None:
        assert self.client.post("/take-home").status_code == 204

    def told(self, person: str = "s01") -> dict[str, Any]:
        return told(self.world.services, self.world.person(person), self.world.course())

    def ends(self) -> dict[str, Any]:
        until(lambda: "s01" not in self.world.services.take_home._going, "it has ended")  # noqa: SLF001 - as a page sees it
        return self.told()

    def files(self) -> list[str]:
        return sorted(path.name.partition("-")[2] for path in self.folder.glob("s01/*"))


@pytest.fixture
def scene(world: World, seat: seat_double.SeatDouble, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    world.put(class_json([PEOPLE[0] | {"host": "127.0.0.1", "port": seat.port}, *PEOPLE[1:]]))
    world.use_seats(Seats(seat.key, seat.user))
    monkeypatch.setattr(work, "PAUSE", 0)
    with world.client() as client:
        client.post("/sign-in", data={"user_name": "s01", "password": world.directory.passwords["s01"]})
        made = Scene(client, world)
        made.seat(HOME)
        monkeypatch.setattr(world.services.grader, "dump", made.dump)
        yield made


def parts(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {member.name: (archive.extractfile(member) or io.BytesIO()).read() for member in archive}


def test_home_and_database_come_as_one_archive(scene: Scene) -> None:
    scene.begin()
    end = scene.ends()
    assert (end["step"], end["message"]) == ("", "")
    answer = scene.client.get("/take-home/archive")
    assert answer.headers["content-type"] == "application/gzip"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="s01-2')
    assert end["file"]["size"] == len(answer.content)
    found = parts(answer.content)
    assert list(found) == ["manifest.json", "seat.tar", "database.dump"]
    assert (found["seat.tar"], found["database.dump"]) == (b"the home", b"the database")
    manifest = json.loads(found.pop("manifest.json"))
    assert (manifest["format"], manifest["student"], manifest["stack"]) == (1, "s01", "blue")
    assert manifest["parts"] == {
        name: {"bytes": len(part), "sha256": hashlib.sha256(part).hexdigest()} for name, part in found.items()
    }
    assert scene.files() == ["archive.tar.gz"], "the parts are gone"
    assert scene.told("s02")["file"] is None


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("printf half; exit 2", work.NOT_WHOLE),
        ("printf half; kill -9 $$", work.NOT_WHOLE),
        ("true", work.NOT_WHOLE),
        ("yes", "There is more to save than"),
        ("printf half; exec sleep 60", work.UNREACHABLE),
    ],
)
def test_what_a_seat_does_not_give_is_said_and_nothing_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    monkeypatch.setattr(work, "SILENCE", 0.5 if "sleep" in script else PATIENCE)
    monkeypatch.setattr(scene.world.services.take_home, "_parts", Saves(scene.folder, most=10_000_000))
    scene.seat(f"{script}\n")
    scene.begin()
    end = scene.ends()
    assert end["step"] == work.FAILED
    assert end["message"].startswith(words)
    assert end["file"] is None
    assert scene.files() == []


def test_a_grader_that_refuses_or_is_away_is_said_and_the_archive_before_stays(scene: Scene) -> None:
    scene.begin()
    before = scene.ends()["file"]
    scene.grader = [ResetRefusedError("The database cannot be read: canceling statement due to statement timeout.")]
    scene.begin()
    end = scene.ends()
    assert end["message"] == "The database cannot be read: canceling statement due to statement timeout."
    assert end["file"] == before
    scene.grader = [GraderDownError("gone")]
    scene.begin()
    assert scene.ends()["message"] == work.GRADER_DOWN
    assert scene.files() == ["archive.tar.gz"]
    scene.begin()
    assert scene.ends()["message"] == ""


def test_a_disk_that_is_nearly_full_is_left_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = Saves(scene.folder)
    monkeypatch.setattr(scene.world.services.take_home, "_parts", parts)
    asked: list[int] = []

    def require_room() -> None:
        asked.append(1)
        if len(asked) > 3:  # while it is packed
            raise SaveError("The disk is nearly full.")

    monkeypatch.setattr(parts, "require_room", require_room)
    scene.begin()
    assert scene.ends()["message"] == "The disk is nearly full."
    assert len(asked) == 4
    assert scene.files() == []


def test_two_at_once_and_the_others_are_told_their_place(scene: Scene) -> None:
    go = scene.world.folder / "go"
    scene.seat(f"printf x; while [ ! -e {go} ]; do sleep 0.05; done\n")
    home, person = scene.world.services.take_home, scene.world.person("s01")
    assert scene.client.portal
    for name in ("a", "b", "c", "d"):
        scene.client.portal.call(home.begin, person.model_copy(update={"id": name}))
    until(lambda: [way.step for way in home._ways.values()] == [work.SEAT, work.SEAT, work.WAITING, work.WAITING], "")  # noqa: SLF001
    assert [home.place(name) for name in ("a", "c", "d")] == [0, 2, 3]
    scene.client.portal.call(home.begin, person)
    scene.begin()
    assert home.place("s01") == 4
    go.touch()
    assert scene.ends()["message"] == ""
    assert home._ways == {}  # noqa: SLF001


def test_an_archive_is_kept_for_an_hour_and_leftovers_until_the_next_start(scene: Scene) -> None:
    scene.begin()
    scene.ends()
    scene.world.clock[0] += work.KEPT - 2
    assert scene.told()["file"]
    scene.world.clock[0] += 3
    assert scene.told()["file"] is None
    answer = scene.client.get("/take-home/archive")
    assert (answer.status_code, "kept for an hour" in answer.text) == (404, True)
    scene.world.services.take_home._remove_old()  # noqa: SLF001 - what it does every minute
    assert scene.files() == []
    left = scene.folder / "s01" / ".20261129T100000Z-database.dump.part"
    left.write_text("cut short")
    with scene.world.client():
        until(lambda: not left.exists(), "a new start has cleared it away")


def test_who_leaves_leaves_nothing_to_whom_gets_his_id(scene: Scene) -> None:
    scene.begin()
    scene.ends()
    scene.world.put(class_json(PEOPLE[1:]))
    scene.world.services.take_home._remove_old()  # noqa: SLF001 - what it does every minute
    assert scene.files() == []


def test_whoever_tries_again_waits_a_moment_and_the_page_notices_each_try(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.seat("exit 2\n")
    scene.begin()
    first = scene.ends()
    monkeypatch.setattr(work, "PAUSE", 3600)
    scene.begin()
    assert scene.told()["step"] == work.WAITING
    assert scene.told()["number"] == first["number"] + 1
    assert first["message"] == work.NOT_WHOLE


def test_a_teacher_has_none_and_a_page_names_what_is_to_do(scene: Scene) -> None:
    page = scene.client.get("/take-home").text
    assert all(title in page for title in STEPS.values())
    assert "tar -xf seat.tar" in page
    teacher = scene.world.browser("teacher")
    for answer in (teacher.get("/take-home"), teacher.post("/take-home"), teacher.get("/take-home/archive")):
        assert answer.status_code == 404
    assert scene.world.client().get("/take-home").status_code == 303


def test_the_archive_is_a_plain_gzip_file(scene: Scene) -> None:
    scene.seat("head -c 3000000 /dev/zero\n")
    scene.begin()
    scene.ends()
    answer = scene.client.get("/take-home/archive")
    assert len(answer.content) < 100_000
    assert len(gzip.decompress(answer.content)) > 3_000_000
    part = scene.client.get("/take-home/archive", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, answer.content[:10])


@needs_node
@pytest.mark.parametrize(
    ("now", "marks", "words"),
    [
        ({"step": "waiting", "place": 2}, "next next next", "2 others are made first"),
        ({"step": "waiting", "place": 0}, "next next next", "in a moment"),
        ({"step": "seat", "size": 3 << 20}, "now next next", "3.0 MiB so far"),
        ({"step": "database"}, "done now next", "done"),
        ({"step": "packing", "size": 50, "total": 200}, "done done now", "done"),
    ],
)
def test_what_stands_at_each_step(now: dict[str, Any], marks: str, words: str) -> None:
    told = {"steps": list(STEPS.items()), "place": 0, "size": 0, "total": 0} | now
    found = run("take_home_steps.js", "it.states(a[0])", told)
    assert " ".join(one["mark"] for one in found) == marks
    assert found[0]["words"] == words
    if told["total"]:
        assert (found[2]["part"], found[2]["words"]) == (0.25, "25 %")


@needs_node
def test_what_is_said_aloud_and_what_went_wrong() -> None:
    steps = list(STEPS.items())

    def says(now: dict[str, Any], before: dict[str, Any] | None) -> tuple[str, str]:
        empty = {"steps": steps, "step": "", "message": "", "file": None}
        news, problem = run("take_home_steps.js", "[it.news(a[0], a[1]), it.problem(a[0], a[1])]", empty | now,
                            before and empty | before)  # fmt: skip
        return news, problem

    old, new = {"file": {"name": "s01-1.tar.gz"}}, {"file": {"name": "s01-2.tar.gz"}}
    assert says(old, None) == ("", "")
    assert says({"step": "database"}, {"step": "seat"}) == ("Your database", "")
    assert says({"step": "seat"}, {"step": "seat"}) == ("", "")
    assert says(new, {"step": "packing", **old}) == ("Your file is ready.", "")
    assert says({"step": "failed", "message": "why", **old}, {"step": "seat", **old}) == ("", "why")
    assert says(old, {"step": "seat", **old}) == ("", "It was interrupted. Make it again.")
    assert says({"step": "seat", **old}, {"step": "failed", "message": "why", **old})[1] == ""
