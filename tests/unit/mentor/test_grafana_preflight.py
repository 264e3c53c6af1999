"""Whether there will be boards: what the host has and could pull comes in, yes, no or a refusal goes out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from mentor.host import preflight, pulling
from mentor.host.docker_host import DockerHost
from mentor.host.probe import Facts, HostError
from mentor.settings.problems import SettingsError
from mentor.workshop import Workshop, read
from tests.unit.mentor.test_preflight import GOOD

ROOT = Path(__file__).parents[3]
LOCAL = DockerHost("dev", "unix:///var/run/docker.sock")
GIVEN = {"url": "https://grafana.example.org", "auth": SecretStr("x"), "prometheusUrl": "http://192.0.2.7:9090"}
WITH_VOLUME = replace(GOOD, volumes=frozenset({"mentor-dev-grafana"}))


def workshop(**grafana: object) -> Workshop:
    return read({"students": 1, "grafana": grafana}, ROOT, "dev")


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lines.append)
    return lines


def host(monkeypatch: pytest.MonkeyPatch, *, has: bool, reason: str | None = "no such host") -> None:
    monkeypatch.setattr(preflight, "has_image", lambda *_: has)
    monkeypatch.setattr(preflight, "refusal", lambda *_: reason)


@pytest.mark.parametrize("facts", [GOOD, WITH_VOLUME])
@pytest.mark.parametrize(("has", "reason"), [(True, "no such host"), (False, None)])
def test_there_are_boards_where_the_image_is_or_can_be_pulled(
    monkeypatch: pytest.MonkeyPatch, warned: list[str], facts: Facts, has: bool, reason: str | None
) -> None:
    host(monkeypatch, has=has, reason=reason)
    assert preflight.has_grafana(workshop(), facts, "mentor")
    assert warned == []


def test_a_host_that_has_the_image_asks_no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    host(monkeypatch, has=True)
    monkeypatch.setattr(preflight, "refusal", lambda *_: pytest.fail("asked"))
    assert preflight.has_grafana(workshop(), GOOD, "mentor")


def test_where_the_image_cannot_be_had_one_line_says_so_and_how_to_have_it(
    monkeypatch: pytest.MonkeyPatch, warned: list[str]
) -> None:
    host(monkeypatch, has=False)
    assert not preflight.has_grafana(workshop(), GOOD, "mentor")
    (line,) = warned
    assert "\n" not in line
    for part in ("grafana/grafana:12.2.0", "(no such host)", "docker load", "grafana.url", "grafana.enabled false"):
        assert part in line


def test_a_grafana_that_is_there_is_never_deleted_for_want_of_its_image(
    monkeypatch: pytest.MonkeyPatch, warned: list[str]
) -> None:
    host(monkeypatch, has=False)
    with pytest.raises(SettingsError) as raised:
        preflight.has_grafana(workshop(), WITH_VOLUME, "mentor")
    (line,) = str(raised.value).splitlines()
    assert line.startswith('mentor:grafana.image: "grafana/grafana:12.2.0" is not on the host and cannot be pulled')
    assert "docker load" in line
    assert "grafana.enabled false" in line
    assert warned == []


@pytest.mark.parametrize(("given", "boards"), [({"enabled": False}, False), (GIVEN, True)])
def test_the_host_is_asked_nothing_where_no_grafana_of_its_own_is_wanted(
    monkeypatch: pytest.MonkeyPatch, warned: list[str], given: dict[str, object], boards: bool
) -> None:
    monkeypatch.setattr(preflight, "has_image", lambda *_: pytest.fail("asked"))
    assert preflight.has_grafana(workshop(**given), GOOD, "mentor") is boards
    assert warned == []
    # One that is there goes, on purpose; it is said.
    assert preflight.has_grafana(workshop(**given), WITH_VOLUME, "mentor") is boards
    (line,) = warned
    assert "is deleted, with all that was added to it by hand" in line


def answered(monkeypatch: pytest.MonkeyPatch, answer: str | Exception) -> None:
    def ask(*_: object, told: str, seconds: float) -> str:
        assert told.startswith("GET /distribution/grafana/grafana:12.2.0/json HTTP/1.0\r\n")
        assert seconds == pulling.PATIENCE_SECONDS
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(pulling, "ask", ask)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('HTTP/1.0 200 OK\nServer: Docker\n\n{"Descriptor": {}}', None),
        ("HTTP/1.0 500 Internal\n\n" + json.dumps({"message": "no such host"}), "no such host"),
        ("HTTP/1.0 404 Not Found\n\n<html>", "the engine answered 'HTTP/1.0 404 Not Found'"),
        ("", "the engine answered ''"),
        (HostError("no answer within 4 s to the question for the image; try: docker info"),
         "no answer within 4 s to the question for the image"),
    ],
)  # fmt: skip
def test_the_engine_says_whether_it_could_pull(
    monkeypatch: pytest.MonkeyPatch, answer: str | Exception, reason: str | None
) -> None:
    answered(monkeypatch, answer)
    assert pulling.refusal(LOCAL, "grafana/grafana:12.2.0") == reason


def test_an_image_that_is_not_there_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(_: DockerHost, arguments: list[str], what: str) -> str:
        if arguments[-1] == "there:1":
            return "sha256:x\n"
        raise HostError(f"{what} failed: No such image")

    monkeypatch.setattr(pulling, "ask", ask)
    assert pulling.has_image(LOCAL, "there:1")
    assert not pulling.has_image(LOCAL, "missing:1")
