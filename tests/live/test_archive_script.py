"""archive.sh and restore.sh with real volumes and a real database; a stand-in plays the seat."""

import hashlib
import io
import json
import os
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mentor.components.archive import DELETE
from ops.seat_options import SEAT_OPTIONS
from tests.live import image_kit as kit
from tests.waiting import until

SCRIPTS = kit.ROOT / "mentor" / "components" / "scripts"
TAKE_HOME = kit.ROOT / "spyglass" / "takehome" / "seat_pack.sh"
FILL = """
echo one > /home-volume/notes && ln /home-volume/notes /home-volume/hard && ln -s /etc/passwd /home-volume/link
mkdir -p '/home-volume/a b' && echo two > '/home-volume/a b/ü' && chown 100998:100998 '/home-volume/a b/ü'
truncate -s 3G /home-volume/sparse && mkfifo /home-volume/fifo && chown 1000:1000 /home-volume /home-volume/notes
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "/home-volume/socket", Listen => 1)'
mkdir -p /engine-volume/volumes/pgdata/_data /engine-volume/overlay2 && echo layer > /engine-volume/overlay2/layer
echo inner > /engine-volume/volumes/pgdata/_data/file && chown -R 100998:100998 /engine-volume/volumes/pgdata
chmod 700 /engine-volume/volumes/pgdata/_data && chmod 4751 /home-volume/notes
"""
LIST = r"""
cd /home-volume && find . -printf '%p %y %#m %U:%G %l\n' | sort; stat -c '%s %n' a*/* sparse notes
cd /engine-volume && find volumes -printf '%p %y %#m %U:%G\n' | sort; cat volumes/pgdata/_data/file
"""


@dataclass(frozen=True)
class Workshop:
    """A stack with one student: a seat of two volumes, and a database."""

    ground: kit.Ground
    stack: str
    seat: str
    postgres: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "STACK": self.stack, "STUDENT": "s01", "HOME_VOLUME": f"{self.seat}-home",
            "ENGINE_VOLUME": f"{self.seat}-engine",
            "SAVES_VOLUME": f"{self.ground.token}-saves", "SEAT": self.seat,
            "POSTGRES": self.postgres, "DATABASE": "s01",
            "IMAGE": kit.image("postgres"), "FOLDER": str(self.folder), "MAXIMUM_MIB": "100", "TIMEOUT_SECONDS": "600",
        }  # fmt: skip

    def archive(self, project: Path = kit.ROOT, /, **changes: str) -> kit.Completed:
        """As the provider runs it, in the project's folder."""
        return kit.run("/bin/sh", "-c", f"cd {project} && {DELETE}", env=self.environment | changes, check=False)

    def saved(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def restore(self, *args: str) -> kit.Completed:
        return kit.run(str(kit.ROOT / "ops" / "restore.sh"), *args, check=False)

    def in_volumes(self, script: str) -> str:
        return kit.docker(
            "run", "--rm", "-v", f"{self.seat}-home:/home-volume", "-v", f"{self.seat}-engine:/engine-volume",
            "--entrypoint", "bash", kit.image("postgres"), "-ec", script,
        ).stdout  # fmt: skip

    def sql(self, statement: str, database: str = "s01") -> str:
        psql = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]
        return kit.docker("exec", "-u", "postgres", self.postgres, *psql).stdout.strip()

    def is_dropped(self) -> bool:
        """Drop the database; the server gives up where its sessions take more than five seconds to end."""
        psql = ["psql", "-Xq", "-d", "postgres", "-c", "DROP DATABASE IF EXISTS s01 WITH (FORCE)"]
        return kit.docker("exec", "-u", "postgres", self.postgres, *psql, check=False).returncode == 0


def entries(seat: tarfile.TarFile) -> dict[str, tuple[object, ...]]:
    return {one.name: (one.type, one.uid, one.gid, one.mode, one.size, one.linkname) for one in seat}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[kit.Ground, str, str]]:
    with kit.ground() as ground:
        stack = ground.token.removeprefix("mentor-")
        authority = kit.Authority.new(tmp_path_factory.mktemp("archive") / "ca")
        postgres = ground.container("postgres", kit.image("postgres"), kit.postgres_files(authority, "x", "y"))
        seat = f"{ground.token}-seat-s01"
        volumes = [ground.volume("seat-s01-home"), ground.volume("seat-s01-engine")]
        ground.volume("saves")
        ground.container(
            "seat-s01", kit.image("postgres"), {}, "-v", f"{volumes[0]}:/home-volume",
            "-v", f"{volumes[1]}:/engine-volume", "--init", "--entrypoint", "sleep", command=["infinity"],
        )  # fmt: skip
        kit.wait_healthy(postgres)
        yield ground, stack, seat


