"""PostgreSQL and the grader by themselves on one network, with students but without seats.

In: the images. Out: a `Class`: students come and go as the program makes them, work as themselves over the server's own
socket (no directory is needed), and what the grader knows of them can be asked. With `watch` there is Prometheus too.
"""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import yaml
from pydantic import TypeAdapter

from mentor.course import grading
from mentor.course.criteria import Check
from tests.live import image_kit as kit
from tests.live import prometheus_kit
from tests.waiting import until

CHECK: TypeAdapter[Check] = TypeAdapter(Check)
PROVISIONER = "provisioner-canary"
SAMPLE = "CREATE TABLE animal (id int PRIMARY KEY, name text NOT NULL);\nINSERT INTO animal VALUES (1, 'Esel');\n"
TWO_ROWS = {"rows": "{rows: animal, min: 2}"}
"""By task: its check, as lab.yaml has it."""
ASK = """
import http.client, json, socket, sys
line = http.client.HTTPConnection("grader", timeout=400)
line.sock = socket.socket(socket.AF_UNIX)
line.sock.connect("/run/grader/grader.sock")
line.request(sys.argv[1], sys.argv[2])
answer = line.getresponse()
print(json.dumps([answer.status, json.loads(answer.read())]))
"""


@dataclass
class Class:
    """A school with databases alone."""

    ground: kit.Ground
    files: dict[str, str]
    volumes: dict[str, str]
    students: list[str] = field(default_factory=list)
    tasks: Mapping[str, str] = field(default_factory=lambda: TWO_ROWS)

    def start(self, sample: str) -> None:
        """Both, as the program starts them, with the course loaded and nobody in the class."""
        shared = f"{self.volumes['socket']}:/run/postgresql-shared"
        self.ground.container(
            "postgres", kit.image("postgres"), self.files, "-v", f"{self.volumes['data']}:/var/lib/postgresql/data",
            "-v", shared, "-p", "127.0.0.1::5432", "-e", "MAX_CONNECTIONS=200",
        )  # fmt: skip
        kit.wait_healthy(self.name("postgres"))
        packed = kit.tar_of({"load.json": json.dumps({"files": ["sample.sql"]}), "sample.sql": sample})
        kit.docker("exec", "-i", self.name("postgres"), "course-load", stdin=packed)
        self.ground.container(
            "grader", kit.image("grader"), {}, "-v", shared, "-v", f"{self.volumes['plan']}:/var/lib/grader",
            "-v", f"{self.volumes['saves']}:/saves",
        )  # fmt: skip
        kit.wait_healthy(self.name("grader"))

    def watch(self) -> None:
        """Start the exporters and Prometheus, as the program does."""
        for name, options in {
            "exporter": ["-v", f"{self.volumes['socket']}:/run/postgresql-shared"],
            "host-exporter": ["-e", "EXPORTER=host"],
            "probe-exporter": ["-e", "EXPORTER=probe"],
        }.items():
            kit.wait_healthy(self.ground.container(name, kit.image("exporter"), {}, *options))
        kept = ["-v", f"{self.ground.volume('history')}:/prometheus"]
        kit.wait_healthy(self.ground.container("prometheus", kit.image("prometheus"), {}, *kept))

    def series(self, query: str) -> dict[tuple[str, ...], float]:
        """Ask Prometheus; values by the values of all labels. Nothing while it does not answer."""
        return prometheus_kit.series(self.name("prometheus"), query)

    def name(self, service: str) -> str:
        """A container's name."""
        return f"{self.ground.token}-{service}"

    @property
    def port(self) -> int:
        """PostgreSQL's on this machine."""
        return kit.published(self.name("postgres"), 5432)

    def provisioner(self) -> psycopg.Connection[Any]:
        """As Pulumi signs in."""
        connection: psycopg.Connection[Any] = psycopg.connect(
            host="127.0.0.1", port=self.port, user="provisioner", password=PROVISIONER, dbname="postgres",
            sslmode="require", autocommit=True,
        )  # fmt: skip
        return connection

    def enrol(self, *students: str) -> None:
        """Make roles and databases as the program does, and tell the grader."""
        with self.provisioner() as provisioner:
            for student in students:
                for sql in (
                    f"CREATE ROLE {student} LOGIN IN ROLE students CONNECTION LIMIT 8",
                    f"GRANT {student} TO CURRENT_USER",
                    f"CREATE DATABASE {student} OWNER {student} TEMPLATE course",
                    f"REVOKE {student} FROM CURRENT_USER",
                ):
                    provisioner.execute(sql.encode())
        self.students += students
        self.deliver()

    def deliver(self) -> None:
        """Send the plan, as the program does."""
        tasks = [
            {"id": task, "checks": [grading.sql_check("c1", CHECK.validate_python(yaml.safe_load(text)))]}
            for task, text in self.tasks.items()
        ]
        plan = json.dumps({"students": self.students, "tasks": tasks})
        kit.docker("exec", "-i", self.name("grader"), "checks-put", stdin=plan)

    def work(self, student: str, sql: str) -> kit.Completed:
        """Do something as a student, with his rights."""
        psql = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", student, "-d", student]
        return kit.docker("exec", "-i", "-u", "postgres", self.name("postgres"), *psql, stdin=sql, check=False)

    @contextlib.contextmanager
    def session(self, student: str, sql: str = "") -> Iterator[None]:
        """A session of a student that stays open: inside a transaction, or without having asked anything."""
        psql = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", student, "-d", student]
        process = subprocess.Popen(
            ["docker", "exec", "-i", "-u", "postgres", self.name("postgres"), *psql],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(f"BEGIN;\n{sql};\n\\echo open\n" if sql else "\\echo open\n")
            process.stdin.flush()
            while (line := process.stdout.readline().strip()) != "open":
                assert line, "the session ended"
            yield
        finally:
            process.stdin.close()
            process.wait(timeout=120)
            process.stdout.close()

    def admin(self, sql: str, database: str = "postgres") -> str:
        """Ask as postgres."""
        psql = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]
        return kit.docker("exec", "-u", "postgres", self.name("postgres"), *psql).stdout.strip()

    def drop(self, database: str) -> None:
        """Drop a database; the server gives up where its sessions take more than five seconds to end."""
        psql = ["psql", "-Xq", "-d", "postgres", "-c", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"]
        again = partial(kit.docker, "exec", "-u", "postgres", self.name("postgres"), *psql, check=False)
        until(lambda: again().returncode == 0, f"database {database} is gone")

    def results(self) -> dict[str, Any]:
        """What the grader knows."""
        return self.ask("GET", "/results")[1]

    def ask(self, method: str, path: str) -> tuple[int, dict[str, Any]]:
        """The grader, as the web app does."""
        status, found = json.loads(kit.docker("exec", self.name("grader"), "python3", "-c", ASK, method, path).stdout)
        return int(status), found

    def told(self, student: str, task: str = "rows") -> tuple[bool | None, str]:
        """One result, and what is said of it."""
        one = self.results().get(student, {}).get("tasks", {}).get(task, {"ok": None, "message": "nothing"})
        return one["ok"], one["message"]

    def becomes(self, student: str, ok: bool | None, task: str = "rows") -> float:
        """Wait until a result is this one; how many seconds that took."""
        began = time.monotonic()
        until(lambda: self.told(student, task)[0] is ok, lambda: f"{student}: {task} is {self.told(student, task)}")
        return time.monotonic() - began


@contextlib.contextmanager
def school(folder: Path, sample: str = SAMPLE) -> Iterator[Class]:
    """Both started, with the sample data loaded and nobody in the class."""
    with kit.ground() as ground:
        authority = kit.Authority.new(folder / "ca")
        files = kit.postgres_files(authority, "reader", PROVISIONER)
        made = Class(ground, files, {name: ground.volume(name) for name in ("data", "socket", "plan", "saves")})
        made.start(sample)
        yield made
