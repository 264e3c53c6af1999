"""Which tasks are done as far as their checks in the seat can say; what is missing is unknown."""

from collections.abc import Mapping


class SeatParts:
    """By student, then task."""

    def __init__(self) -> None:
        self._done: dict[str, dict[str, bool]] = {}
        self._missing: dict[str, dict[str, str]] = {}

    def of(self, student: str) -> Mapping[str, bool]:
        """By task id."""
        return self._done.get(student, {})

    def missing(self, student: str) -> Mapping[str, str]:
        """What the course says to the first check that failed, by task id."""
        return self._missing.get(student, {})

    def put(self, student: str, task: str, done: bool | None, missing: str = "") -> None:
        """Take in a result."""
        tasks, texts = self._done.setdefault(student, {}), self._missing.setdefault(student, {})
        texts.pop(task, None)
        if done is None:
            tasks.pop(task, None)
            return
        tasks[task] = done
        if not done and missing:
            texts[task] = missing

    def forget(self, student: str) -> None:
        """Everything about a student is unknown."""
        self._done.pop(student, None)
        self._missing.pop(student, None)
