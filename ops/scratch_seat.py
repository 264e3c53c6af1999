"""A student's seat for one run: the workshop's own image without a network, gone afterwards.

In: the course's material and images, a script, the checks' commands. Out: which commands end with exit status 0. They
run as the student in his home folder, as over SSH; but there is no database here, and nothing from outside.
"""

import contextlib
import io
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mentor.components.images import tag
from mentor.components.registry import label
from mentor.components.seats import SECCOMP
from mentor.course import files
from mentor.course.grading import SeatCheck
from mentor.course.images import CourseImage
from ops import scratch
from ops.console import StopError
from ops.seat_options import SEAT_OPTIONS

OPTIONS = (
    *SEAT_OPTIONS, "--network=none", f"--security-opt=seccomp={scratch.ROOT / SECCOMP}", "--env=STUDENT=student",
    "--volume=/home/student", "--volume=/var/lib/engine",
)  # fmt: skip
READY = "for _ in {1..150}; do seat-ready && exit; sleep 0.2; done; exit 1"
TIMED_OUT = (124, 137)
"""The exit statuses of `timeout`, which ends a command and then kills it."""
STUDENT = ("env", "HOME=/home/student", "USER=student", "LOGNAME=student")
SCRIPT_SECONDS = 300


class Seat:
    """The seat."""

    def __init__(self, container: str) -> None:
        self.container = container

    def run(self, script: str, seconds: float) -> "subprocess.CompletedProcess[bytes]":
        """Run a script as the student, at most so long."""
        return scratch.docker(
            "exec", "-i", "-u", "student", "-w", "/home/student", self.container,
            *STUDENT, "timeout", "--kill-after=1", str(seconds), "bash", "-c", script,
        )  # fmt: skip

    def deliver(self, material: Path) -> None:
        """Put the material where a student finds it."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path in files.walk(material):
                archive.add(path, arcname=str(path.relative_to(material)))
        self._must("tar", "-xf", "-", "-C", "/home/student/workshop", "--no-same-owner", given=packed.getvalue())

    def give_images(self, images: Sequence[CourseImage]) -> None:
        """Put the course's images into the seat's engine, under the names that students use."""
        here: dict[str, str] = {}
        for image in images:
            here[image.name] = _on_the_host(image, here)
        if here:
            # In one archive: what is built on another brings only its own layers.
            self._must("docker", "load", "--quiet", given=scratch.docker("save", *here.values()).stdout)
        for name, source in here.items():
            self._must("docker", "tag", source, name)

    def checks(self, wanted: Sequence[SeatCheck]) -> list[scratch.Verdict]:
        """Run checks, each at most as long as it may take."""
        found = []
        for check in wanted:
            status = self.run(check["command"], check["timeout"]).returncode
            late = status in TIMED_OUT
            detail = f"no answer within {check['timeout']:g} s" if late else f"exit status {status}: {check['message']}"
            found.append(scratch.Verdict(ok=None if late else status == 0, detail="" if status == 0 else detail))
        return found

    def _must(self, *command: str, given: bytes = b"") -> None:
        done = scratch.docker("exec", "-i", "-u", "student", self.container, *STUDENT, *command, given=given)
        if done.returncode:
            raise StopError(f"the scratch seat: {' '.join(command)}: {done.stderr.decode(errors='replace').strip()}")


def _on_the_host(image: CourseImage, built: Mapping[str, str]) -> str:
    """Build or pull an image, under the name that an `up` gives it."""
    if image.build is None:
        if scratch.docker("image", "inspect", image.name).returncode and scratch.docker("pull", image.name).returncode:
            raise StopError(f"the image {image.name} can be neither found nor pulled")
        return image.name
    arguments = image.arguments(built)
    name = tag(f"course-{label(image.name)}", image.build, arguments, scratch.debian())
    return scratch.built(name, image.build, arguments)


@contextlib.contextmanager
def seat(material: Path) -> Iterator[Seat]:
    """Run a seat for as long as this lasts."""
    with scratch.container(scratch.image("seat"), *OPTIONS) as name:
        found = Seat(name)
        ready = scratch.docker("exec", name, "bash", "-c", READY)
        if ready.returncode:
            raise StopError(f"the scratch seat does not start: {scratch.docker('logs', name).stderr.decode()}")
        found.deliver(material)
        yield found
