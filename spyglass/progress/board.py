"""The progress of everybody as of now, in memory: put here by this package's collector, read by every page."""

from collections.abc import Callable, Collection, Mapping

from spyglass.progress import states
from spyglass.progress.model import NOTHING_KNOWN, Progress


class Board:
    """By person id. ``flagged``: tasks on which more than half of those at work are stuck. ``grader``: it answers.

    ``question``: what somebody asks for help with at the moment, None for who does not.
    """

    def __init__(self, question: Callable[[str], str | None] = lambda _person: None) -> None:
        self._question = question
        self._people: dict[str, Progress] = {}
        self.flagged: tuple[str, ...] = ()
        self.medians: Mapping[str, float] = {}
        self.grader: bool | None = None

    def of(self, person: str) -> Progress:
        """What is known of one student, which may be nothing."""
        return states.asked(self._people.get(person, NOTHING_KNOWN), self._question(person))

    def put(self, person: str, progress: Progress) -> None:
        """Take in what was found out."""
        self._people[person] = progress

    def keep(self, people: Collection[str]) -> None:
        """Forget everybody else."""
        self._people = {person: progress for person, progress in self._people.items() if person in people}
