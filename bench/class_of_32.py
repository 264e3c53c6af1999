"""A class of 32 on this machine, against a bare shell loop that makes the same seats.

In: a checkout where ``make setup`` has run, and its ``make env``. Out: one Markdown table on standard output: the
seconds of both in the same run, the memory of an idle seat, and whose processor time it was. Usage: ``make bench``.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.memory import held
from bench.processor import processor_seconds
from tests.workshop_kit import backend, copy_of_the_project

ROOT = Path(__file__).parents[1]
STUDENTS = int(os.environ.get("STUDENTS", "32"))
STACK = "bench"

LOOP = r"""set -eu
seat() {
  docker network create --subnet "10.200.$1.0/28" --label mentor.stack=loop "loop-$1" >/dev/null
  docker volume create --label mentor.stack=loop "loop-$1-home" >/dev/null
  docker volume create --label mentor.stack=loop "loop-$1-engine" >/dev/null
  docker run -d --name "loop-$1" --hostname "s$1" --network "loop-$1" --label mentor.stack=loop --memory 1g --cpus 1 \
    --cap-drop ALL --cap-add NET_ADMIN --cap-add SETPCAP --cap-add SETUID --cap-add SETGID \
    --security-opt "seccomp=images/seat/seccomp.json" \
    --security-opt systempaths=unconfined --security-opt apparmor=unconfined --device /dev/net/tun \
    --tmpfs /run/user/1000:exec,uid=1000,gid=1000,mode=700 -e "STUDENT=s$1" \
    -v "loop-$1-home:/home/student" -v "loop-$1-engine:/var/lib/engine" "$IMAGE" >/dev/null
  until docker exec "loop-$1" seat-ready; do sleep 0.2; done
}
for number in $(seq 1 "$SEATS"); do seat "$number"; done"""

UNDO = r"""docker ps -aq --filter label=mentor.stack=loop | xargs -r docker rm -f >/dev/null
docker network ls -q --filter label=mentor.stack=loop | xargs -r docker network rm >/dev/null
docker volume ls -q --filter label=mentor.stack=loop | xargs -r docker volume rm >/dev/null"""


def timed(what: str, command: list[str], folder: Path, environment: dict[str, str]) -> tuple[str, float, float, float]:
    """Run one step; its seconds, and the processor seconds of the command and of the container engine."""
    children, engine = processor_seconds()
    started = time.monotonic()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    if done.returncode:
        sys.exit(f"{what} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    after_children, after_engine = processor_seconds()
    print(f"{what}: {seconds:.1f} s", file=sys.stderr)
    return what, seconds, after_children - children, after_engine - engine


def archive_size(folder: Path, people: int) -> float:
    """How large an archive is on the average, KiB; there must be one of everybody."""
    archives = sorted(folder.rglob("*.tar.gz"))
    if len(archives) != people:
        sys.exit(f"{len(archives)} archives of {people} people")
    return sum(archive.stat().st_size for archive in archives) / people / 1024


def main() -> None:
    """Measure, print the table, leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="mentor-bench-"))
    copy_of_the_project(folder)
    (folder / "state").mkdir()
    environment = {
        **os.environ,
        "PULUMI_BACKEND_URL": backend(folder / "state"),
        "PULUMI_CONFIG_PASSPHRASE": "bench",
        "MENTOR_ARCHIVE": "off",
    }
    environment.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
    environment.pop("PULUMI_STACK", None)
    up = ["pulumi", "--non-interactive", "up", "--yes", "--skip-preview", "--stack", STACK]
    destroy = ["pulumi", "--non-interactive", "destroy", "--yes", "--skip-preview", "--stack", STACK]

    def students(count: int) -> None:
        file = folder / f"Pulumi.{STACK}.yaml"
        content = (yaml.safe_load(file.read_text()) if file.exists() else None) or {}
        content["config"] = {
            "mentor:students": count,
            "mentor:https": {"port": 18943},
            "mentor:database": {"port": 15943},
            "mentor:archive": {"folder": str(folder / "archives")},
        }
        file.write_text(yaml.safe_dump(content))

    def step(what: str, command: list[str]) -> tuple[str, float, float, float]:
        return timed(what, command, folder, environment)

    subprocess.run(["pulumi", "stack", "init", STACK], cwd=folder, env=environment, check=True, capture_output=True)
    rows = []
    try:
        students(1)
        step("images built, not counted", up)
        step("and put away", destroy)
        students(STUDENTS)
        rows.append(step(f"`pulumi up`, {STUDENTS} students, every terminal answers", up))
        rows.append(step("`pulumi up`, nothing changed", up))
        [memory] = held([f"mentor-{STACK}-seat-s01"]).values()
        image = subprocess.run(["docker", "inspect", "-f", "{{.Image}}", f"mentor-{STACK}-seat-s01"],
                               capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
        students(STUDENTS + 1)
        rows.append(step("`pulumi up`, one student more", up))
        rows.append(step("`pulumi destroy`, archives off", destroy))
        step("up again, not counted", up)
        environment["MENTOR_ARCHIVE"] = "on"
        rows.append(step(f"`pulumi destroy`, the work of {STUDENTS + 2} people archived", destroy))
        kept = archive_size(folder / "archives", STUDENTS + 2)
        loop = {**environment, "IMAGE": image, "SEATS": str(STUDENTS + 1)}
        rows.append(timed(f"bare shell loop, {STUDENTS + 1} seats alone", ["bash", "-c", LOOP], ROOT, loop))
        rows.append(timed("bare shell loop, removal", ["bash", "-c", UNDO], ROOT, loop))
    finally:
        environment["MENTOR_ARCHIVE"] = "off"
        subprocess.run(destroy, cwd=folder, env=environment, check=False, capture_output=True)
        subprocess.run(["bash", "-c", UNDO], check=False, capture_output=True)
        shutil.rmtree(folder)
    print("| step | seconds | processor seconds, Pulumi and its plugins | processor seconds, container engine |")
    print("|---|---|---|---|")
    for what, seconds, children, engine in rows:
        print(f"| {what} | {seconds:.1f} | {children:.1f} | {engine:.1f} |")
    print(f"\nAn idle seat holds {memory:.1f} MiB. An archive of somebody who did nothing has {kept:.0f} KiB.")


if __name__ == "__main__":
    main()
