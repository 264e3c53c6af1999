"""What `make lesson` refuses before it needs a server."""

from pathlib import Path

import pytest

from ops import lesson
from ops.console import StopError
from ops.drafting import fetching, sample


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


def test_a_dump_of_two_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "dump.sql").open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(StopError, match="takes 2048 MiB: at most 100 MiB; leave rows out"):
        sample.found(tmp_path / "dump.sql")


def test_the_course_must_be_named_and_one_that_is_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUMP", str(tmp_path / "nothing.sql"))
    monkeypatch.setenv("COURSE", "")
    for name in ("START", "DSN"):
        monkeypatch.setenv(name, "")
    with pytest.raises(StopError, match="name the folder of the new course"):
        lesson.main()
    monkeypatch.setenv("COURSE", str(tmp_path))
    (tmp_path / "lab.yaml").write_text("title: Mine\n")
    with pytest.raises(StopError, match=r"lab\.yaml is there already, and is left as it is"):
        lesson.main()
    assert [path.name for path in tmp_path.iterdir()] == ["lab.yaml"]
    (tmp_path / "lab.yaml").rename(tmp_path / "start.sql")
    monkeypatch.setenv("START", "begun.sql")
    with pytest.raises(StopError, match=r"start\.sql is there already, and is left as it is"):
        lesson.main()


def test_a_level_is_one_of_those_that_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DUMP": "a", "DSN": "", "COURSE": str(tmp_path / "c"), "LEVEL": "contents"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StopError, match='LEVEL=contents is none of structure, content, all; did you mean "content"'):
        lesson.main()


@pytest.mark.parametrize("dsn", [
    "postgresql://me:secret@db/shop", "postgresql://db/shop?password=secret", "host=db dbname=shop password = secret",
    "password=secret dbname=shop", "service=mine dbname=shop", "postgres://me:@db/shop",
    "postgresql://me:sec/secret@db/shop", "postgresql://me:sec\u2100ret@db/shop", "postgresql://me:se[secret@db/shop",
    "postgresql://db/shop?sslpassword=secret", "postgresql://db/shop?pass%77ord=secret", "dbname='shop'password=secret",
    "postgresql://me:12/secret@db/shop", "postgresql://me:12/secret%40db",
])  # fmt: skip
def test_a_password_in_a_connection_string_is_refused_and_not_repeated(dsn: str) -> None:
    with pytest.raises(StopError, match="DSN may hold no password, passfile or service") as stopped:
        fetching.name(dsn)
    assert "secret" not in str(stopped.value)


@pytest.mark.parametrize(
    ("dsn", "name"),
    [
        ("postgresql://me@db:5433/shop?sslmode=require", "shop"), ("host=db dbname=shop user=me", "shop"),
        ("dbname = 'my_password' host=db", "my_password"), ("postgres://db/shop", "shop"),
        ("dbname='my shop'", "my shop"), ("postgresql://db/?dbname=shop", "shop"),
        ("postgresql://db/my%20shop", "my shop"),
    ],
)  # fmt: skip
def test_a_connection_string_names_a_database(dsn: str, name: str) -> None:
    assert fetching.name(dsn) == name


@pytest.mark.parametrize("dsn", ["shop", "host=db", "postgresql://db", "http://db/shop", "mysql://db/shop"])
def test_a_connection_string_without_a_database_is_told_what_to_be(dsn: str) -> None:
    with pytest.raises(StopError, match="names no database: write it as postgresql://"):
        fetching.name(dsn)


def test_one_finished_database_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DUMP": "a.sql", "DSN": "postgresql://db/shop", "COURSE": "c"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StopError, match="DUMP and DSN are both given"):
        lesson.main()


def test_whoever_waits_is_told_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = lesson.patiently(lambda script: [script])
    assert heard("a") == ["a"]
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(lesson, "PATIENCE", -1)
    heard("b")
    assert capsys.readouterr().out == "lesson: still trying what the conditions refuse\n"
