"""Whether somebody's computer is ready: what anybody may send, and what the teacher reads of it."""

import json
from typing import Any

import pytest
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from spyglass.checking import routes, store
from spyglass.checking.store import MOST, TOGETHER
from tests.unit.spyglass.node_kit import needs_node, run
from tests.unit.spyglass.people import PEOPLE, SOCKETS, World, class_json
from tests.waiting import until

FOUND = {"tls": ["good", "came encrypted"], "latency": ["bad", "900 ms <b>"], "keyboard": ["so-so", "not yet typed: |"]}


def send(world: World, name: str = "Ada", findings: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
    values = {"name": name, "findings": FOUND if findings is None else findings}
    answer = world.client(**headers).post("/check/result", json=values)
    return answer.status_code, answer.json() if "json" in answer.headers["content-type"] else {}


def test_anybody_may_look_and_is_told_the_ports(world: World) -> None:
    page = world.client().get("/check").text
    assert "port 8443" in page
    for title in routes.LOOKED_AT.values():
        assert title in page
    assert "Test-NetConnection" not in page
    people = [dict(PEOPLE[0], database="postgresql://s01@lab.example:5433/s01?sslmode=require")]
    world.put(class_json(people, database_is_open=True))
    page = world.client().get("/check").text
    assert "Test-NetConnection lab.example -Port 5433" in page
    assert "s01" not in page


def test_a_result_gets_a_code_that_the_teacher_finds(world: World) -> None:
    status, said = send(world, "Ada <b>\u202eL")
    assert status == 200
    page = world.browser("teacher").get("/checks").text
    assert said["code"] in page
    assert "Ada &lt;b&gt;L" in page
    assert "Delay: 900 ms &lt;b&gt;" in page
    assert "Keyboard: not yet typed: |" in page
    assert "came encrypted" not in page
    assert "not ready" in page
    assert world.browser("s01").get("/checks").status_code == 403


@pytest.mark.parametrize(
    ("marks", "worst"), [("good good", "good"), ("good so-so", "so-so"), ("so-so bad good", "bad"), ("", "good")]
)
def test_the_worst_counts(world: World, marks: str, worst: str) -> None:
    findings = dict(zip(routes.LOOKED_AT, ([mark, "x"] for mark in marks.split()), strict=False))
    assert send(world, findings=findings)[0] == 200
    assert world.services.checks.all()[0].worst == worst


@pytest.mark.parametrize(
    "findings",
    [[], {"x": ["good", ""]}, {"tls": ["fine", ""]}, {"tls": ["good"]}, {"tls": ["good", "x" * 201]}, {"tls": "good"}],
)
def test_what_is_no_result_is_refused(world: World, findings: Any) -> None:
    assert send(world, findings=findings)[0] == 400
    assert world.services.checks.all() == []


def test_what_is_sent_is_bounded(world: World) -> None:
    assert send(world, "")[0] == 409
    assert send(world, "x" * 101)[0] == 409
    assert world.client().post("/check/result", content=b"x" * 5000).status_code == 413
    assert send(world, Origin="https://evil.example")[0] == 403
    for _ in range(TOGETHER):
        assert send(world)[0] == 200
    assert send(world)[0] == 429
    world.clock[0] += 61
    assert send(world)[0] == 200


def test_only_the_newest_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST >= 500
    monkeypatch.setattr(store, "MOST", 3)
    for number in range(5):
        world.clock[0] += 1
        send(world, f"n{number}")
    assert [one.name for one in world.services.checks.all()] == ["n4", "n3", "n2"]


def test_the_echo_says_what_it_hears_for_a_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_ECHOES", 3)
    with world.client().websocket_connect(f"{SOCKETS}/check/echo") as socket:
        for data in (b"a", b"x" * 16_000, b"y" * 30_000):
            socket.send_bytes(data)
            assert socket.receive_bytes() == data[:20_000]
        with pytest.raises(WebSocketDisconnect):
            socket.receive_bytes()
    with world.client().websocket_connect(f"{SOCKETS}/check/echo") as socket:
        socket.send_text("no bytes")
    # Each gives its place back, a moment after this side has gone.
    until(lambda: routes._Echoes.open == 0, lambda: f"{routes._Echoes.open} are still open")  # noqa: SLF001
    monkeypatch.setattr(routes, "AT_ONCE", 0)
    with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)):
        world.client().websocket_connect(f"{SOCKETS}/check/echo").__enter__()


@needs_node
def test_a_page_judges_delay_screen_and_keys() -> None:
    marks = run("check.js", "[10, 80, 200, 251].map((one) => it.delay(one)[0])")
    assert marks == ["good", "good", "so-so", "bad"]
    assert run("check.js", "[it.screenOf(1366, 768)[0], it.screenOf(390, 844)[0]]") == ["good", "so-so"]
    assert run("check.js", "it.missing('ab|~{}[]@$;')") == ["\\"]
    assert json.dumps(run("check.js", "it.missing('')")).count('"') == 20
