"""Blocks of the guide, run and saved in a seat: a real sshd, tmux and bash, and what has psql's name and prompt."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from spyglass.guide import doing, fences
from spyglass.seats import Seats
from tests.unit.spyglass import seat_double
from tests.unit.spyglass.guide_kit import edition, put_material
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.waiting import until

pytestmark = pytest.mark.skipif(not seat_double.available(), reason=seat_double.MISSING)

PAGE = """
```bash run
echo one-$$id$$
cd /
echo "two
three"
```

```sql run
SELECT 1;
\\timing on
SELECT 2,
  3;
```

```sql save-as=queries/first.sql
SELECT '$$id$$';
```

```text
only shown
```
"""
# As psql is seen from outside: it reads a line with editing, and meanwhile the terminal is in a mode of its own.
PSQL = """
import readline, sys, time
readline.parse_and_bind("set enable-bracketed-paste on")
prompt = "lab=> "
while True:
    try:
        line = input(prompt)
    except KeyboardInterrupt:
        prompt = "lab=> "
        print()
        continue
    print("<" + line.replace("\\n", "|") + ">", flush=True)
    if line == "busy": time.sleep(600)
    prompt = "lab-> " if line == "unfinished" else "lab=> "
"""


class Scene:
    """s01 at his seat, with his terminal open at a shell."""

    def __init__(self, client: TestClient, world: World, double: seat_double.SeatDouble, folder: Path) -> None:
        self.client = client
        self.world = world
        self.double = double
        self.home = folder
        client.post("/sign-in", data={"user_name": "s01", "password": world.directory.passwords["s01"]})

    def open_terminal(self) -> None:
        """As the desk does, with bash as in a seat."""
        (self.home / "workshop").mkdir()
        shell = "env PS1='seat$ ' bash --norc"
        self.double.tmux("-f", "/dev/null", "new-session", "-d", "-s", "main", "-x", "100", "-y", "30", shell)
        self.sees("seat$")

    def start_psql(self) -> None:
        """In the terminal."""
        (self.home / "psql.py").write_text(PSQL)
        (self.home / "psql").symlink_to(Path(sys.executable).resolve())
        self.keys(f"PYTHONHOME={sys.base_prefix} {self.home}/psql -u {self.home}/psql.py", "Enter")
        self.sees("lab=>")

    def keys(self, *keys: str) -> None:
        """Typed by the student."""
        self.double.tmux("send-keys", "-t", "main", *keys)

    def screen(self) -> str:
        """What his terminal shows, to its last line."""
        return self.double.tmux("capture-pane", "-p", "-J", "-t", "main").strip()

    def program(self) -> str:
        """What runs in his terminal."""
        return self.double.tmux("display-message", "-p", "-t", "main", "#{pane_current_command}").strip()

    def sees(self, text: str) -> None:
        """Wait for it."""
        until(lambda: text in self.screen(), f"the terminal shows {text!r}")

    def press(self, act: str, number: int, version: str = "", **more: Any) -> tuple[int, dict[str, Any]]:
        """A button of the page."""
        values = {"page": "a", "version": version or edition(self.world), "number": number, **more}
        answer = self.client.post(f"/desk/{act}", json=values)
        return answer.status_code, answer.json()


@pytest.fixture
def scene(world: World, seat: seat_double.SeatDouble, tmp_path: Path) -> Iterator[Scene]:
    people = [person | {"host": "127.0.0.1", "port": seat.port} for person in PEOPLE]
    world.put(class_json(people))
    world.use_seats(Seats(seat.key, seat.user))
    put_material(world, {"a.md": PAGE})
    with world.client() as client:
        yield Scene(client, world, seat, tmp_path / "seat")


def test_a_block_is_run_as_if_it_had_been_pasted(scene: Scene) -> None:
    scene.open_terminal()
    assert scene.press("run", 0) == (200, {"message": "Ran in your terminal."})
    scene.sees("\none-s01\n")
    scene.sees("\ntwo\nthree\n")
    assert scene.world.services.presence.last_key("s01")


def test_what_was_half_typed_does_not_become_part_of_it(scene: Scene) -> None:
    scene.open_terminal()
    scene.keys("echo half-typed-")
    scene.sees("half-typed-")
    assert scene.press("run", 0)[0] == 200
    scene.sees("\none-s01\n")
    assert "half-typed-echo" not in scene.screen()
    scene.keys("echo 'not ended", "Enter")
    scene.sees("\n>")
    assert scene.press("run", 0)[0] == 200
    until(lambda: scene.screen().count("\none-s01") == 2, "it ran again")


def test_who_has_scrolled_back_is_brought_to_where_he_types(scene: Scene) -> None:
    scene.open_terminal()
    scene.double.tmux("copy-mode", "-t", "main")
    assert scene.press("run", 0)[0] == 200
    scene.sees("\none-s01\n")


def test_nothing_is_typed_into_a_program_that_does_not_wait_for_it(scene: Scene) -> None:
    assert scene.press("run", 0) == (409, {"message": doing.NOT_RUN[3]})
    scene.open_terminal()
    scene.keys("echo began; sleep 600", "Enter")
    scene.sees("\nbegan")
    assert scene.press("run", 0) == (409, {"message": doing.NOT_RUN[4]})
    scene.keys("C-c")
    scene.sees("^C")
    scene.keys("cat", "Enter")
    until(lambda: scene.program() == "cat", "cat reads what is typed")
    assert scene.press("run", 0) == (409, {"message": doing.NOT_RUN[4]})
    assert "one-s01" not in scene.screen()


def test_sql_is_run_where_psql_waits_and_shell_where_the_shell_does(scene: Scene) -> None:
    scene.open_terminal()
    assert scene.press("run", 1) == (409, {"message": doing.NOT_RUN[5]})
    scene.start_psql()
    assert scene.press("run", 0) == (409, {"message": doing.NOT_RUN[6]})
    assert scene.press("run", 1)[0] == 200
    # A command of psql ends with its line, so it is sent by itself, and what follows only when psql waits again.
    scene.sees("<SELECT 1;|\\timing on>")
    scene.sees("<SELECT 2,|  3;>")


def test_in_psql_what_was_begun_is_left_first(scene: Scene) -> None:
    scene.open_terminal()
    scene.start_psql()
    scene.keys("unfinished", "Enter")
    scene.sees("lab->")
    assert scene.press("run", 1)[0] == 200
    scene.sees("\n<SELECT 2,|  3;>")
    until(lambda: scene.screen().endswith("lab=>"), "psql waits again")
    scene.keys("busy", "Enter")
    scene.sees("<busy>")
    assert scene.press("run", 1) == (409, {"message": doing.NOT_RUN[4]})


def test_only_what_may_be_run_is_run_and_of_this_version_alone(scene: Scene) -> None:
    scene.open_terminal()
    assert scene.press("run", 2)[0] == scene.press("run", 3)[0] == 409
    assert scene.press("save", 0)[0] == 409
    for wrong in (scene.press("run", 99), scene.press("run", 0, version="bbbbbb-00000000")):
        assert wrong == (409, {"message": "The guide has just changed. Look at this page again."})
    assert scene.client.post("/desk/run", json={"page": "a", "version": "x", "number": -1}).status_code == 400
    assert scene.client.post("/desk/run", content=b"x" * 2000).status_code == 413
    assert "one-s01" not in scene.screen()


def test_a_block_is_saved_and_what_was_there_is_kept(scene: Scene) -> None:
    scene.open_terminal()
    file = scene.home / "workshop" / "queries" / "first.sql"
    assert scene.press("save", 2) == (200, {"message": "Saved as queries/first.sql in your workshop folder."})
    assert file.read_text() == "SELECT 's01';\n"
    assert file.stat().st_mode & 0o777 == 0o644
    assert "just like this" in scene.press("save", 2)[1]["message"]
    file.write_text("my own work\n")
    status, answer = scene.press("save", 2)
    assert (status, answer["there"]) == (200, True)
    assert file.read_text() == "my own work\n"
    assert scene.press("save", 2, replace=True)[0] == 200
    assert file.read_text() == "SELECT 's01';\n"
    assert (file.parent / "first.sql.~1~").read_text() == "my own work\n"
    assert sorted(path.name for path in file.parent.iterdir()) == ["first.sql", "first.sql.~1~"]


def test_what_cannot_be_written_is_said(scene: Scene) -> None:
    scene.open_terminal()
    (scene.home / "workshop" / "queries").write_text("a file where a folder is needed")
    assert scene.press("save", 2) == (409, {"message": doing.NOT_SAVED[5]})
    (scene.home / "workshop" / "queries").unlink()
    (scene.home / "workshop" / "queries" / "first.sql").mkdir(parents=True)
    assert scene.press("save", 2)[1].get("there")
    assert scene.press("save", 2, replace=True)[0] == 200
    assert (scene.home / "workshop" / "queries" / "first.sql.~1~").is_dir()


def test_what_a_seat_says_is_not_taken_in(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.open_terminal()
    monkeypatch.setattr(doing, "PATIENCE", 1.0)
    scene.world.services.doing._run = "head -c 50000000 /dev/zero"  # noqa: SLF001 - a seat that is not ours
    assert scene.press("run", 0) == (409, {"message": doing.UNREACHABLE})


def test_a_seat_that_does_not_answer_is_said(world: World) -> None:
    world.put(class_json([person | {"host": "127.0.0.1", "port": 1} for person in PEOPLE]))
    put_material(world, {"a.md": PAGE})
    answer = world.browser("s01").post("/desk/run", json={"page": "a", "version": edition(world), "number": 0})
    assert (answer.status_code, answer.json()["message"]) == (409, doing.UNREACHABLE)


def test_a_text_is_cut_where_psql_ends_a_command() -> None:
    text = "SELECT 1;\n\\timing on\n\n  \\x\nSELECT 2\n;\n"
    assert list(doing._pieces("psql", text)) == ["SELECT 1;\n\\timing on", "\n  \\x", "SELECT 2\n;\n"]  # noqa: SLF001 - what is sent
    assert list(doing._pieces("shell", text)) == [text]  # noqa: SLF001 - the same
    assert fences.parse("sql run", "x").needs == "psql"
