"""A draft over an earlier one: what a person wrote stays, what only the database changed is new."""

from pathlib import Path

import pytest

from ops.console import StopError
from ops.drafting import keeping

FIRST = {
    "lab.yaml": b"title: T\nsections:\n- title: A\n  tasks:\n  - id: one\n    title: One\n    checks: [1]\n\n"
    b"  - id: two\n    title: Two\n    checks: [2]\n",
    "material/01-a.md": b"# A\n\n:::task one\n\n    x\n\n:::task two\n",
    "material/tables.svg": b"<svg/>\n",
    "solution/finished.sql": b"SELECT 1;\n",
}
SECOND = {
    **FIRST,
    "lab.yaml": FIRST["lab.yaml"] + b"\n  - id: three\n    title: Three\n    checks: [3]\n",
    "solution/finished.sql": b"SELECT 2;\n",
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    assert keeping.kept(tmp_path / "c", FIRST) == ["new: one: One", "new: two: Two"]
    return tmp_path / "c"


def texts(course: Path) -> dict[str, bytes]:
    files = [path for path in course.rglob("*") if path.is_file() and keeping.BASE not in path.parts]
    return {path.relative_to(course).as_posix(): path.read_bytes() for path in files}


def test_a_first_draft_is_written_and_known(course: Path) -> None:
    assert texts(course) == FIRST
    assert keeping.is_drafted(course)
    assert not keeping.is_drafted(course.parent)
    assert (course / ".drafted" / "lab.yaml").read_bytes() == FIRST["lab.yaml"]
    assert len((course / ".drafted" / "solution" / "finished.sql").read_bytes()) == 64


def test_the_same_again_changes_nothing_even_what_was_changed_or_taken_away(course: Path) -> None:
    (course / "lab.yaml").write_bytes(b"mine")
    (course / "material" / "tables.svg").unlink()
    assert keeping.kept(course, FIRST) == []
    assert texts(course) == {**{name: FIRST[name] for name in FIRST if "svg" not in name}, "lab.yaml": b"mine"}


def test_what_nobody_changed_is_new_and_what_both_did_elsewhere_is_put_together(course: Path) -> None:
    mine = FIRST["lab.yaml"].replace(b"title: One\n", b"title: The first one  # mine\n    points: 2\n")
    (course / "lab.yaml").write_bytes(mine)
    assert keeping.kept(course, SECOND) == ["new: three: Three", "lab.yaml: has your changes and the new ones"]
    assert texts(course) == {**SECOND, "lab.yaml": mine + SECOND["lab.yaml"].removeprefix(FIRST["lab.yaml"])}
    assert keeping.kept(course, SECOND) == []


def test_where_both_changed_the_same_the_new_one_lies_beside(course: Path) -> None:
    for name in ("lab.yaml", "solution/finished.sql"):
        (course / name).write_bytes(FIRST[name].replace(b"1", b"7"))
    (course / "material" / "tables.svg").unlink()
    other = {
        **{name: text.replace(b"1", b"8") for name, text in FIRST.items()},
        "material/tables.svg": b"<svg></svg>\n",
    }
    assert keeping.kept(course, other) == [
        "changed: one: One",
        "material/tables.svg: was taken away; the new draft of it is .new/material/tables.svg",
        "solution/finished.sql: is yours, and is left as it is; the new draft of it is .new/solution/finished.sql",
        "lab.yaml: is yours, and is left as it is; the new draft of it is .new/lab.yaml",
    ]
    assert (course / "lab.yaml").read_bytes() == FIRST["lab.yaml"].replace(b"1", b"7")
    assert (course / ".new" / "lab.yaml").read_bytes() == other["lab.yaml"]


def test_without_git_nothing_is_put_together(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (course / "lab.yaml").write_bytes(FIRST["lab.yaml"] + b"# mine\n")
    assert keeping.kept(course, SECOND)[1:] == [
        "lab.yaml: is yours, and is left as it is; the new draft of it is .new/lab.yaml"
    ]


def test_what_is_no_part_any_more_goes_unless_somebody_changed_it(course: Path) -> None:
    (course / "material" / "01-a.md").write_bytes(b"# Mine\n")
    less = {name: FIRST[name] for name in ("lab.yaml", "solution/finished.sql")}
    assert keeping.kept(course, less) == [
        "material/01-a.md: is no part of the draft any more; it is yours, and is left as it is",
        "material/tables.svg: is no part of the draft any more, and gone",
    ]
    assert texts(course) == {**less, "material/01-a.md": b"# Mine\n"}


def test_a_task_that_is_gone_is_named(course: Path) -> None:
    fewer = FIRST["lab.yaml"].partition(b"\n  - id: two")[0] + b"\n"
    assert keeping.kept(course, {**FIRST, "lab.yaml": fewer}) == ["not in the database any more: two: Two"]
    assert (course / "lab.yaml").read_bytes() == fewer


def test_what_cannot_be_written_is_named(course: Path) -> None:
    (course / "solution" / "finished.sql").unlink()
    (course / "solution" / "finished.sql").mkdir()
    with pytest.raises(StopError, match=r"finished\.sql cannot be read or written: Is a directory"):
        keeping.kept(course, SECOND)
    assert (course / "lab.yaml").read_bytes() == FIRST["lab.yaml"]


@pytest.mark.parametrize("text", [b"a: [", b"sections: 1\n", b"- x\n", b"sections: [{tasks: [{}]}]\n"])
def test_a_remembered_draft_that_is_spoilt_is_named_and_nothing_is_written(course: Path, text: bytes) -> None:
    (course / ".drafted" / "lab.yaml").write_bytes(text)
    with pytest.raises(StopError, match=r"\.drafted/lab\.yaml is not as it was written: put it back"):
        keeping.kept(course, SECOND)
    assert texts(course) == FIRST
