"""A small finished database becomes a course whose checks tell what they should.

`make test-lesson` takes four databases apart, and tries dumps that would do more than fill a database.
"""

from pathlib import Path

import pytest

from mentor.course import lesson as course
from mentor.settings.problems import Problems
from ops import lesson, lesson_test
from ops.drafting import asking
from tests.live import image_kit as kit

DUMP = """
CREATE TABLE authors (id integer PRIMARY KEY, name text NOT NULL);
COMMENT ON TABLE authors IS 'Who writes.';
CREATE TABLE books (id integer PRIMARY KEY, author integer REFERENCES authors, title text DEFAULT '?', CHECK (id > 0));
CREATE INDEX ON books (title);
CREATE VIEW titles AS SELECT title FROM books;
CREATE RULE keep AS ON DELETE TO authors DO INSTEAD NOTHING;
INSERT INTO authors VALUES (1, 'Austen');
INSERT INTO books VALUES (1, 1, 'Emma'), (2, 1, '$$id$$ `');
"""


def test_a_finished_database_becomes_a_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kit.need_engine()
    kit.scratch_images()
    dump, folder = tmp_path / "library.sql", tmp_path / "course"
    dump.write_text(DUMP)
    for name, value in {"DUMP": str(dump), "COURSE": str(folder), "SEAT": "no"}.items():
        monkeypatch.setenv(name, value)
    for name in ("LEVEL", "START", "DSN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(asking, "SECONDS", 30)
    assert lesson.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        f"lesson: {folder}/lab.yaml: sections: 6; tasks: 8; checks: 15",
        "lesson: no check: rule keep on public.authors: only trying it tells what it does",
        "lesson: not looked at: what functions with arguments give, and what the rules refuse",
        f"lesson: to go on: make lesson-test COURSE={folder}",
    ]
    problems = Problems("mentor")
    found = course.parse(folder, tmp_path, problems)
    assert found is not None, list(problems)
    assert [task.id for task in found.tasks] == [
        "table-authors", "table-books", "rules-books", "relations-books", "rows-authors", "rows-books",
        "indexes-books", "view-titles",
    ]  # fmt: skip
    assert found.tasks[0].hint == ("Who writes.",)
    assert lesson_test.main() == 0, capsys.readouterr().out
    assert capsys.readouterr().out.endswith("lesson-test: each tells what it should\n")
