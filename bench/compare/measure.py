"""Measures one tool with one size of class: its steps, each until the probe passes.

In: a tool, a number of students, a folder. Out: a `Run`, also where a step failed: then its ``error`` says why.
Nothing is left on the host. What a step's time is made of: the tool's command, then the probe; reading the passwords
between them is not in it.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.compare import host, images
from bench.compare.probe import probe
from bench.compare.record import Run, Step, StepName
from bench.compare.tools import Action, Place, Tool
from bench.processor import processor_seconds
from tests.ports import free_port

TEACHER = "teacher"


def class_of(students: int) -> list[str]:
    """Everybody's id: mentor's own for so many students, and its teacher, who has a seat as they have."""
    return [*(f"s{number:02}" for number in range(1, students + 1)), TEACHER]


def plan(students: int) -> list[tuple[StepName, Action, list[str]]]:
    """The steps in their order, and whose class each makes."""
    usual, larger = class_of(students), class_of(students + 1)
    return [
        ("up", "up", usual),
        ("no change", "up", usual),
        ("one more", "up", larger),
        ("one less", "up", usual),
        ("destroy", "destroy", usual),
    ]


def measure(name: str, tool: Tool, students: int, tags: dict[str, str]) -> Run:
    """All steps of one tool.

    Raises:
        MissingError: the tool is not here.
        FailedError: the host cannot be asked or cleared.
    """
    host.clear()
    began, load = datetime.now(UTC), os.getloadavg()[0]
    place = Place(folder=Path(tempfile.mkdtemp(prefix="mentor-compare-")), port=free_port(), images=tags)
    steps: list[Step] = []
    error = None
    doing = "getting ready"
    version = tool.version()
    try:
        tool.prepare(place)
        for doing, action, people in plan(students):
            steps.append(_step(tool, place, doing, action, people))
            print(f"{name}, {students}: {doing} {steps[-1].seconds:.1f} s", flush=True)
    except (host.FailedError, OSError) as problem:
        error = f"{doing}: {problem}"
    finally:
        host.clear()
        shutil.rmtree(place.folder, ignore_errors=True)
    return Run(
        tool=name, version=version, images=images.fingerprint(tags), machine=host.machine(), students=students,
        began=began, load=load, versions=tags, steps=tuple(steps), error=error,
    )  # fmt: skip


def _step(tool: Tool, place: Place, name: StepName, action: Action, people: Sequence[str]) -> Step:
    before = host.containers()
    command = tool.command(action, people, place)
    children, engine = processor_seconds()
    began = time.monotonic()
    host.run(command.words, folder=command.folder, environment=command.environment)
    seconds = time.monotonic() - began
    after_children, after_engine = processor_seconds()
    echo, probed, anew = None, 0.0, []
    if action == "up":
        passwords, key = tool.passwords(people, place), tool.key(place)
        began = time.monotonic()
        echo = probe(passwords, key, place.port, place.images["spyglass"])
        probed = time.monotonic() - began
        after = host.containers()
        anew = [each for each in before if each in after and before[each] != after[each]]
    elif found := host.left():
        raise host.FailedError(f"still there: {', '.join(found[:5])}")
    return Step(
        name=name, people=len(people), command=seconds, probe=probed, echo=echo, made_anew=tuple(sorted(anew)),
        tool_processor=max(0.0, after_children - children), engine_processor=max(0.0, after_engine - engine),
    )  # fmt: skip
