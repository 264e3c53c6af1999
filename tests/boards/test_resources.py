"""Everything in Grafana through the real engine; the server is a double that checks what it is sent (grafana_stub)."""

import textwrap
from collections.abc import Callable, Iterator

import pytest
import yaml

from tests.grafana_stub import AUTH, EDITORS_TOKEN, TOKEN, Grafana, served
from tests.workshop_kit import Workshop

PROGRAM = """
    import pulumi
    from dashboards.facts import Facts
    from mentor.components.boards import Boards, BoardsArgs, provider
    from mentor.settings.model import WorkshopSettings

    config = pulumi.Config("mentor")
    settings = WorkshopSettings.model_validate({"visibility": config.require("visibility")})
    facts = Facts(title="Try-out", portal="https://lab.example", time_zone="Europe/Berlin",
                  names=config.require_object("names"), tasks={"t1": "First: a table", "t2": "Second, a view"})
    inside = provider(config.require("at"), config.require("url"), config.require_secret("auth"))
    Boards(config.require("at"), BoardsArgs(facts=facts, settings=settings, prometheus="http://192.0.2.7:9090"),
           pulumi.ResourceOptions(providers=[inside]))
"""
BOARDS = {"mentor-class", "mentor-student", "mentor-task", "mentor-projector", "mentor-host"}


@pytest.fixture
def grafana() -> Iterator[tuple[Grafana, str]]:
    held = Grafana()
    with served(held) as url:
        yield held, url


@pytest.fixture(scope="module")
def program(workshop_factory: Callable[..., Workshop]) -> Workshop:
    """A program of the boards alone."""
    made = workshop_factory("boards-alone")
    (made.folder / "__main__.py").write_text(textwrap.dedent(PROGRAM))
    options = {"toolchain": "pip", "virtualenv": ".venv"}
    project = {"name": "mentor", "runtime": {"name": "python", "options": options}}
    (made.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    return made


def sign_in(program: Workshop, auth: str) -> None:
    program.pulumi("config", "set", "--secret", "auth", auth)


@pytest.fixture
def stack(grafana: tuple[Grafana, str], program: Workshop) -> Iterator[Workshop]:
    names = {"s01": "Ada", "s02": "Blaise <b>"}
    program.set(url=grafana[1], at="boards", visibility="own", names=names)
    sign_in(program, AUTH)
    yield program
    program.destroy(check=False)


def test_the_boards_are_made_kept_changed_and_put_away(grafana: tuple[Grafana, str], stack: Workshop) -> None:
    held, _ = grafana
    stack.up()
    assert held.refusals == []
    folders = {uid: folder["title"] for uid, folder in held.folders.items()}
    assert folders == {"workshop-class": "Class", "workshop-host": "Host"}
    assert set(held.dashboards) == BOARDS
    assert {uid: held.managed(uid) for uid in folders} == {uid: {"Editor": "Edit"} for uid in folders}
    assert held.sources["mentor-prometheus"]["url"] == "http://192.0.2.7:9090"
    assert list(held.groups) == [("workshop-host", "Workshop")]
    state = "\n".join(path.read_text() for path in (stack.folder / "state").rglob("*.json*"))
    assert "stub-password" not in state

    writes = len(held.writes)
    stack.up("--expect-no-changes")
    stack.up("--refresh", "--expect-no-changes")
    assert len(held.writes) == writes

    # A student more changes what shows names, and nothing else.
    stack.set(names={"s01": "Ada", "s02": "Blaise <b>", "s03": "Grace"})
    done = stack.up()
    assert stack.changes(done).get("updated") == 3
    assert held.writes[writes:] == ["POST /api/dashboards/db"] * 3
    assert "Grace" in str(held.dashboards["mentor-class"])

    # What somebody changed by hand comes back, and what he added stays.
    held.dashboards["mentor-host"]["dashboard"]["title"] = "mine now"
    held.dashboards.pop("mentor-task")
    held.dashboards["own"] = {"dashboard": {"title": "Own"}, "meta": {"folderUid": ""}}
    stack.up("--refresh")
    assert held.dashboards["mentor-host"]["dashboard"]["title"] != "mine now"
    assert set(held.dashboards) == {*BOARDS, "own"}
    held.dashboards.pop("own")

    # With the class visible, students get one folder with ids and no name in it.
    stack.set(visibility="anonymous")
    stack.up()
    assert held.managed("workshop-students") == {"Editor": "Edit", "Viewer": "View"}
    shown = str([each for each in held.dashboards.values() if each["meta"]["folderUid"] == "workshop-students"])
    assert "lab_task_done" in shown
    assert "Grace" not in shown
    stack.set(visibility="names")
    stack.up()
    assert "Grace" in str(held.dashboards["mentor-public"])
    stack.set(visibility="own")
    stack.up()
    assert set(held.dashboards) == BOARDS
    assert "workshop-students" not in held.folders

    stack.destroy()
    assert (held.folders, held.dashboards, held.sources, held.groups) == ({}, {}, {}, {})
    assert held.refusals == []


def test_another_grafana_gets_the_boards_and_the_first_is_left_clean(
    grafana: tuple[Grafana, str], stack: Workshop
) -> None:
    first, _ = grafana
    stack.up()
    second = Grafana()
    with served(second) as url:
        # As the program names it: by its address.
        stack.set(url=url, at="boards-at-another")
        sign_in(stack, TOKEN)
        stack.up()
        assert (first.folders, first.dashboards, first.sources, first.groups) == ({}, {}, {}, {})
        assert set(second.dashboards) == BOARDS
        stack.up("--refresh", "--expect-no-changes")
        stack.destroy()
    assert second.dashboards == {}
    assert first.refusals == second.refusals == []


@pytest.mark.parametrize(
    ("auth", "said"), [("admin:wrong", "Invalid username or password"), (EDITORS_TOKEN, "additional permissions")]
)
def test_who_may_not_is_told_so_in_grafanas_words(
    grafana: tuple[Grafana, str], stack: Workshop, auth: str, said: str
) -> None:
    sign_in(stack, auth)
    done = stack.up(check=False)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert grafana[0].sources == {}
