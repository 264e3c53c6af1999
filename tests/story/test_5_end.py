"""The end of the event: everybody's work is saved, and the host is what it was."""

from tests.ground import listing
from tests.waiting import until
from tests.workshop_kit import Workshop, docker


def test_who_has_done_what_can_be_kept(lab: Workshop) -> None:
    """What the browser's part did in the first hour is still known, after all that happened since."""
    rows = docker("exec", lab.container("spyglass"), "grades").splitlines()
    assert [row for row in rows if row.startswith("s03,") and ",oldest-books," in row and ",1,20" in row], rows


def test_destroy_archives_everybody_and_leaves_nothing(lab: Workshop) -> None:
    lab.destroy()
    assert listing(lab.stack) == set()
    assert {path.parent.name for path in (lab.archives / lab.stack).glob("*/*.tar.gz")} == {
        "s01", "s02", "s03", "s04", "teacher"
    }  # fmt: skip
    # Not by label only. Volumes without a name are compared at the end of the whole run (tests/conftest.py).
    assert not [thing for thing in listing() if lab.container("") in thing]
    until(lambda: not lab.processes(), lambda: f"still at work: {lab.processes()}")