@pytest.fixture
def workshop(server: tuple[kit.Ground, str, str], tmp_path: Path) -> Iterator[Workshop]:
    ground, stack, seat = server
    made = Workshop(ground, stack, seat, f"{ground.token}-postgres", tmp_path / "archive")
    made.in_volumes("find /home-volume /engine-volume -mindepth 1 -delete;" + FILL)
    until(made.is_dropped, "the database of the test before is gone")
    made.sql("DROP ROLE IF EXISTS s01", "postgres")
    made.sql("CREATE ROLE s01 LOGIN IN ROLE students", "postgres")
    made.sql("CREATE DATABASE s01 OWNER s01", "postgres")
    made.sql("CREATE TABLE kept AS SELECT 42 AS answer")
    yield made
    assert kit.docker("ps", "-aq", "--filter", f"name={stack}-archive").stdout == ""
    assert kit.docker("ps", "-aq", "--filter", f"name={stack}-restore").stdout == ""


def test_an_archive_holds_home_named_volumes_and_database(workshop: Workshop) -> None:
    done = workshop.archive()
    assert (done.returncode, done.stderr) == (0, "")
    [path] = workshop.saved()
    assert str(path) in done.stdout
    assert path.parent == workshop.folder / workshop.stack / "s01"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
    with tarfile.open(path) as archive:
        assert archive.getnames() == ["manifest.json", "seat.tar", "database.dump"]
        sizes = {member.name: member.size for member in archive}
        manifest = json.load(archive.extractfile("manifest.json") or pytest.fail("no manifest"))
        with tarfile.open(fileobj=archive.extractfile("seat.tar")) as seat:
            members = {member.name: member for member in seat}
    assert (manifest["student"], manifest["stack"], manifest["time"]) == ("s01", workshop.stack, path.name[:16])
    assert {name: part["bytes"] for name, part in manifest["parts"].items()} == {
        name: size for name, size in sizes.items() if name != "manifest.json"
    }
    assert members["home/a b/ü"].uid == 100998
    assert members["engine/volumes/pgdata/_data/file"].uid == 100998
    assert not [name for name in members if "overlay2" in name or "socket" in name]


def test_what_was_saved_before_resets_is_archived_with_the_student(workshop: Workshop) -> None:
    def in_saves(script: str) -> None:
        volume = f"{workshop.ground.token}-saves:/saves"
        kit.docker("run", "--rm", "-v", volume, "--entrypoint", "sh", kit.image("postgres"), "-ec", script)

    in_saves("mkdir /saves/s01 /saves/s02 && echo shown > /saves/s01/a.txt && echo other > /saves/s02/b.txt")
    try:
        done = workshop.archive()
    finally:
        in_saves("rm -r /saves/s01 /saves/s02")
    assert (done.returncode, done.stderr) == (0, "")
    [path] = workshop.saved()
    with tarfile.open(path) as archive:
        assert archive.getnames() == ["manifest.json", "seat.tar", "saves.tar", "database.dump"]
        manifest = json.load(archive.extractfile("manifest.json") or pytest.fail("no manifest"))
        with tarfile.open(fileobj=archive.extractfile("saves.tar")) as saves:
            assert saves.getnames() == ["saves/s01", "saves/s01/a.txt"]
    assert set(manifest["parts"]) == {"seat.tar", "saves.tar", "database.dump"}
    done = workshop.restore(str(path), "--stack", workshop.stack, "--student", "s01", "--yes")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_was_archived_comes_back(workshop: Workshop) -> None:
    before = workshop.in_volumes(LIST)
    assert "./a b/ü f 0644 100998:100998" in before
    assert workshop.archive().returncode == 0
    [path] = workshop.saved()
    workshop.in_volumes("rm -rf /home-volume/* /engine-volume/volumes; echo new > /home-volume/.new")
    workshop.sql("DROP TABLE kept; CREATE TABLE later ()")
    done = workshop.restore(str(path), "--stack", workshop.stack, "--student", "s01", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].startswith("database s01: as s01 had it at ")
    assert done.stdout.splitlines()[1].startswith("seat of s01: home and Docker volumes as s01 had them at ")
    # A socket is nothing without the process that made it.
    assert workshop.in_volumes(LIST) == "".join(x for x in before.splitlines(keepends=True) if "./socket" not in x)
    assert workshop.in_volumes("stat -c %h /home-volume/hard; cat /engine-volume/overlay2/layer") == "2\nlayer\n"
    assert workshop.sql("SELECT * FROM kept") == "42"
    assert workshop.sql("SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'") == "kept"
    running = kit.docker("container", "inspect", "-f", "{{.State.Running}}", workshop.seat).stdout
    assert running == "true\n"


