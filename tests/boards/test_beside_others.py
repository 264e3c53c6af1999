"""Two workshops in one Grafana, each of which knows only what is its own; and whom they tell."""

import json
from collections.abc import Callable

from tests.boards.alone import BoardsAlone
from tests.grafana_stub import TOKEN, Grafana
from tests.workshop_kit import Workshop

HOOK, OTHER_HOOK = "https://hook.example.org/canary?x=1", "https://hook.example.org/canary?x=2"


def told(held: Grafana) -> dict[str, list[str]]:
    """Where messages go, by the contact point's name."""
    found: dict[str, list[str]] = {}
    for way in held.ways.values():
        found.setdefault(way["name"], []).append(way["settings"].get("url") or way["settings"]["addresses"])
    return found


def receivers(held: Grafana) -> set[str | None]:
    rules = [rule for group in held.groups.values() for rule in group["rules"]]
    return {(rule.get("notification_settings") or {}).get("receiver") for rule in rules}


def test_two_workshops_share_a_grafana_and_one_leaves(
    grafana: tuple[Grafana, str], program_factory: Callable[[str], BoardsAlone]
) -> None:
    held, url = grafana
    first, second = (
        program_factory(f"beside-{name}").at(url, auth=TOKEN, beside=name, contact=hook, visibility="names")
        for name, hook in (("red", HOOK), ("blue", OTHER_HOOK))
    )
    first.up()
    alone = set(held.dashboards), set(held.folders), set(held.sources)
    second.up()
    assert held.refusals == []
    assert [len(held.dashboards), len(held.folders), len(held.sources), len(held.groups)] == [12, 6, 2, 2]
    assert {folder["title"] for folder in held.folders.values()} >= {"Class (red)", "Class (blue)"}
    assert told(held) == {"Workshop (red)": [HOOK], "Workshop (blue)": [OTHER_HOOK]}
    # A link leads to the same workshop's board.
    assert "/d/mentor-student-blue?" in json.dumps(held.dashboards["mentor-class-blue"])
    assert "-red" not in json.dumps(held.dashboards["mentor-class-blue"])
    for each in (first, second):
        each.up("--refresh", "--expect-no-changes")
    second.destroy()
    assert (set(held.dashboards), set(held.folders), set(held.sources)) == alone
    assert told(held) == {"Workshop (red)": [HOOK]}
    first.up("--refresh", "--expect-no-changes")
    first.destroy()
    assert (held.dashboards, held.folders, held.sources, held.groups, held.ways) == ({}, {}, {}, {}, {})
    assert held.refusals == []


def test_a_second_one_of_the_same_name_is_refused_and_changes_nothing(
    grafana: tuple[Grafana, str], program_factory: Callable[[str], BoardsAlone]
) -> None:
    held, url = grafana
    first, second = (program_factory(f"same-{n}").at(url, beside="dev", names={"s01": n}) for n in ("one", "two"))
    first.up()
    done = second.up(check=False)
    assert done.returncode != 0
    assert "already exists" in done.stdout + done.stderr
    assert "two" not in str(held.dashboards)
    first.up("--refresh", "--expect-no-changes")
    second.destroy()
    first.up("--refresh", "--expect-no-changes")
    first.destroy()


def test_the_one_who_is_told_comes_changes_and_goes(
    grafana: tuple[Grafana, str], program: BoardsAlone, stack: Workshop
) -> None:
    held, url = grafana
    stack.up()
    assert (told(held), receivers(held)) == ({}, {None})
    for contact in (HOOK, OTHER_HOOK, "ada@example.org"):
        program.at(url, contact=contact).up()
        assert (told(held), receivers(held)) == ({"Workshop": [contact]}, {"Workshop"})
        stack.up("--refresh", "--expect-no-changes")
    assert "canary" not in "\n".join(path.read_text() for path in (stack.folder / "state").rglob("*.json*"))
    # Somebody's own contact point, and one that somebody added to ours.
    held.ways["own"] = {"uid": "own", "name": "Mine", "type": "email", "settings": {"addresses": "me@example.org"}}
    held.ways["more"] = {"uid": "more", "name": "Workshop", "type": "webhook", "settings": {"url": "https://more"}}
    stack.up("--refresh")
    assert told(held) == {"Mine": ["me@example.org"], "Workshop": ["ada@example.org"]}
    program.at(url).up()
    assert (told(held), receivers(held)) == ({"Mine": ["me@example.org"]}, {None})
    assert held.refusals == []


def test_a_workshop_that_ends_leaves_nobody_to_tell(
    grafana: tuple[Grafana, str], program: BoardsAlone, stack: Workshop
) -> None:
    held, url = grafana
    program.at(url, contact=HOOK)
    stack.up()
    stack.destroy()
    assert (held.ways, held.groups, held.refusals) == ({}, {}, [])
