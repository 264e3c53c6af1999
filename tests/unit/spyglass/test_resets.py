"""The resets over the web: a real sshd, and a script in place of the one that is sent to seats."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from spyglass.admin.resets import KEPT
from spyglass.grader import GraderDownError, ResetRefusedError
from spyglass.seats import Seats
from tests.unit.spyglass import seat_double
from tests.unit.spyglass.people import ORIGIN, PEOPLE, World, class_json
from tests.waiting import PATIENCE

pytestmark = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)

SAYS = 'echo "$1" >> "$log"; case $1 in terminal-text) echo shown;; engine-volumes) printf "\\001\\377";; esac\n'


class Scene:
    """A world with one seat that answers, at which s01 sits."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.script = folder / "reset"
        self.folder = folder
        self.write(SAYS)

    def write(self, text: str) -> None:
        """What the seat does from now on."""
        resets = self.world.services.resets
        resets._script = f"log={self.script}.log\n{text}"  # noqa: SLF001 - read once, from beside the module

    def done(self) -> list[str]:
        """What was asked of the seat."""
        log = Path(f"{self.script}.log")
        return log.read_text().split() if log.exists() else []

    def post(self, browser: TestClient, action: str, person: str = "s01") -> tuple[int, dict[str, Any]]:
        """Press a button."""
        answer = browser.post(f"/students/{person}/{action}")
        return answer.status_code, answer.json()

    def audit(self) -> list[tuple[str, str, str]]:
        """Who did what to whom."""
        return [(entry.actor, entry.action, entry.subject) for entry in self.world.services.audit.entries()]

    def told(self) -> list[str]:
        """What s01 was told."""
        return [notice.text for notice in self.world.services.notices.told() if notice.scope == "person:s01"]


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Iterator[Scene]:
    folder = tmp_path / "seat"
    folder.mkdir()
    with seat_double.seat(folder) as double:
        world.put(class_json([PEOPLE[0] | {"host": "127.0.0.1", "port": double.port}, *PEOPLE[1:]]))
        world.use_seats(Seats(double.key, double.user))
        yield Scene(world, folder)


@pytest.fixture
def teacher(scene: Scene) -> Iterator[TestClient]:
    with scene.world.browser("teacher") as browser:
        yield browser


def test_a_soft_reset_saves_the_terminals_text_first(scene: Scene, teacher: TestClient) -> None:
    status, answer = scene.post(teacher, "soft-reset")
    assert status == 200, answer
    assert scene.done() == ["terminal-text", "soft"]
    (saved,) = scene.world.services.saves.of("s01")
    assert answer["saved"] == saved.name
    assert saved.name.endswith("-terminal.txt")
    path = scene.world.services.saves.find("s01", saved.name)
    assert path
    assert path.read_text() == "shown\n"
    assert scene.audit() == [("teacher", f"soft reset, saved as {saved.name}", "s01")]
    assert scene.told()[0].startswith("Your terminal was started anew")


def test_an_engine_reset_saves_the_volumes_first(scene: Scene, teacher: TestClient) -> None:
    status, answer = scene.post(teacher, "engine-reset")
    assert status == 200, answer
    assert scene.done() == ["engine-volumes", "engine"]
    path = scene.world.services.saves.find("s01", answer["saved"])
    assert path
    assert path.read_bytes() == b"\x01\xff"
    assert "The content of the volumes was saved" in scene.told()[0]


def test_an_engine_without_volumes_leaves_no_file(scene: Scene, teacher: TestClient) -> None:
    scene.write('[ "$1" = engine-volumes ] || echo "$1" >> "$log"\n')
    status, answer = scene.post(teacher, "engine-reset")
    assert status == 200
    assert answer["saved"] is None
    assert scene.done() == ["engine"]
    assert scene.audit() == [("teacher", "engine reset, nothing to save", "s01")]