def test_off_skips_and_says_so(workshop: Workshop) -> None:
    done = workshop.archive(MENTOR_ARCHIVE="off")
    assert (done.returncode, done.stdout) == (0, "archive of s01: skipped, because MENTOR_ARCHIVE=off\n")
    assert workshop.saved() == []


def test_a_second_archive_leaves_the_first(workshop: Workshop) -> None:
    assert [workshop.archive().returncode for _ in range(2)] == [0, 0]
    first, second = workshop.saved()
    workshop.in_volumes("head -c 3000000 /dev/urandom > /home-volume/big")
    assert workshop.archive(MAXIMUM_MIB="1").returncode == 1
    assert workshop.saved() == [first, second]


def test_a_stopped_server_is_started_for_it(workshop: Workshop) -> None:
    kit.docker("stop", workshop.postgres)
    kit.docker("stop", "-t", "1", workshop.seat)
    done = workshop.archive()
    assert (done.returncode, len(workshop.saved())) == (0, 1), done.stderr
    kit.docker("start", workshop.seat)


def test_a_tilde_is_this_machines_home(workshop: Workshop) -> None:
    assert workshop.archive(HOME=str(workshop.folder.parent), FOLDER="~/archive").returncode == 0
    assert len(workshop.saved()) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"HOME_VOLUME": "mentor-nonesuch"}, "mentor-nonesuch"),
        ({"SAVES_VOLUME": "mentor-nonesuch"}, "mentor-nonesuch"),
        ({"ENGINE_VOLUME": "mentor-nonesuch"}, "mentor-nonesuch"),
        ({"POSTGRES": "mentor-nonesuch"}, "the container mentor-nonesuch is gone, so the database cannot be read"),
        ({"DATABASE": "s09"}, 'database.dump: student-dump: there is no role "s09"'),
        ({"IMAGE": "mentor/nonesuch"}, "seat.tar: Error response from daemon: No such image: mentor/nonesuch"),
        ({"FOLDER": "/proc/nonesuch"}, "/proc/nonesuch/"),
        ({"DOCKER_HOST": "unix:///nonesuch"}, "the Docker engine at unix:///nonesuch does not answer"),
        ({"MAXIMUM_MIB": "1"}, "more than 1 MiB. Raise mentor:archive.maximum"),
    ],
)
def test_a_failure_leaves_no_file_and_says_the_way_out(
    workshop: Workshop, changes: dict[str, str], message: str
) -> None:
    workshop.in_volumes("head -c 3000000 /dev/urandom > /home-volume/big")
    done = workshop.archive(**changes)
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert line.startswith("archive of s01: ")
    assert message in line
    assert line.endswith("to delete without an archive, set MENTOR_ARCHIVE=off.")
    assert workshop.saved() == []
    assert kit.docker("volume", "inspect", "mentor-nonesuch", check=False).returncode == 1


