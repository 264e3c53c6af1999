"""A whole workshop without Grafana's image, with a Grafana that exists, and with one of its own: nobody is interrupted.

The image is a double (server.py), built on the workshop's own web app; no registry has it.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mentor.components.alerting import FIRING
from tests.boards.double import IMAGE, build
from tests.grafana_stub import TOKEN, Grafana, served
from tests.ground import listing
from tests.live.portal_kit import trusting
from tests.waiting import PATIENCE, until
from tests.workshop_kit import Workshop, docker

BOARDS = {"mentor-class", "mentor-student", "mentor-task", "mentor-projector", "mentor-host"}


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Iterator[Workshop]:
    docker("rmi", "-f", IMAGE, check=False)
    made = workshop_factory("boards", students=1, grafana={"image": IMAGE})
    made.teach("title: Boards\nmaterial: material\ndatabase:\n  files: [sample.sql]\n")
    yield made
    docker("rmi", "-f", IMAGE, check=False)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[tuple[Grafana, str]]:
    held = Grafana()
    with served(held) as url:
        yield held, url


def browser(lab: Workshop, person: str | None = None) -> httpx.Client:
    """Somebody's browser; without a name nobody has signed in."""
    url = lab.outputs()["portalUrl"]
    client = httpx.Client(base_url=url, verify=trusting(lab.outputs()["caCertificate"]), timeout=PATIENCE)
    client.headers.update({"Origin": url, "Accept": "text/html"})
    if person:
        form = {"user_name": person, "password": lab.passwords()[person]}
        assert client.post("/sign-in", data=form).status_code == 303
    return client


def known(lab: Workshop, query: str) -> list[dict[str, Any]]:
    """What Prometheus says, without when."""
    asked = ("promtool", "query", "instant", "-o", "json", "http://localhost:9090", query)
    found = json.loads(docker("exec", lab.container("prometheus"), *asked))
    return [{"metric": each["metric"], "value": each["value"][1]} for each in found]


def container(lab: Workshop) -> str:
    return lab.container("grafana")


def test_without_the_image_all_else_comes_up_and_one_line_says_so(lab: Workshop) -> None:
    done = lab.up()
    # Pulumi shows a warning when it comes, and at the end.
    (line,) = {text for line in done.stdout.splitlines() if (text := line.partition("no Grafana boards: ")[2])}
    assert f"{IMAGE} is not on the host and cannot be pulled (" in line
    assert container(lab) not in lab.running()
    teacher = browser(lab, "teacher")
    assert "Boards</a>" not in teacher.get("/").text
    answer = teacher.get("/grafana/d/mentor-class")
    assert answer.status_code == 503
    assert "Grafana does not answer" in answer.text
    lab.up("--expect-no-changes")


def test_an_existing_grafana_is_filled_and_nobody_is_interrupted(lab: Workshop, elsewhere: tuple[Grafana, str]) -> None:
    held, url = elsewhere
    before = lab.running()
    lab.set(grafana={"image": IMAGE, "url": url, "prometheusUrl": "http://192.0.2.7:9090"})
    lab.pulumi("config", "set", "--secret", "--path", "grafana.auth", TOKEN)
    lab.up()
    assert held.refusals == []
    assert set(held.dashboards) == {f"{uid}-{lab.stack}" for uid in BOARDS}
    assert held.sources[f"mentor-prometheus-{lab.stack}"]["url"] == "http://192.0.2.7:9090"
    assert lab.running() == before
    link = f"{url}/d/mentor-class-{lab.stack}"
    assert f'href="{link}">Boards</a>' in browser(lab, "teacher").get("/").text
    assert lab.outputs()["grafanaUrl"] == link
    assert not known(lab, 'lab_service_up{service="grafana"}')
    lab.up("--refresh", "--expect-no-changes")


