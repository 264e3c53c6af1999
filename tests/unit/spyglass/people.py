"""A small class and a portal around it, without a network: what the tests of the web app start from."""

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncssh
from starlette.applications import Starlette
from starlette.testclient import TestClient

from spyglass import app, audit, known, sessions, store, visits
from spyglass.admin.alone import Alone
from spyglass.admin.resets import Resets
from spyglass.checking import store as checking
from spyglass.classroom import ClassFile, Classroom, Person
from spyglass.cookies import Cookies
from spyglass.directory import Directory, DirectoryDownError, RefusedError, WrongPasswordError
from spyglass.files.home import Home
from spyglass.grader import Grader
from spyglass.guide import learned
from spyglass.guide.book import Books
from spyglass.guide.doing import Doing
from spyglass.help import queue
from spyglass.joining import store as joining
from spyglass.limits import Limiter
from spyglass.notices import eyes
from spyglass.notices import store as notices
from spyglass.presence import Presence
from spyglass.progress import history
from spyglass.progress.board import Board
from spyglass.progress.machines import Machines
from spyglass.progress.seat_parts import SeatParts
from spyglass.saves import Saves
from spyglass.seats import Seats
from spyglass.services import Services
from spyglass.shared import Shared
from spyglass.showing.above import Above
from spyglass.showing.film import Film
from spyglass.showing.stage import Showing
from spyglass.takehome.work import TakeHome
from spyglass.wall.wall import Wall

ORIGIN = "https://lab.example:8443"
SOCKETS = ORIGIN.replace("https", "wss")  # the test client wants whole addresses for websockets
PEOPLE = [
    {"id": "s01", "name": "Ada", "role": "student", "host": "seat-s01", "group": "red"},
    {"id": "s02", "name": '"><img src=x onerror=alert(1)>{{7*7}}', "role": "student", "host": "seat-s02"},
    {"id": "spare01", "name": "Spare 1", "role": "spare", "host": "seat-spare01"},
    {"id": "teacher", "name": "Grace", "role": "teacher", "host": "seat-teacher"},
]


