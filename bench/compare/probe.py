"""Whether a class is as it should be, whoever made it: everybody's terminal and database, and nobody else's.

In: people with their passwords, the key that opens seats, the database server's port. Out: the median seconds of a
key's echo; or in words who cannot work. Terminals are opened over SSH from the database server's place in the seats'
networks: from the host itself no seat can be reached. Databases are asked through the published port, over TLS.
"""

import json
import statistics
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import psycopg

from bench.compare.host import LABEL, SEAT, SERVER, FailedError, addresses, docker, run
from bench.compare.tools import HERE

PATIENCE = 120.0  # seconds for everybody
AT_ONCE = 8  # people
ROLES = "SELECT datname FROM pg_database JOIN pg_roles ON datname = rolname WHERE rolname <> 'postgres'"


def probe(passwords: Mapping[str, str], key: str, port: int, image: str) -> float:
    """Try everybody.

    Raises:
        FailedError: somebody cannot work, or there is somebody more; with all their ids.
    """
    until = time.monotonic() + PATIENCE
    echo = _terminals(tuple(passwords), key, image)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = pool.map(lambda one: _database(one[0], one[1], port, until), passwords.items())
        refused = [line for line in said if line]
    if refused:
        raise FailedError(f"{len(refused)} databases refuse their people: {'; '.join(refused[:3])}")
    _nobody_else(set(passwords))
    return echo


def _terminals(people: tuple[str, ...], key: str, image: str) -> float:
    given = {"key": key, "seats": addresses(people), "seconds": PATIENCE}
    text = (HERE / "inside.py").read_text(encoding="utf-8")
    beside = ("--rm", "-i", "--label", LABEL.removeprefix("label="), "--network", f"container:{SERVER}")
    said = run(["docker", "run", *beside, "--entrypoint", "python3", image, "-c", text], stdin=json.dumps(given),
               seconds=2 * PATIENCE)  # fmt: skip
    found = json.loads(said)
    if found["failed"] or set(found["echoes"]) != set(people):
        first = "; ".join(f"{person}: {why}" for person, why in list(found["failed"].items())[:3])
        raise FailedError(f"{len(found['failed'])} terminals do not open: {first}")
    return float(statistics.median(found["echoes"].values()))


def _database(person: str, password: str, port: int, until: float) -> str:
    """What is wrong, if anything."""
    while True:
        try:
            with psycopg.connect(
                host="127.0.0.1", port=port, user=person, dbname=person, password=password, sslmode="require",
                connect_timeout=10,
            ) as connection:  # fmt: skip
                row = connection.execute("SELECT current_user, current_database()").fetchone()
                return "" if row == (person, person) else f"{person}: is {row}"
        except psycopg.Error as error:
            if time.monotonic() > until:
                return f"{person}: {' '.join(str(error).split())}"
            time.sleep(0.2)


def _nobody_else(people: set[str]) -> None:
    """Neither seat nor database of anybody who left."""
    names = docker("ps", "-a", "--filter", f"name=^/{SEAT}", "--format", "{{.Names}}").split()
    seats = {name.removeprefix(SEAT) for name in names}
    databases = set(docker("exec", "-u", "postgres", SERVER, "psql", "-XAtqd", "postgres", "-c", ROLES).split())
    if more := (seats | databases) - people:
        raise FailedError(f"still there: {', '.join(sorted(more))}")
