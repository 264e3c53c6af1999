"""Runs that die, that meet each other, and that cannot save: the next one finishes, and nothing is lost."""

import shutil
import socket
import tarfile
from collections.abc import Callable

import pytest

from tests.faults.fault_kit import (
    archives,
    assert_whole,
    held,
    killed,
    operate,
    quick,
    said,
)
from tests.ground import listing
from tests.waiting import until
from tests.workshop_kit import Workshop, docker

CLASS = ("s01", "s02", "teacher")
UP = ("up", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    workshop = quick(workshop_factory("faults", students=2))
    workshop.up()
    for person in CLASS:
        work(workshop, person)
    return workshop


def in_database(lab: Workshop, database: str, statement: str) -> str:
    """A statement by the server's own administrator: the tests look at what is there, whoever may log in."""
    return docker("exec", "-u", "postgres", lab.container("postgres"), "psql", "-d", database, "-XAtqc", statement)


def work(lab: Workshop, person: str) -> None:
    """Something in a home and in a database that must not get lost."""
    lab.inside(person, f"echo of-{person} > ~/kept.txt")
    in_database(lab, person, f"CREATE TABLE IF NOT EXISTS kept AS SELECT 'of-{person}' AS word")


def assert_kept(lab: Workshop, *people: str) -> None:
    for person in people:
        assert lab.inside(person, "cat ~/kept.txt") == f"of-{person}"
        assert in_database(lab, person, "SELECT word FROM kept") == f"of-{person}"


def assert_archived(lab: Workshop, person: str) -> None:
    """What he made is in an archive of his, whole."""
    for archive in archives(lab, person):
        with tarfile.open(archive) as outer:
            seat, dump = outer.extractfile("seat.tar"), outer.extractfile("database.dump")
            assert seat
            assert dump
            if b"of-" + person.encode() in seat.read():
                assert b"kept" in dump.read()
                return
    pytest.fail(f"no archive of {person} holds what he made")


def finish(lab: Workshop, *people: str) -> None:
    """What a person does after a run that died; then everything is there, once."""
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    assert_whole(lab, people)


def zone_of(lab: Workshop) -> str:
    """A time zone that the workshop does not have now: with another one, every container is replaced."""
    return next(zone for zone in ("Europe/Prague", "Asia/Tokyo") if zone not in lab.file.read_text())


@pytest.mark.parametrize("words", ["'s01 network connect'*", "*'exec -i'*'class-put'"])
def test_f9_a_killed_change_of_all_containers_is_finished_by_the_next_run(lab: Workshop, words: str) -> None:
    zone = zone_of(lab)
    lab.set(event={"timeZone": zone})
    killed(lab, words, *UP)
    finish(lab, *CLASS)
    assert_kept(lab, *CLASS)
    assert lab.inside("s01", "echo $TZ") == zone


@pytest.mark.parametrize(
    ("coming", "leaving"),
    [
        ("'s03 exec -i'*'account put'", "'s03 create --name'*"),
        ("'s03 network connect'*", "'s03 network disconnect'*"),
    ],
)
def test_f9_a_killed_coming_and_a_killed_leaving_lose_nothing(lab: Workshop, coming: str, leaving: str) -> None:
    lab.set(students=3)
    killed(lab, coming, *UP)
    finish(lab, "s03", *CLASS)
    assert_kept(lab, *CLASS)
    work(lab, "s03")
    lab.set(students=2)
    killed(lab, leaving, *UP)
    finish(lab, *CLASS)
    assert_kept(lab, *CLASS)
    assert_archived(lab, "s03")


@pytest.mark.parametrize("words", ["'s01 exec '*'student-dump'*", "'teacher network disconnect'*"])
def test_f9_after_a_killed_destroy_everybody_has_his_work_or_an_archive_of_it(lab: Workshop, words: str) -> None:
    killed(lab, words, *DESTROY)
    finish(lab, *CLASS)
    for person in CLASS:
        if archives(lab, person):
            assert_archived(lab, person)
        else:
            assert_kept(lab, person)
        work(lab, person)


def test_a_destroy_that_one_archive_stopped_is_taken_back_by_the_next_run(lab: Workshop) -> None:
    """What it took out of the state and not off the server is taken over: nobody finds his database empty."""
    folder = lab.archives / lab.stack / "s02"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    before = {person: len(archives(lab, person)) for person in ("s01", "teacher")}
    stopped = operate(lab, "down")
    assert stopped.returncode != 0
    assert f"archive of s02: {folder} cannot be written" in said(stopped)
    folder.unlink()
    done = operate(lab, "up")
    assert done.returncode == 0, said(done)
    assert "what belongs to s01, teacher, which is not in Pulumi's state" in said(done)
    assert_whole(lab, CLASS)
    assert_kept(lab, "s02")
    for person, number in before.items():
        assert len(archives(lab, person)) == number + 1
        assert in_database(lab, person, "SELECT word FROM kept") == f"of-{person}"
        work(lab, person)
    assert lab.sql("s01", "SELECT number FROM given WHERE number = 7") == [(7,)]


def test_who_leaves_after_a_stopped_destroy_is_archived_before_his_database_goes(lab: Workshop) -> None:
    folder = lab.archives / lab.stack / "s02"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way")
    assert operate(lab, "down").returncode != 0
    folder.unlink()
    lab.set(students=1)
    finish(lab, "s01", "teacher")
    assert_archived(lab, "s02")
    question = "SELECT datname FROM pg_database"
    there = docker("exec", "-u", "postgres", lab.container("postgres"), "psql", "-Atc", question).split()
    assert {"s01", "teacher"} <= {*there}
    assert "s02" not in there
    lab.set(students=2)
    finish(lab, *CLASS)
    for person in CLASS:
        work(lab, person)


def test_a_volume_that_a_destroy_could_not_remove_is_taken_over_with_what_is_in_it(lab: Workshop) -> None:
    """Its server is gone: only the next run's own can tell what is in it, and that run says what to do."""
    before = {person: len(archives(lab, person)) for person in CLASS}
    user = docker("create", "-v", f"{lab.container('postgres')}:/held", "debian:trixie-slim", "true").strip()
    stopped = operate(lab, "down")
    docker("rm", user)
    assert stopped.returncode != 0
    assert {thing for thing in listing(lab.stack) if lab.container("postgres") in thing} == {
        f"volume {lab.container('postgres')}"
    }, said(stopped)
    first = operate(lab, "up")
    assert first.returncode != 0
    assert "may hold work: drop nothing, the next `make up` takes it over" in said(first)
    finish(lab, *CLASS)
    for person, number in before.items():
        assert len(archives(lab, person)) == number + 1
        assert in_database(lab, person, "SELECT word FROM kept") == f"of-{person}"
        work(lab, person)


@pytest.mark.parametrize("words", ["*'course-load'", "'teacher exec -i'*'account put'", "'s02 network connect'*"])
def test_f9_a_killed_beginning_is_finished_by_the_next_run(lab: Workshop, words: str) -> None:
    assert operate(lab, "down", MENTOR_ARCHIVE="off").returncode == 0
    assert listing(lab.stack) == set()
    killed(lab, words, *UP)
    finish(lab, *CLASS)
    for person in CLASS:
        work(lab, person)


def test_f9_ctrl_c_once_ends_the_run_cleanly_and_the_next_finishes(lab: Workshop) -> None:
    lab.set(students=4)
    with held(lab, "'s04 network connect'*", *UP) as (stopped, _):
        stopped.interrupt()
        assert stopped.wait() != 0
    assert "Traceback" not in stopped.text, stopped.text
    assert not list((lab.folder / "state").rglob("locks/**/*.json"))
    finish(lab, "s03", "s04", *CLASS)


def test_f10_the_second_of_two_runs_stops_at_once_and_says_who_is_at_work(lab: Workshop) -> None:
    lab.set(students=3)
    with held(lab, "'s04 create --name'*", *UP) as (first, hold):
        seconds = lab.up(check=False), operate(lab, "up"), operate(lab, "recover")
        assert first.process.poll() is None, first.text  # none of them waited for it, or ended it
        hold.release()
        assert first.wait() == 0, first.text
    for second in seconds:
        assert second.returncode != 0
        assert str(first.process.pid) in said(second), said(second)
    assert_whole(lab, ["s03", *CLASS])


def test_f10_another_machines_operator_is_refused_by_the_host_itself(lab: Workshop) -> None:
    """His state is elsewhere, and with it Pulumi's own lock."""
    held = lab.container("in-use")
    labels = ("--label", "mentor.lock.who=ada@laptop", "--label", "mentor.lock.pid=42")
    docker("create", "--name", held, *labels, "debian:trixie-slim", "true")
    before = lab.running()
    for program in ("up", "down", "recover"):
        done = operate(lab, program)
        assert done.returncode == 1
        assert "in use by ada@laptop (pid 42) since 20" in said(done)
    assert lab.running() == before
    docker("rm", held)
    finish(lab, "s03", *CLASS)
    assert f"container {held}" not in listing()


def test_a_database_server_that_is_gone_stops_the_deletion_and_the_way_out_is_named(lab: Workshop) -> None:
    for person in ("s03", *CLASS):
        work(lab, person)
    archived = {person: len(archives(lab, person)) for person in CLASS}
    docker("rm", "-f", lab.container("postgres"))
    done = operate(lab, "down")
    assert done.returncode != 0
    for text in (f"{lab.container('postgres')} is gone", "make down ARCHIVE=no", "MENTOR_ARCHIVE=off"):
        assert text in said(done), said(done)
    assert {f"volume {lab.container(f'seat-{person}')}-home" for person in CLASS} <= listing(lab.stack)
    assert {person: len(archives(lab, person)) for person in CLASS} == archived
    finish(lab, "s03", *CLASS)
    assert_kept(lab, "s03", *CLASS)


def test_an_archive_that_cannot_be_written_stops_the_deletion_of_that_person_only(lab: Workshop) -> None:
    lab.archives.mkdir(exist_ok=True)
    seat, folder = lab.container("seat-s03"), lab.archives / lab.stack / "s03"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("in the way")
    lab.set(students=2)
    done = operate(lab, "up")
    assert done.returncode != 0
    assert f"archive of s03: {folder} cannot be written" in said(done)
    assert {f"container {seat}", f"volume {seat}-home"} <= listing(lab.stack)
    assert_kept(lab, "s03", *CLASS)
    folder.unlink()
    finish(lab, *CLASS)
    assert_archived(lab, "s03")


def test_without_archives_down_leaves_nothing_even_when_the_database_server_is_gone(lab: Workshop) -> None:
    mounts = '{{range .Mounts}}{{if eq .Type "volume"}}{{println .Name}}{{end}}{{end}}'
    mine = docker("ps", "-aq", "--filter", f"label=mentor.stack={lab.stack}").split()
    volumes = set(docker("inspect", "-f", mounts, *mine).split())
    networks = set(docker("network", "ls", "-q", "--filter", f"label=mentor.stack={lab.stack}").split())
    archived = {person: len(archives(lab, person)) for person in CLASS}
    docker("rm", "-f", lab.container("postgres"))
    done = operate(lab, "down", MENTOR_ARCHIVE="off")
    assert done.returncode == 0, said(done)
    assert listing(lab.stack) == set()
    assert {person: len(archives(lab, person)) for person in CLASS} == archived
    # Not by label only: volumes without a name, networks by id, processes, ports.
    assert volumes.isdisjoint(docker("volume", "ls", "-q").split())
    assert networks.isdisjoint(docker("network", "ls", "-q").split())
    assert not [thing for thing in listing() if lab.container("") in thing]
    until(lambda: not lab.processes(), lambda: f"still at work: {lab.processes()}")
    for port in (lab.portal_port, lab.database_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