def test_a_server_that_does_not_answer_is_not_waited_for_for_ever(workshop: Workshop, tmp_path: Path) -> None:
    hanging = tmp_path / "docker"
    real = kit.run("sh", "-c", "command -v docker").stdout.strip()
    hanging.write_text(f'#!/bin/sh\ncase "$*" in *student-dump*) exec sleep 600 ;; esac\nexec {real} "$@"\n')
    hanging.chmod(0o755)
    done = workshop.archive(TIMEOUT_SECONDS="3", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert "not done after 3 s. Raise mentor:archive.timeout" in done.stderr
    assert workshop.saved() == []


def test_a_lock_that_was_left_does_not_stop_an_archive(workshop: Workshop) -> None:
    kit.docker("exec", "-d", "-u", "postgres", workshop.postgres, "psql", "-d", "s01", "-c",
               "BEGIN; ALTER TABLE kept ADD n int; SELECT pg_sleep(3600)")  # fmt: skip
    held = """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE datname = 's01' AND mode = 'AccessExclusiveLock'"""
    until(lambda: workshop.sql(held, "postgres") != "0", "somebody's lock")
    assert workshop.archive().returncode == 0


def test_a_restore_without_a_terminal_needs_yes(workshop: Workshop) -> None:
    assert workshop.archive().returncode == 0
    [path] = workshop.saved()
    workshop.sql("CREATE TABLE later ()")
    done = workshop.restore(str(path), "--stack", workshop.stack, "--student", "s01")
    assert done.returncode == 1
    assert "add --yes" in done.stderr
    assert workshop.sql("SELECT count(*) FROM later") == "0"


def test_a_damaged_archive_changes_nothing(workshop: Workshop) -> None:
    assert workshop.archive().returncode == 0
    [path] = workshop.saved()
    unpacked = workshop.folder / "unpacked"
    kit.run("mkdir", str(unpacked))
    kit.run("tar", "-xzf", str(path), "-C", str(unpacked))
    with (unpacked / "seat.tar").open("r+b") as part:
        part.seek(600)
        part.write(b"x")
    kit.run("tar", "-czf", str(path), "-C", str(unpacked), "manifest.json", "seat.tar", "database.dump")
    for file, message in ((path, "is damaged: seat.tar"), (unpacked / "seat.tar", "is not an archive"),
                          (workshop.folder / "none", "no such file")):  # fmt: skip
        done = workshop.restore(str(file), "--stack", workshop.stack, "--student", "s01", "--yes")
        assert done.returncode == 1
        assert message in done.stderr
    assert workshop.in_volumes("cat /home-volume/notes") == "one\n"


def test_what_no_student_can_have_made_is_not_restored(workshop: Workshop) -> None:
    """A student may have changed what he took home before he gives it to somebody who restores it."""
    assert workshop.archive().returncode == 0
    [path] = workshop.saved()
    with tarfile.open(path) as whole:
        parts = {name: (whole.extractfile(name) or pytest.fail(name)).read() for name in whole.getnames()}

    def restored(seat: bytes, **changes: str) -> kit.Completed:
        manifest = json.loads(parts["manifest.json"]) | changes
        manifest["parts"]["seat.tar"]["sha256"] = hashlib.sha256(seat).hexdigest()
        with tarfile.open(path, "w:gz") as made:
            for name, content in (parts | {"manifest.json": json.dumps(manifest).encode(), "seat.tar": seat}).items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
        return workshop.restore(str(path), "--stack", workshop.stack, "--student", "s01", "--yes")

    workshop.sql("CREATE TABLE later ()")
    for mode, uid, gid in ((0o4755, 0, 1000), (0o2755, 1000, 42)):
        rooted = io.BytesIO()
        with tarfile.open(fileobj=rooted, mode="w") as seat:
            member = tarfile.TarInfo("home/shell")
            member.mode, member.uid, member.gid = mode, uid, gid
            seat.addfile(member)
        done = restored(rooted.getvalue())
        assert done.returncode == 1
        assert "a program that runs as somebody else" in done.stderr
        assert "home/shell" in done.stderr
    done = restored(parts["seat.tar"], student="s01\x1b[2J")
    assert (done.returncode, "does not understand" in done.stderr) == (1, True)
    assert workshop.sql("SELECT count(*) FROM later") == "0"
    assert workshop.in_volumes("cat /home-volume/notes") == "one\n"
    assert restored(parts["seat.tar"]).returncode == 0


def test_a_restore_for_somebody_who_is_not_there_names_the_way(workshop: Workshop) -> None:
    assert workshop.archive().returncode == 0
    [path] = workshop.saved()
    done = workshop.restore(str(path), "--stack", workshop.stack, "--student", "s09", "--yes")
    assert done.returncode == 1
    assert "put s09 into the class and run `pulumi up --refresh`" in done.stderr


@pytest.mark.parametrize("left", [None, 0, 0.05, 0.3, 0.6, 0.99])
def test_a_script_that_is_not_there_or_not_whole_saves_nothing_and_is_an_error(
    workshop: Workshop, tmp_path: Path, left: float | None
) -> None:
    """As in another folder, or after a checkout on a full disk: what looks like an archive lets everything go."""
    script = (SCRIPTS / "archive.sh").read_bytes()
    there = tmp_path / SCRIPTS.relative_to(kit.ROOT) / "archive.sh"
    there.parent.mkdir(parents=True)
    if left is not None:
        there.write_bytes(script[: int(left * len(script))])
    done = workshop.archive(tmp_path)
    assert done.returncode != 0
    assert workshop.saved() == []
    if left in {None, 0, 0.05}:
        assert "run this in the project's folder. Nothing of s01 was changed." in done.stderr
    assert workshop.archive(tmp_path, MENTOR_ARCHIVE="off").returncode == 0


def test_load_course_sends_the_files_in_order(workshop: Workshop, tmp_path: Path) -> None:
    course = tmp_path / "course folder"
    (course / "sub").mkdir(parents=True)
    (course / "sub" / "ü one.sql").write_text("CREATE TABLE one ();\n")
    (course / "two.sql").write_text("ALTER TABLE one ADD n int;\nINSERT INTO one VALUES (7);\n")
    (course / "three.sql").symlink_to("two.sql")
    (course / "bad.sql").write_text("SELECT 1;\nSELEC;\n")
    script = (SCRIPTS / "load-course.sh").read_text()

    def load(*files: str) -> kit.Completed:
        environment = {"POSTGRES": workshop.postgres, "COURSE": os.path.relpath(course), "FILES": json.dumps(files)}
        return kit.run("/bin/bash", "-c", script, env=environment, check=False)

    assert load("sub/ü one.sql", "three.sql").stderr == ""
    assert workshop.sql("SELECT n FROM one", "course") == "7"
    failed = load("sub/ü one.sql", "bad.sql")
    assert failed.returncode == 1
    assert failed.stderr.startswith('bad.sql:2: ERROR:  syntax error at or near "SELEC"')
    assert workshop.sql("SELECT n FROM one", "course") == "7"
    assert load().stderr == ""
    assert workshop.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "course") == "0"


