"""A student who has a table of his locked is told what keeps his work from being saved to take home."""

from pathlib import Path

from tests.live import grader_kit
from tests.live import image_kit as kit


def test_a_dump_gives_up_on_a_lock_and_says_so(tmp_path: Path) -> None:
    kit.need_engine()
    with grader_kit.school(tmp_path) as school:
        school.enrol("s01")
        school.becomes("s01", ok=False)
        kit.docker("exec", school.name("grader"), "sh", "-c", "install -d -m 2770 -g saves /saves/.take-home")
        with school.session("s01", "LOCK TABLE animal IN ACCESS EXCLUSIVE MODE"):
            status, answer = school.ask("POST", "/databases/s01/dump")
        assert (status, "statement timeout" in answer["message"]) == (502, True), answer
        assert "COMMIT" in answer["message"]
        assert school.ask("POST", "/databases/s01/dump")[0] == 200
