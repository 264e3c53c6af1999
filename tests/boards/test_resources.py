"""Everything in Grafana through the real engine; the server is a double that checks what it is sent (grafana_stub)."""

import pytest

from tests.boards.alone import NAMES, BoardsAlone
from tests.grafana_stub import EDITORS_TOKEN, TOKEN, Grafana, served
from tests.workshop_kit import Workshop

BOARDS = {"mentor-class", "mentor-student", "mentor-task", "mentor-projector", "mentor-host"}


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
    stack.set(names={**NAMES, "s03": "Grace"})
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
    grafana: tuple[Grafana, str], program: BoardsAlone, stack: Workshop
) -> None:
    first, _ = grafana
    stack.up()
    second = Grafana()
    with served(second) as url:
        # As the program names it: by its address.
        program.at(url, at="boards-at-another", auth=TOKEN).up()
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
    grafana: tuple[Grafana, str], program: BoardsAlone, stack: Workshop, auth: str, said: str
) -> None:
    program.at(grafana[1], auth=auth)
    done = stack.up(check=False)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert grafana[0].sources == {}
