"""What `make lesson` refuses before it needs a server."""

from pathlib import Path

import pytest

from ops import lesson
from ops.console import StopError
from ops.drafting import sample


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x1f\x8b\x08", "is compressed: unpack it"),
        (b"\x28\xb5\x2f\xfd", "is compressed: unpack it"),
        ("CREATE TABLE".encode("utf-16"), r"is UTF-16, .*: use pg_dump --file=dump$"),
        (b"toc.dat".ljust(257, b"\0") + b"ustar", "is a tar archive"),
    ],
)
def test_a_dump_of_another_form_is_told_what_to_be(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "dump").write_bytes(content)
    with pytest.raises(StopError, match=said):
        sample.found(tmp_path / "dump")


def test_a_dump_is_a_file_or_a_folder_with_sql(tmp_path: Path) -> None:
    with pytest.raises(StopError, match="there is no file or folder"):
        sample.found(tmp_path / "nothing")
    with pytest.raises(StopError, match=r"holds no \*\.sql"):
        sample.found(tmp_path)
    for name in ("2.sql", "1.sql", "notes.md"):
        (tmp_path / name).touch()
    assert sample.found(tmp_path).files == (tmp_path / "1.sql", tmp_path / "2.sql")
    (tmp_path / "2.sql").write_bytes("CREATE TABLE".encode("utf-16"))
    with pytest.raises(StopError, match=r"/2\.sql is UTF-16"):
        sample.found(tmp_path)
    (tmp_path / "3.sql").symlink_to("/etc/passwd")
    with pytest.raises(StopError, match=r"3\.sql is a link"):
        sample.found(tmp_path)
    (tmp_path / "packed").write_bytes(b"PGDMP\x01")
    assert sample.found(tmp_path / "packed").custom


def test_the_course_must_be_named_and_one_that_is_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUMP", str(tmp_path / "nothing.sql"))
    monkeypatch.setenv("COURSE", "")
    with pytest.raises(StopError, match="name the folder of the new course"):
        lesson.main()
    monkeypatch.setenv("COURSE", str(tmp_path))
    (tmp_path / "lab.yaml").write_text("title: Mine\n")
    with pytest.raises(StopError, match=r"lab\.yaml is there already, and is left as it is"):
        lesson.main()
    assert [path.name for path in tmp_path.iterdir()] == ["lab.yaml"]


def test_a_level_is_one_of_those_that_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DUMP": "a", "COURSE": str(tmp_path / "c"), "LEVEL": "contents"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StopError, match='LEVEL=contents is none of structure, content; did you mean "content"'):
        lesson.main()
