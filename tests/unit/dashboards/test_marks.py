"""Two workshops in one Grafana: every uid of a dashboard ends in its workshop's mark, and nothing else is touched."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboards.catalogue import dashboards
from dashboards.facts import UIDS, Facts
from dashboards.marks import LONGEST_UID, mark_of, marked, placed
from tests.boards_kit import ALL, FACTS, model

STACKS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)


@given(STACKS)
def test_a_mark_fits_into_every_uid(stack: str) -> None:
    for uid in {*UIDS, "workshop-students", "workshop-class", "workshop-host"}:
        assert len(marked(uid, mark_of(stack))) <= LONGEST_UID


@given(STACKS, STACKS)
def test_two_stacks_have_two_marks(one: str, other: str) -> None:
    assert (mark_of(one) == mark_of(other)) is (one == other)


def test_long_names_that_begin_alike_are_kept_apart() -> None:
    assert mark_of("a" * 38 + "-1") != mark_of("a" * 38 + "-2")


def test_without_a_stack_nothing_changes() -> None:
    for uid in ALL:
        assert placed(model(ALL[uid]), "", UIDS) == model(ALL[uid])


def changed(before: Any, after: Any, where: str = "") -> set[str]:
    """Which keys have another value, as paths without numbers."""
    if isinstance(before, dict):
        assert before.keys() == after.keys()
        return {path for key in before for path in changed(before[key], after[key], f"{where}.{key}")}
    if isinstance(before, list):
        assert len(before) == len(after)
        return {path for one, other in zip(before, after, strict=True) for path in changed(one, other, where)}
    return set() if before == after else {where.rpartition(".")[2]}


def test_beside_others_only_uids_and_links_are_others() -> None:
    apart = {each.uid: each for each in dashboards(replace(FACTS, stack="dev"), "names")}
    assert set(apart) == {f"{uid}-dev" for uid in ALL}
    for uid, each in ALL.items():
        assert changed(model(each), model(apart[f"{uid}-dev"])) <= {"uid", "url"}


def test_what_somebody_wrote_is_never_taken_for_a_uid() -> None:
    """Ids are keys in a dashboard, and texts values: neither is where uids are."""
    texts = {"uid": "mentor-class", "url": "/d/mentor-class", "mentor-class": "mentor-student"}
    facts = Facts(title="mentor-class", portal="https://x", time_zone="UTC", names=texts, tasks=texts)
    for plain, apart in zip(dashboards(facts, "names"), dashboards(replace(facts, stack="dev"), "names"), strict=True):
        assert changed(json.loads(plain.json), json.loads(apart.json)) <= {"uid", "url"}
        assert json.loads(apart.json)["title"] == json.loads(plain.json)["title"]
        for text in texts.values():
            assert plain.json.count(f'"{text} (') == apart.json.count(f'"{text} (')
