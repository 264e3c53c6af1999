"""Runs as a comparison writes them down, for the tests of what is made of them."""

from datetime import UTC, datetime, timedelta

from bench.compare.record import STEPS, Run, Step, StepName

DAY = datetime(2026, 3, 14, 9, tzinfo=UTC)


def step(name: StepName, seconds: float, **given: object) -> Step:
    """A step whose logins take half a second."""
    usual = {"people": 9, "command": seconds - 0.5, "probe": 0.5, "tool_processor": 1.0, "engine_processor": 2.0}
    return Step.model_validate({"name": name, **usual, **given})


def run(tool: str, *seconds: float, day: int = 0, **given: object) -> Run:
    """A run with so many seconds for each of its first steps."""
    steps = tuple(step(name, value) for name, value in zip(STEPS, seconds, strict=False))
    usual = {"version": "1", "images": "i", "machine": "a machine", "students": 8, "load": 0.5, "versions": {}}
    began = DAY + timedelta(days=day)
    return Run.model_validate({"tool": tool, **usual, "began": began, "steps": steps, **given})
