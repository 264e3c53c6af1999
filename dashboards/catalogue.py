"""Every dashboard with the folder it belongs in, as the JSON that Grafana takes.

In: facts of class and course, and what students may see. Out: sorted JSON, so that equal facts are equal texts.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dashboards import facts as places
from dashboards import host, overview, projector, public, student, task
from dashboards.facts import UIDS, Facts
from dashboards.marks import mark_of, marked, placed

Folder = Literal["class", "students", "host"]
Visibility = Literal["own", "anonymous", "names"]


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """One dashboard: its uid, which is fixed for its workshop, its folder, its model as JSON."""

    uid: str
    folder: Folder
    json: str


def dashboards(facts: Facts, visibility: Visibility) -> list[Dashboard]:
    """All of them; the one about everybody only where students may see it."""
    seen = visibility != "own"
    made = [
        Dashboard(uid=places.OVERVIEW, folder="class", json=overview.build(facts)),
        Dashboard(uid=places.STUDENT, folder="class", json=student.build(facts)),
        Dashboard(uid=places.TASK, folder="class", json=task.build(facts)),
        Dashboard(uid=places.PROJECTOR, folder="students" if seen else "class", json=projector.build(facts)),
        Dashboard(uid=places.HOST, folder="host", json=host.build(facts)),
    ]
    if seen:
        json_of_public = public.build(facts, named=visibility == "names")
        made.append(Dashboard(uid=places.PUBLIC, folder="students", json=json_of_public))
    return registered(_apart(made, facts.stack))


def _apart(made: Iterable[Dashboard], stack: str) -> list[Dashboard]:
    """Those of one workshop beside another's."""
    mark = mark_of(stack)
    return [
        Dashboard(
            uid=marked(each.uid, mark),
            folder=each.folder,
            json=json.dumps(placed(json.loads(each.json), mark, UIDS), sort_keys=True, ensure_ascii=False),
        )
        for each in made
    ]


def registered(made: Iterable[Dashboard]) -> list[Dashboard]:
    """Refuse two of one kind: of dashboards with one uid Grafana would keep the last, and of two titles who knows.

    Raises:
        ValueError: a uid or a title is there twice, or a dashboard is called otherwise in its own model.
    """
    found: list[Dashboard] = []
    known: set[tuple[str, str]] = set()
    for each in made:
        model = json.loads(each.json)
        if model["uid"] != each.uid:
            raise ValueError(f'the dashboard "{each.uid}" calls itself "{model["uid"]}"')
        for kind in ("uid", "title"):
            if (kind, model[kind]) in known:
                raise ValueError(f'two dashboards have the {kind} "{model[kind]}"')
            known.add((kind, model[kind]))
        found.append(each)
    return found
