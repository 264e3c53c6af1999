"""Requests of other origins, and what every answer carries."""

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from spyglass.security import HEADERS
from tests.unit.spyglass.people import ORIGIN, SOCKETS, World

FOREIGN = [
    "https://evil.example",
    "null",
    "",
    "https://lab.example:8443.evil.example",
    "https://evil-lab.example:8443",
    "https://lab.example",
    "https://lab.example:8444",
    "http://lab.example:8443",
    f"{ORIGIN}/",
    f"{ORIGIN}, https://evil.example",
]


@pytest.mark.parametrize("origin", [*FOREIGN, None])
def test_a_websocket_of_another_origin_is_refused_before_the_upgrade(world: World, origin: str | None) -> None:
    client = world.browser("s01")
    del client.headers["Origin"]
    headers = {} if origin is None else {"Origin": origin}
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        client.websocket_connect(f"{SOCKETS}/seats/s01/terminal", headers=headers),
    ):
        pass
    assert denied.value.status_code == 403


@pytest.mark.parametrize("origin", [*FOREIGN, None])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/password"])
def test_a_form_of_another_origin_is_refused(world: World, path: str, origin: str | None) -> None:
    client = world.browser("s01")
    del client.headers["Origin"]
    headers = {} if origin is None else {"Origin": origin}
    assert client.post(path, headers=headers, data={}).status_code == 403


def test_every_address_of_the_class_is_an_origin(world: World) -> None:
    for origin in (ORIGIN, "https://192.0.2.7"):
        answer = world.client().post(
            "/sign-in", headers={"Origin": origin}, data={"user_name": "s01", "password": "s01-password"}
        )
        assert answer.status_code == 303


def test_two_origins_are_none(world: World) -> None:
    client = world.client()
    headers = [("Origin", ORIGIN), ("Origin", "https://evil.example")]
    del client.headers["Origin"]
    assert client.post("/sign-in", headers=headers, data={}).status_code == 403


def test_an_unknown_address_is_explained(world: World) -> None:
    client = TestClient(world.app, base_url="https://10.0.0.9:8443", headers={"Origin": "https://10.0.0.9:8443"})
    answer = client.post("/sign-in", data={"user_name": "s01", "password": "s01-password"})
    assert answer.status_code == 403
    assert ORIGIN in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/", "/terminal", "/session", "/static/desk.js", "/healthz"])
def test_what_another_site_fetches_is_refused_without_a_word_about_the_class(
    world: World, path: str, site: str
) -> None:
    answer = world.browser("s01").get(path, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
    assert answer.status_code == 403
    assert "s01" not in answer.text


def test_another_site_may_not_frame_a_page(world: World) -> None:
    framed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    assert world.browser("s01").get("/", headers=framed).status_code == 403


def test_every_answer_carries_the_headers(world: World) -> None:
    def boom() -> None:
        raise RuntimeError("canary-in-a-trace")

    student = world.browser("s01")
    answers = [
        student.get("/"),
        student.get("/nothing-here"),
        student.get("/watch/s02"),
        student.get("/static/desk.js"),
        student.get("/healthz"),
        student.post("/sign-in", headers={"Origin": "null"}),
    ]
    world.services.classroom.current = boom  # type: ignore[method-assign]
    crashing = TestClient(world.app, base_url=ORIGIN, raise_server_exceptions=False)
    answers.append(crashing.get("/healthz"))
    assert [answer.status_code for answer in answers[:-1]] == [200, 404, 403, 200, 200, 403]
    for answer in answers[:-1]:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    assert "canary" not in answers[-1].text


def test_a_crash_is_a_page_in_plain_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    student = world.browser("s01")
    crashing = TestClient(
        world.app, base_url=ORIGIN, raise_server_exceptions=False, cookies=student.cookies, headers={"Origin": ORIGIN}
    )
    monkeypatch.setattr(world.services.sessions, "end", lambda _session: 1 / 0)
    answer = crashing.post("/sign-out")
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_scripts_come_from_here_alone() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"


def test_pages_are_not_kept_and_files_are_checked_again(world: World) -> None:
    client = world.browser("s01")
    assert client.get("/").headers["cache-control"] == "no-store"
    assert client.get("/static/spyglass.css").headers["cache-control"] == "no-cache"


def test_names_are_shown_and_never_run(world: World) -> None:
    for page in (world.browser("teacher").get("/watch/s02").text, world.browser("s02").get("/").text):
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
        assert "{{7*7}}" in page