def test_containers_in_a_seat_are_stopped_before_it_is_read(workshop: Workshop) -> None:
    """The real seat, its engine running: what a container writes when it is told to stop is in the archive."""
    seat = f"{workshop.ground.token}-real"
    home, engine = workshop.ground.volume("real-home"), workshop.ground.volume("real-engine")
    workshop.ground.containers.append(seat)
    kit.docker(
        "create", "--name", seat, "--label", kit.LABEL, "--network", workshop.ground.token, *SEAT_OPTIONS,
        "--security-opt", f"seccomp={kit.ROOT}/images/seat/seccomp.json", "-v", f"{home}:/home/student",
        "-v", f"{engine}:/var/lib/engine", "-e", "STUDENT=s01", kit.image("seat"),
    )  # fmt: skip
    kit.docker("start", seat)

    def inside(script: str) -> str:
        return kit.docker("exec", "-u", "student", seat, "bash", "-ec", script).stdout

    inside('until seat-ready && [ -S "$XDG_RUNTIME_DIR/docker.sock" ]; do sleep 0.2; done')
    # An image without a registry: the seat's own shell and the libraries that it loads.
    inside(r"""libraries=$(ldd /bin/bash /bin/sleep /bin/chown | grep -o '/[^ :]*[.]so[^ :]*' | sort -u)
        tar -C / -chf - bin/bash bin/sleep bin/chown $libraries | docker import - tiny""")
    inside(r"""docker run -d -v work:/work tiny /bin/bash -c '
          trap "echo ended > /work/end; exit" TERM; echo began > /work/begin; /bin/chown 70:71 /work/begin
          while :; do /bin/sleep 0.1; done'
        until docker run --rm -v work:/work tiny /bin/bash -c '[ -f /work/begin ]'; do sleep 0.2; done""")
    done = workshop.archive(SEAT=seat, HOME_VOLUME=home, ENGINE_VOLUME=engine, IMAGE=kit.image("seat"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "could not be stopped" not in done.stdout
    [path] = workshop.saved()
    with tarfile.open(path) as archive, tarfile.open(fileobj=archive.extractfile("seat.tar")) as saved:
        members = entries(saved)
    assert {"engine/volumes/work/_data/begin", "engine/volumes/work/_data/end", "home/.seat/host_key"} <= set(members)
    assert not [name for name in members if name.startswith("engine/") and not name.startswith("engine/volumes")]
    # What a student takes home is the same, read by himself; but for the list that his engine has open.
    command = ["docker", "exec", "-u", "student", "-e", "HOME=/home/student", "-e", "XDG_RUNTIME_DIR=/run/user/1000"]
    taken = subprocess.run([*command, seat, "bash", "-c", TAKE_HOME.read_text()], check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(taken.stdout)) as own:
        assert entries(own) == {name: one for name, one in members.items() if name != "engine/volumes/metadata.db"}
    assert members["engine/volumes/work/_data/begin"][1:3] == (100069, 100070)
    workshop.ground.remove(seat)