def test_the_image_arrives_and_the_boards_move_into_the_workshops_own(
    lab: Workshop, elsewhere: tuple[Grafana, str], tmp_path: Path
) -> None:
    before = lab.running()
    build(docker("inspect", "-f", "{{.Image}}", lab.container("spyglass")), tmp_path)
    lab.set(grafana={"image": IMAGE})
    lab.up()
    held = elsewhere[0]
    assert (held.folders, held.dashboards, held.sources, held.groups) == ({}, {}, {}, {})
    after = lab.running()
    assert after.keys() - before.keys() == {container(lab)}
    assert before.items() <= after.items()
    lab.up("--expect-no-changes")
    lab.up("--refresh", "--expect-no-changes")
    assert lab.running() == after
    assert lab.outputs()["grafanaUrl"] == f"{lab.outputs()['portalUrl']}/grafana/d/mentor-class"
    up = [{"metric": {"__name__": "lab_service_up", "service": "grafana"}, "value": "1"}]
    until(lambda: known(lab, 'lab_service_up{service="grafana"}') == up, "Prometheus to see that Grafana answers")


def test_two_alerts_about_one_service_are_two_for_grafana_and_say_what_they_are(lab: Workshop) -> None:
    firing = (
        'label_replace(label_replace(up{job="spyglass"}, "alertstate", "firing", "", ""), "alertname", "%s", "", "")'
    )
    query = FIRING.replace('ALERTS{alertstate="firing"}', f"({firing % 'One'} or {firing % 'Two'})")
    found = [each["metric"] for each in known(lab, query)]
    assert {each.get("alert") for each in found} == {"One", "Two"}
    assert not [each for each in found if {"alertname", "alertstate"} & each.keys()]


def test_the_gateway_lets_in_whom_the_web_app_knows_and_says_who_it_is(lab: Workshop) -> None:
    teacher, student, nobody = browser(lab, "teacher"), browser(lab, "s01"), browser(lab)
    assert 'href="/grafana/d/mentor-class">Boards</a>' in teacher.get("/").text
    claims = {"X-Webauth-User": "admin", "X-Webauth-Role": "Admin"}
    told = teacher.get("/grafana/d/mentor-class", headers=claims).json()
    assert (told["x-webauth-user"], told["x-webauth-role"]) == ("teacher", "Editor")
    assert "cookie" not in told
    assert student.get("/grafana/d/mentor-class", headers=claims).status_code == 403
    answer = nobody.get("/grafana/d/mentor-class", headers=claims)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    # A wrong password is Grafana's to refuse.
    assert nobody.get("/grafana/api/folders/workshop-class", auth=("admin", "wrong")).status_code == 401


def test_who_may_see_the_class_is_let_in_without_a_restart(lab: Workshop) -> None:
    before = lab.running()
    lab.set(visibility="anonymous")
    lab.up()
    told = browser(lab, "s01").get("/grafana/d/class").json()
    assert (told["x-webauth-user"], told["x-webauth-role"]) == ("s01", "Viewer")
    assert lab.running() == before


def test_one_student_more_leaves_grafana_alone_but_for_the_boards_that_name_him(lab: Workshop) -> None:
    before = lab.running()
    lab.set(students=2)
    done = lab.up()
    assert lab.changes(done).get("updated") == 5  # three boards; the web app and the grader are told of the class
    assert before.items() <= lab.running().items()


def test_an_image_that_is_gone_deletes_nothing_and_is_said_before_anything_changes(lab: Workshop) -> None:
    image, before, things = docker("image", "inspect", "-f", "{{.Id}}", IMAGE), lab.running(), listing(lab.stack)
    docker("rmi", "-f", IMAGE)
    for flags in ((), ("--refresh",)):
        done = lab.up(*flags, check=False)
        assert done.returncode != 0
        assert f'mentor:grafana.image: "{IMAGE}"'[:80] in done.stdout + done.stderr
        assert "cannot be pulled" in done.stdout + done.stderr
    assert lab.running() == before
    assert listing(lab.stack) == things
    docker("tag", image, IMAGE)
    lab.up()  # the refresh had noticed that the image was gone
    assert lab.running() == before
    lab.up("--refresh", "--expect-no-changes")


def test_the_end_leaves_nothing_and_asks_no_grafana(lab: Workshop) -> None:
    docker("rm", "-f", container(lab))
    lab.destroy(MENTOR_ARCHIVE="off")
    assert listing(lab.stack) == set()
