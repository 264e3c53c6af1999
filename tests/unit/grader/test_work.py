"""What a look at the server's counters tells: whose database is another one, and who was at work."""

import asyncio
from pathlib import Path

import pytest

from images.grader.grader import plan
from images.grader.grader.ledger import Ledger, Use
from images.grader.grader.work import Work, is_by_a_person

THERE = 1_800_000_000.0


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (Use(written=5, sessions=3), Use(written=5, sessions=3), False),
        (Use(written=5, sessions=3), Use(written=9, sessions=4), True),  # he came, wrote and left
        (Use(written=5, sessions=3), Use(written=9, sessions=4, active=THERE), True),
        (Use(written=5, sessions=3, active=THERE), Use(written=9, sessions=3, active=THERE), True),
        (Use(written=5, sessions=3, active=THERE), Use(written=9, sessions=3), True),  # it was the last that he did
        (Use(written=5, sessions=3), Use(written=9, sessions=3), False),  # autovacuum has no session
        (Use(written=5, sessions=3), Use(written=5, sessions=4), False),  # a check reads only
        (Use(written=5, sessions=3), Use(written=0, sessions=0), False),  # the server died, and its counters with it
    ],
)
def test_a_write_is_a_persons_where_there_was_a_session(before: Use, now: Use, expected: bool) -> None:
    assert is_by_a_person(before, now) is expected


def test_what_nobody_wrote_is_looked_at_and_is_no_sign_of_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "checks.json"
    file.write_text('{"students": ["s01"], "tasks": []}')
    found = iter([Use(written=0, sessions=1), Use(written=7, sessions=1), Use(written=8, sessions=2)])
    seen: list[str] = []

    async def look(_: Ledger) -> dict[str, Use]:
        return {"s01": next(found)}

    async def nothing(*_: object) -> None:
        return

    monkeypatch.setattr(Ledger, "look", look)
    monkeypatch.setattr(Ledger, "keep", nothing)
    monkeypatch.setattr(Ledger, "record", nothing)
    monkeypatch.setattr(Ledger, "seen", lambda _self, student, _at: seen.append(student))
    work = Work("/run/nowhere", plan.PlanFile(file))
    changed: list[str] = []
    monkeypatch.setattr(work.schedule, "changed", lambda student, _now: changed.append(student))

    def looked() -> tuple[int, int]:
        asyncio.run(work._look())  # noqa: SLF001 - one look of those that go on for ever
        return len(changed), len(seen)

    assert [looked() for _ in range(3)] == [(0, 0), (1, 0), (2, 1)]
