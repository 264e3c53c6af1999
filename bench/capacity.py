"""What a class takes of its host, against what `mentor.capacity` says before it starts.

In: a checkout where ``make setup`` has run, a shell of ``make env``; STUDENTS, 16 unless said otherwise. Out: a
Markdown table on standard output: memory and disk of a seat that is idle, of one whose engine runs, of one whose
student has the sample course's two servers running and a file open in an editor, of one who has done all of the
course, whose last section is a cluster of four machines, and of the services; and what was predicted.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docker import DockerClient

from bench.memory import held
from mentor import capacity
from mentor.course import lesson
from mentor.settings.model import GrafanaSettings, WorkshopSettings
from mentor.settings.problems import Problems
from tests.workshop_kit import Workshop, workshops

ROOT = Path(__file__).parents[1]
STUDENTS = int(os.environ.get("STUDENTS", "16"))
SETTLE = 20  # seconds until what was started takes no more
MIB = 1 << 20
ENGINE = "docker info >/dev/null"
WORK = """
cd ~/workshop/replication && docker compose up --detach --wait --quiet-pull >/dev/null 2>&1
docker compose exec -T primary psql -U postgres -qc \
  'CREATE TABLE reading AS SELECT g, now() FROM generate_series(1, 100000) g'
tmux new-session -d -s bench 'nano compose.yaml'
"""
ANEW = "cd ~/workshop/replication && docker compose down --volumes >/dev/null 2>&1"
COURSE = (ROOT / "workshop/solutions/seat.sh").read_text(encoding="utf-8")


def memory(lab: Workshop) -> dict[str, float]:
    """MiB of each container, by what it is called in the stack."""
    prefix = lab.container("")
    return {name.removeprefix(prefix): used for name, used in held(lab.running()).items()}


def disk(lab: Workshop) -> dict[str, float]:
    """MiB of each volume."""
    prefix = lab.container("")
    volumes = DockerClient.from_env(timeout=600).df()["Volumes"]
    return {
        each["Name"].removeprefix(prefix): each["UsageData"]["Size"] / MIB
        for each in volumes
        if each["Name"].startswith(prefix)
    }


def of_students(found: dict[str, float]) -> float:
    """The mean of a student, teachers left out."""
    return sum(value for name, value in found.items() if name.startswith("seat-s")) / STUDENTS


def of_services(found: dict[str, float]) -> float:
    """The sum of all that is nobody's."""
    return sum(value for name, value in found.items() if not name.startswith("seat-"))


def everybody(lab: Workshop, script: str) -> None:
    """Let every student do it, four at a time."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: lab.inside(f"s{number:02}", script, timeout=1200), range(1, STUDENTS + 1)))
    time.sleep(SETTLE)


def main() -> None:
    """Measure, print the table, leave nothing behind."""
    with workshops(dict(os.environ), lambda name: Path(tempfile.mkdtemp(prefix=f"mentor-{name}-"))) as make:
        lab = make("capacity", students=STUDENTS)
        print(f"a class of {STUDENTS} comes up", file=sys.stderr)
        lab.up()
        idle = memory(lab)
        everybody(lab, ENGINE)
        engines = memory(lab)
        everybody(lab, WORK)
        work, kept = memory(lab), disk(lab)
        everybody(lab, ANEW)
        everybody(lab, COURSE)
        all_done, kept_then = memory(lab), disk(lab)
        databases = int(str(lab.sql("s01", "SELECT pg_database_size('s01')")[0][0])) / MIB
        lab.destroy(MENTOR_ARCHIVE="off")
    settings = WorkshopSettings(grafana=GrafanaSettings(enabled=False))
    course = lesson.parse(settings.course, ROOT, Problems("mentor"))
    if course is None:
        sys.exit("the sample course is not right")
    need = capacity.needs(settings, range(STUDENTS + 1), course.needs)
    rows = [
        ("memory of an idle seat", of_students(idle), None),
        ("memory of a seat whose engine runs", of_students(engines), capacity.RUNNING_ENGINE_MIB),
        ("memory of a seat with two servers and an editor", of_students(work), need.work_memory_mib),
        ("memory of a seat that has done the course", of_students(all_done), need.course_memory_mib),
        ("memory of all services then", of_services(all_done), need.services_memory_mib),
        ("disk of a seat with two servers: home and engine", of_students(kept), capacity.SEAT_DISK_MIB),
        ("disk of a seat that has done the course", of_students(kept_then), course.needs.disk),
        ("disk of a database", databases, capacity.DATABASE_DISK_MIB),
    ]
    print(f"| {STUDENTS} students, MiB | measured | predicted |\n|---|---|---|")
    for what, measured, predicted in rows:
        print(f"| {what} | {measured:.1f} | {'' if predicted is None else predicted} |")


if __name__ == "__main__":
    main()
