"""What one run of one tool gave: a JSON file of its own, so that runs add up over days.

In: a folder of such files, of whatever age and origin. Out: runs, and a line for each file that is none. Times in
seconds.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

StepName = Literal["up", "no change", "one more", "one less", "destroy"]
STEPS: tuple[StepName, ...] = get_args(StepName)


class Record(BaseModel):
    """Nothing in a file is passed over in silence, and nothing changes after it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Step(Record):
    """One step, measured until the probe passed for everybody.

    ``command`` is the tool's own time, ``probe`` that of the logins after it. ``tool_processor`` and
    ``engine_processor`` are the processor time of the command and of the container engine while it ran.
    ``made_anew`` names the containers that were there before and are others now, or were restarted.
    """

    name: StepName
    people: int = Field(ge=0)
    command: float = Field(ge=0)
    probe: float = Field(ge=0)
    tool_processor: float = Field(ge=0)
    engine_processor: float = Field(ge=0)
    echo: float | None = Field(default=None, ge=0)
    made_anew: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Until everybody could work."""
        return self.command + self.probe


class Run(Record):
    """One tool, one size, one time. Where ``error`` is, the run ended with it, and its steps do not count."""

    format: Literal[1] = 1
    tool: str
    version: str
    images: str
    machine: str
    students: int = Field(ge=1)
    began: datetime
    load: float = Field(ge=0)
    versions: dict[str, str]
    steps: tuple[Step, ...]
    error: str | None = None

    @property
    def kind(self) -> tuple[str, str, str]:
        """What must be equal for two runs of a tool to be runs of the same thing."""
        return self.version, self.images, self.machine


def save(run: Run, folder: Path) -> Path:
    """Write a run down, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{run.began:%Y%m%dT%H%M%S}-{run.tool}-{run.students}.json"
    part = file.with_suffix(".part")
    part.write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
    part.replace(file)
    return file


def read_all(folder: Path) -> tuple[list[Run], list[str]]:
    """All runs of a folder by their time, and why each other file is none."""
    runs: list[Run] = []
    problems = []
    for file in sorted(folder.glob("*.json")):
        try:
            runs.append(Run.model_validate_json(file.read_bytes()))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            problems.append(f"{file.name}: {f'{where}: ' if where else ''}{first['msg']}")
        except OSError as error:
            problems.append(f"{file.name}: {error.strerror}")
    return sorted(runs, key=_age), problems


def newest(runs: Sequence[Run]) -> tuple[list[Run], int]:
    """The runs of each tool's newest version on the newest run's machine, and how many others there are."""
    if not runs:
        return [], 0
    here = [run for run in runs if run.machine == max(runs, key=_age).machine]
    last = {run.tool: run.kind for run in sorted(here, key=_age)}
    kept = [run for run in here if run.kind == last[run.tool]]
    return kept, len(runs) - len(kept)


def _age(run: Run) -> float:
    return run.began.timestamp()
