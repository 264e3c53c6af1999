"""Whose terminal is shown, and who was asked whether his may be: at most one of each, in memory.

A restart of the app ends it, and so does everything by which nobody would notice that it is on: the hour, the last
browser that signs out, the last page that is closed, another seat.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from spyglass.classroom import Classroom, Person
from spyglass.presence import Presence
from spyglass.sessions import Sessions

LONGEST = 3600.0  # seconds for which one terminal is shown
AWAY = 60.0  # seconds without an open page until it ends: a reload is no leaving
PATIENCE = 60.0  # seconds until a question counts as refused


@dataclass(kw_only=True)
class Show:
    """A person's terminal, as the class was then; ``by`` is the teacher who asked for it."""

    person: Person
    by: str
    until: float
    there: float = field(default=0.0)  # when he was last seen to have a page open


@dataclass(frozen=True, kw_only=True)
class Question:
    """To a student, from a teacher."""

    person: str
    by: str
    until: float


class Showing:
    """The one show. Times are of the monotonic clock."""

    def __init__(
        self,
        classroom: Classroom,
        presence: Presence,
        sessions: Sessions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._classroom = classroom
        self._presence = presence
        self._sessions = sessions
        self._clock = clock
        self._show: Show | None = None
        self._question: Question | None = None

    def now(self) -> Show | None:
        """What is shown, unless it has ended by itself."""
        if self._show is not None and not self._holds(self._show):
            self._show = None
        return self._show

    def left(self) -> float:
        """Seconds until it ends by itself."""
        return max(0.0, self._show.until - self._clock()) if self._show else 0.0

    def start(self, person: Person, by: str) -> Show:
        """This one from now on, in the place of whichever was shown before."""
        now = self._clock()
        self._show, self._question = Show(person=person, by=by, until=now + LONGEST, there=now), None
        return self._show

    def stop(self) -> Show | None:
        """Nothing from now on, and nobody is asked any more; what was shown."""
        ended, self._show, self._question = self.now(), None, None
        return ended

    def ask(self, person: Person, by: str) -> Question:
        """A student, in the place of whoever was asked before."""
        self._question = Question(person=person.id, by=by, until=self._clock() + PATIENCE)
        return self._question

    def question(self) -> Question | None:
        """The one that is not answered yet."""
        if self._question and self._question.until <= self._clock():
            self._question = None
        return self._question

    def seconds(self, question: Question) -> float:
        """Until it counts as refused."""
        return max(0.0, question.until - self._clock())

    def answer(self, person: Person, *, yes: bool) -> Question | None:
        """What he was asked; None when he is not, or no longer."""
        question = self.question()
        if question is None or question.person != person.id:
            return None
        self._question = None
        if yes:
            self.start(person, question.by)
        return question

    def _holds(self, show: Show) -> bool:
        now, person = self._clock(), self._classroom.find(show.person.id)
        if person is None or (person.role, person.host, person.port) != (
            show.person.role,
            show.person.host,
            show.person.port,
        ):
            return False
        if self._presence.open_pages(person.id) or self._presence.open_terminals(person.id):
            show.there = now
        return now < show.until and now - show.there < AWAY and bool(self._sessions.of(person.id))
