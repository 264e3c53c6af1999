"""How long the event still lasts, in the event's own time zone, and what a page says of it."""

from datetime import UTC, datetime

import pytest

from spyglass import clock, events
from spyglass.classroom import ClassFile
from tests.unit.spyglass.node_kit import needs_node, run
from tests.unit.spyglass.people import class_json

END = "2026-11-29T16:30:00+01:00"
AT = datetime(2026, 11, 29, 15, 30, tzinfo=UTC).timestamp()


def course(end: str | None = END, zone: str = "Europe/Berlin") -> ClassFile:
    return ClassFile.model_validate(class_json(event={"name": "x", "time_zone": zone, "end": end}))


@pytest.mark.parametrize(
    ("before", "at", "minutes", "soon"),
    [
        (3 * 3600, "16:30", 180, False),
        (15 * 60 + 1, "16:30", 16, False),
        (15 * 60, "16:30", 15, True),
        (61, "16:30", 2, True),
        (0, "16:30", 0, False),
        (-600, "16:30", -10, False),
        (26 * 3600, "Sun 29 Nov, 16:30", 1560, False),
    ],
)
def test_it_says_when_and_how_long(before: float, at: str, minutes: int, soon: bool) -> None:
    assert clock.told(course(), AT - before) == {"end": AT, "at": at, "minutes": minutes, "soon": soon}


def test_another_zone_says_another_time() -> None:
    told = clock.told(course(zone="America/New_York"), AT - 60)
    assert told
    assert told["at"] == "10:30"
    with pytest.raises(ValueError, match="timezone"):
        course("2026-11-29T16:30:00")


def test_without_an_end_nothing_is_said_nor_the_day_after() -> None:
    assert clock.told(course(None)) is None
    assert clock.told(course(), AT + 13 * 3600) is None
    assert events.KINDS["clock"].is_for_students


@needs_node
@pytest.mark.parametrize(
    ("now", "moved", "says"),
    [
        ({"at": "16:30", "minutes": 180, "soon": False}, False, "until 16:30"),
        ({"at": "17:00", "minutes": 90, "soon": False}, True, "now until 17:00"),
        ({"at": "16:30", "minutes": 42, "soon": False}, False, "42 min left, until 16:30"),
        ({"at": "16:30", "minutes": 9, "soon": True}, False, "9 min left: save your work"),
        ({"at": "17:00", "minutes": 9, "soon": True}, True, "9 min left, now until 17:00"),
        ({"at": "16:30", "minutes": 0, "soon": False}, False, "ended at 16:30"),
    ],
)
def test_a_page_puts_it_in_words(now: dict[str, object], moved: bool, says: str) -> None:
    assert run("clock.js", "it.words(a[0], a[1])", now, moved) == says


@needs_node
def test_only_news_is_said_aloud() -> None:
    def news(minutes: int, last: int | None, at: str = "16:30", end: float = AT) -> str:
        before = None if last is None else {"end": AT, "at": "16:30", "minutes": last}
        found: str = run("clock.js", "it.news(a[0], a[1])", {"end": end, "at": at, "minutes": minutes}, before)
        return found

    assert [news(20, None), news(20, 21), news(14, 15), news(4, 5)] == ["", "", "", ""]
    assert [news(15, 16), news(5, 6)] == ["15 minutes are left.", "5 minutes are left."]
    assert news(1440, 1441, "Sun 29 Nov, 16:30") == "", "another way to say it moves nothing"
    assert news(0, 1) == "The workshop has ended."
    assert news(30, 5, "17:00", AT + 1800) == "The workshop now goes on until 17:00."
