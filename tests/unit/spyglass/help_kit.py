"""A class that asks for help: what people send, and what they are told, without a browser.

In: a `World`. Out: students who ask, teachers who act, and how it stands with each of them.
"""

import json
from typing import Any

from starlette.testclient import TestClient

from spyglass.help import words
from tests.unit.spyglass.people import World

LINUS = {"id": "lin", "name": "Linus", "role": "teacher", "host": "seat-lin"}


def ask(browser: TestClient, question: Any = "psql says no", **more: Any) -> int:
    return browser.post("/help/ask", content=json.dumps({"question": question, **more})).status_code


def act(browser: TestClient, action: str, *numbers: int) -> tuple[int, str]:
    answer = browser.post(f"/help/requests/{action}", json={"numbers": numbers})
    return answer.status_code, answer.json()["message"] if answer.content else ""


def own(world: World, person: str) -> dict[str, Any]:
    """What a student's page is told."""
    return words.own(world.services, world.person(person), world.course())


def queue(world: World) -> dict[str, Any]:
    """What the teachers' pages are told."""
    return words.queue(world.services, world.course())


def requests(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queue(world)["requests"]
    return found


def number(world: World, person: str) -> int:
    return next(int(one["number"]) for one in requests(world) if one["id"] == person)