def class_json(people: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """The content of class.json."""
    course = {
        "event": {"name": "Test class", "time_zone": "Europe/Berlin", "end": None},
        "origins": [ORIGIN, "https://192.0.2.7"],
        "visibility": "own",
        # Copies: a test that changes somebody changes nobody for the others.
        "people": [dict(person) for person in (PEOPLE if people is None else people)],
    }
    return course | changes


class KnownPasswords(Directory):
    """Answers as a directory does, from a dictionary; the real one has tests of its own."""

    def __init__(self) -> None:
        self.passwords = {person["id"]: f"{person['id']}-password" for person in PEOPLE}
        self.asked: list[str] = []
        self.is_down = False
        self.is_ours = True

    async def check(self, name: str, password: str) -> bool:
        self.asked.append(name)
        if self.is_down:
            raise DirectoryDownError
        return bool(password) and self.passwords.get(str(name)) == password

    async def change_password(self, name: str, old: str, new: str) -> None:
        if self.is_down:
            raise DirectoryDownError
        if not await self.check(name, old):
            raise WrongPasswordError
        if len(new) < 8:
            raise RefusedError("The new password is too short. Use at least 8 characters.")
        self.passwords[name] = new

    @property
    def can_set_passwords(self) -> bool:
        return self.is_ours

    async def set_password(self, name: str, new: str) -> None:
        if self.is_down:
            raise DirectoryDownError
        self.passwords[name] = new

    def close(self) -> None:
        pass


@dataclass
class World:
    """An app on a folder, and what it was made of."""

    folder: Path
    clock: list[float] = field(default_factory=lambda: [time.time()])
    directory: KnownPasswords = field(default_factory=KnownPasswords)
    stack: str = "blue"

    def __post_init__(self) -> None:  # noqa: D105
        key = self.folder / "key"
        if not key.exists():
            asyncssh.generate_private_key("ssh-ed25519").write_private_key(key)
        self.services = self._services(key)
        self.app: Starlette = app.create(self.services)

    def _services(self, key: Path) -> Services:
        parts = (sessions, known, audit, history, visits, queue, notices, eyes, joining, learned, checking)
        database = store.connect(self.folder / "spyglass.db", *(part.SCHEMA for part in parts))
        asked = queue.HelpQueue(database, lambda: self.clock[0])
        classroom, presence = Classroom(self.folder / "class.json"), Presence(lambda: self.clock[0])
        grader, seats, saves = Grader(self.folder / "grader.sock"), Seats(key), Saves(self.folder / "saves")
        (self.folder / "saves").mkdir(exist_ok=True)
        signed_in = sessions.Sessions(database, presence.end_sessions, lambda: self.clock[0])
        showing = Showing(classroom, presence, signed_in, lambda: self.clock[0])
        return Services(
            above=Above(seats),
            alone=Alone(),
            audit=audit.Audit(database),
            board=Board(asked.question),
            books=Books(self.folder / "course"),
            checks=checking.Checks(database, lambda: self.clock[0]),
            classroom=classroom,
            cookies=Cookies(self.stack),
            directory=self.directory,
            doing=Doing(seats),
            grader=grader,
            help=asked,
            history=history.History(database),
            home=Home(seats),
            joining=joining.Joining(database, classroom, lambda: self.clock[0]),
            known=known.KnownBrowsers(database, lambda: self.clock[0]),
            learned=learned.Learned(database, lambda: self.clock[0]),
            limiter=Limiter(lambda: self.clock[0]),
            eyes=eyes.Eyes(database, lambda: self.clock[0]),
            film=Film(seats, showing),
            notices=notices.Notices(database, lambda: self.clock[0]),
            machines=Machines(),
            presence=presence,
            resets=Resets(seats, saves, grader),
            saves=saves,
            seat_parts=SeatParts(),
            seats=seats,
            sessions=signed_in,
            shared=Shared(),
            showing=showing,
            take_home=TakeHome(seats, grader, self.folder / "saves", self.stack, classroom, lambda: self.clock[0]),
            visits=visits.Visits(database, lambda: self.clock[0]),
            wall=Wall(),
        )

    def put(self, course: dict[str, Any]) -> None:
        """A new class.json, in one step."""
        part = self.folder / "class.part"
        part.write_text(json.dumps(course))
        part.replace(self.folder / "class.json")

    def course(self) -> ClassFile:
        """The class as it is now."""
        found = self.services.classroom.current()
        assert found
        return found

    def person(self, name: str) -> Person:
        """Somebody of the class, by id."""
        found = self.services.classroom.find(name)
        assert found
        return found

    def use_seats(self, seats: Seats) -> None:
        """Other seats than the ones that nobody answers at."""
        grader, saves = self.services.grader, self.services.saves
        self.services = replace(
            self.services,
            seats=seats,
            resets=Resets(seats, saves, grader),
            doing=Doing(seats),
            home=Home(seats),
            take_home=TakeHome(
                seats, grader, self.folder / "saves", self.stack, self.services.classroom, lambda: self.clock[0]
            ),
        )
        self.app = app.create(self.services)

    def client(self, address: str = "198.51.100.1", **headers: str) -> TestClient:
        """A browser at this address that is not signed in."""
        return TestClient(
            self.app,
            base_url=ORIGIN,
            headers={"Origin": ORIGIN, "Accept": "text/html", **headers},
            follow_redirects=False,
            client=(address, 50000),
        )

    def browser(self, person: str, address: str = "198.51.100.1") -> TestClient:
        """A browser that is signed in."""
        client = self.client(address)
        answer = client.post("/sign-in", data={"user_name": person, "password": self.directory.passwords[person]})
        assert answer.status_code == 303, answer.text
        return client
