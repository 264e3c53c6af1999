"""A roster in a file, as spreadsheets and people write them."""

from pathlib import Path

import pytest

from .conftest import Reads, Report


def test_b66_all_columns_in_any_order(root: Path, reads: Reads) -> None:
    (root / "r.csv").write_text("email,Name, id,subnet,group\na@b.org,Anna,an,10.9.0.0/28,red\n,Ben,,,\n")
    anna, ben = reads(students="r.csv").roster.students
    assert (anna.id, anna.name, anna.email, str(anna.subnet), anna.group) == (
        "an",
        "Anna",
        "a@b.org",
        "10.9.0.0/28",
        "red",
    )
    assert (ben.id, ben.email, ben.group) == ("ben", None, None)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbfname;email\r\nAnna;a@b.org\r\n\r\n;\r\nBen;\r\n",
        b"name\temail\nAnna\ta@b.org\n\n\nBen\t\n",
        b'\n"name","email"\n"Anna","a@b.org"\n , \n Ben ,\n',
        b"name,email,\nAnna,a@b.org,\nBen,,\n",
    ],
)
def test_b66_semicolon_tab_bom_blank_lines_and_spaces(root: Path, reads: Reads, raw: bytes) -> None:
    (root / "r.csv").write_bytes(raw)
    assert [person.name for person in reads(students="r.csv").roster.students] == ["Anna", "Ben"]


def test_b66_a_formula_stays_text(root: Path, reads: Reads) -> None:
    (root / "r.csv").write_text("name,group\n=cmd(),+1\n@x,-2\n")
    assert [(person.name, person.group) for person in reads(students="r.csv").roster.students] == [
        ("=cmd()", "+1"),
        ("@x", "-2"),
    ]


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"Anna\nBen\n", 'line 1 is ["Anna"], without a column name or id: the first line names the columns'),
        (b"", "is empty: the first line names the columns"),
        (b"\n\n", "is empty"),
        (b"name\n", "has 0 people: 1 to 500"),
        (b"name,mail\nA,b\n", 'column "mail" is unknown; did you mean "email"?'),
        (b"name,grade\nA,1\n", 'column "grade" is unknown: remove it'),
        (b"name,Password\nA,canary\n", 'column "password": remove it; passwords are generated'),
        (b"name,name\nA,B\n", 'column "name" is there twice'),
        (b"name\nA,B\n", "line 2 has 2 cells, the header 1"),
        (b"name\nJos\xe9\n", "line 2: byte 0xe9 is not UTF-8"),
        ("name\nA\n".encode("utf-16"), "is UTF-16"),
        (b"name\nA\0\n", "line 2 holds a NUL character"),
        (b'name\n"A\n', "line 2: unexpected end of data: check its quotes"),
        (b"name\n" + b"Anna\n" * 501, "has 501 people: 1 to 500"),
        (b"name\n" + b"x\n" * 1_000_000, "is larger than 1024 KiB"),
    ],
)
def test_b66_files_that_are_no_roster(root: Path, report: Report, raw: bytes, rule: str) -> None:
    (root / "r.csv").write_bytes(raw)
    [line] = report(students="r.csv")
    assert line.startswith("mentor:students: r.csv ")
    assert rule in line
    assert "canary" not in line


def test_b66_problems_name_line_and_column(root: Path, report: Report) -> None:
    (root / "r.csv").write_text(
        'name,email,id\nAnna,x,\n\n"a\nb",,\nroot,,\nBen,,B!\nanna,,\nAnna,,\nEva,e@b.org,\nEwa,E@b.org,\n'
    )
    lines = [line.removeprefix("mentor:students: r.csv ") for line in report(students="r.csv")]
    assert [line.split(": ")[0] for line in lines] == [
        "line 2, column email",
        "line 5, column name",
        "line 7, column id",
        "line 6",
        "line 9",
        "line 11, column email",
    ]
    assert '"Anna" and line 8 "anna" both become the id "anna"' in lines[4]
    assert lines[5].endswith('is the address of line 10 ("Eva") too')


def test_a_file_that_is_not_there_names_the_near_one(root: Path, report: Report) -> None:
    (root / "workshop" / "roster.csv").write_text("name\nAnna\n")
    [line] = report(students="workshop/rooster.csv")
    assert f"is neither a number nor a list nor a file in {root}: " in line
    assert line.endswith('did you mean "workshop/roster.csv"?')
    assert report(students="workshop/roster.csv") == []


def test_a_path_is_taken_as_it_is(report: Report) -> None:
    for path in ("workshop", "\0", "a\nb", "x" * 5000, "~/r.csv"):
        [line] = report(students=path)
        assert line.isprintable()