@pytest.mark.parametrize("action", ["soft-reset", "engine-reset"])
def test_what_cannot_be_saved_is_not_reset(scene: Scene, teacher: TestClient, action: str) -> None:
    scene.write('echo "$1" >> "$log"; echo half; exit 1\n')
    status, answer = scene.post(teacher, action)
    assert status == 409
    assert KEPT in answer["message"]
    assert len(scene.done()) == 1
    assert scene.world.services.saves.of("s01") == []
    assert list((scene.world.folder / "saves" / "s01").iterdir()) == []
    assert scene.audit() == [("teacher", f"{action.replace('-', ' ')} failed", "s01")]
    assert scene.told() == []


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("[ $1 = terminal-text ] || exit 4\n", "could not be written"),
        ("[ $1 = terminal-text ] || kill -9 $$\n", "failed in the student's machine"),
    ],
)
def test_a_seat_that_fails_is_said_in_plain_words(scene: Scene, teacher: TestClient, script: str, words: str) -> None:
    scene.write(script)
    status, answer = scene.post(teacher, "soft-reset")
    assert status == 409
    assert words in answer["message"]


def test_a_seat_that_does_not_answer_is_said(scene: Scene, teacher: TestClient) -> None:
    status, answer = scene.post(teacher, "soft-reset", "s02")
    assert status == 409
    assert "does not answer" in answer["message"]


@pytest.fixture
def answers(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[str | Exception]:
    """What the grader says next to a reset."""
    said: list[str | Exception] = []

    async def reset(_person: str) -> str:
        answer = said.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(scene.world.services.grader, "reset", reset)
    return said


def test_a_database_is_reset_by_who_saves_it(scene: Scene, teacher: TestClient, answers: list[str | Exception]) -> None:
    answers += ["20261122T090000Z-database.dump", ResetRefusedError("The disk is full. Nothing was reset.")]
    answers.append(GraderDownError("gone"))
    status, answer = scene.post(teacher, "database-reset")
    assert (status, answer["saved"]) == (200, "20261122T090000Z-database.dump")
    assert scene.audit() == [("teacher", "database reset, saved as 20261122T090000Z-database.dump", "s01")]
    assert scene.told()[0].startswith("Your database was made anew")
    status, answer = scene.post(teacher, "database-reset")
    assert (status, answer["message"]) == (409, "The disk is full. Nothing was reset.")
    status, answer = scene.post(teacher, "database-reset")
    assert (status, "may have happened" in answer["message"]) == (409, True)
    assert len(scene.told()) == 1


def test_two_teachers_do_not_reset_one_student_at_once(scene: Scene) -> None:
    go = scene.folder / "go"
    scene.write(f'while [ ! -e {go} ]; do sleep 0.05; done; echo "$1" >> "$log"\n')
    headers, cookies = {"Origin": ORIGIN}, dict(scene.world.browser("teacher").cookies)

    async def both() -> list[httpx.Response]:
        way = httpx.ASGITransport(app=scene.world.app)
        async with httpx.AsyncClient(
            transport=way, base_url=ORIGIN, headers=headers, cookies=cookies, timeout=PATIENCE
        ) as browser:
            asked = [asyncio.ensure_future(browser.post(f"/students/s01/{what}-reset")) for what in ("soft", "engine")]
            ready, _ = await asyncio.wait(asked, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            assert len(ready) == 1
            go.touch()
            return sorted(await asyncio.gather(*asked), key=lambda answer: answer.status_code)

    done, refused = asyncio.run(both())
    assert (done.status_code, refused.status_code) == (200, 409)
    assert "Somebody else" in refused.json()["message"]
    assert len(scene.done()) == 2, "of one of the two alone"


def test_a_saved_file_is_handed_out_and_never_shown(scene: Scene, teacher: TestClient) -> None:
    scene.write("echo '<script>alert(1)</script>'\n")
    _, answer = scene.post(teacher, "soft-reset")
    file = teacher.get(f"/students/s01/saves/{answer['saved']}")
    assert file.text == "<script>alert(1)</script>\n"
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment")
    assert scene.audit()[-1] == ("teacher", f"download of {answer['saved']}", "s01")
    assert teacher.get(f"/students/s02/saves/{answer['saved']}").status_code == 404
