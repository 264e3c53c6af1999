"""The class's progress as values for a page: a row for each student, a row for each task, and who needs somebody.

In: the board and the class. Out: plain values; the pages and their scripts show the same. Students get what each has
done and nothing more, without names unless the workshop shows them, and nothing of each other where it is private.
"""

from typing import TYPE_CHECKING, Any

from spyglass.classroom import ClassFile, Event, Person, Question, Task
from spyglass.joining.seats import nobody
from spyglass.progress.model import Progress, State
from spyglass.progress.states import minutes, usual

if TYPE_CHECKING:  # services.py holds the board
    from spyglass.services import Services

Data = dict[str, Any]

SHAPES = {
    State.ASKED: "◆", State.STUCK: "▲", State.IDLE: "◐", State.NOT_STARTED: "○", State.UNKNOWN: "?",
    State.WORKING: "●", State.FINISHED: "✔",
}  # fmt: skip
"""A state is never told by colour alone."""
MARKS = {
    "done": ("✔", "done"), "undone": ("↺", "was done, is not any more"), "past": ("✓", "was done, unknown now"),
    "open": ("○", "not done yet"), "unknown": ("?", "not known"),
}  # fmt: skip
"""What a cell shows, and its words."""


def taking_part(here: "Services", course: ClassFile) -> list[Person]:
    """The students, and whoever has taken a spare seat; a seat that nobody has is nobody."""
    empty = nobody(here, course)
    return [person for person in course.students if person.id not in empty]


def student(here: "Services", person: Person, course: ClassFile) -> Data:
    """What the list says of one student."""
    one = here.board.of(person.id)
    tasks = course.course.tasks
    return {
        "state": one.state.value,
        "shape": SHAPES[one.state],
        "reason": one.reason,
        "done": sum(task.id in one.first_done for task in tasks),
        "tasks": len(tasks),
        "engine": here.machines.of(person.id).engine,
        "terminals": here.presence.open_terminals(person.id),
        "watchers": here.presence.watchers(person.id),
        "typists": here.presence.typists(person.id),
    }


def needs(here: "Services", course: ClassFile) -> list[Data]:
    """Who is stuck and has not asked, in order of urgency: ``{"id", "name", "reason", "visited"}``.

    First who has been at his task longest without a helper's visit: one who was just visited has had his turn.
    """

    def urgency(person: Person) -> tuple[float, float]:
        worked, visited = here.board.of(person.id).worked, here.visits.since(person.id)
        alone = 0.0 if here.presence.watchers(person.id) else worked if visited is None else min(worked, visited)
        return -alone, -worked

    stuck = [person for person in course.students if here.board.of(person.id).state is State.STUCK]
    return [
        {
            "id": person.id,
            "name": person.name,
            "reason": here.board.of(person.id).reason,
            "visited": visited(here, person.id),
        }
        for person in sorted(stuck, key=urgency)
    ]


def visited(here: "Services", person: str) -> str:
    """When a helper was last there, in words."""
    if watchers := here.presence.watchers(person):
        return f"{', '.join(watchers)} is there" if len(watchers) == 1 else f"{', '.join(watchers)} are there"
    since = here.visits.since(person)
    return "nobody was there yet" if since is None else f"last visit {minutes(since)} ago"


def tasks(here: "Services", course: ClassFile) -> list[Data]:
    """Each task with how many have done it, who is at it, and how long it takes: minutes of work, None: not known."""
    progress = [here.board.of(person.id) for person in taking_part(here, course)]
    medians = here.board.medians
    return [
        {
            "number": number,
            "id": task.id,
            "title": task.title,
            "points": task.points,
            "done": sum(task.id in one.first_done for one in progress),
            "at_it": sum(one.task == task.id and one.otherwise in {State.WORKING, State.STUCK} for one in progress),
            "stuck": sum(one.task == task.id and one.otherwise is State.STUCK for one in progress),
            "median": minutes(medians[task.id]) if task.id in medians else None,
            "seconds": usual(task, medians),
            "guess": task.minutes,
            "flagged": task.id in here.board.flagged,
        }
        for number, task in enumerate(course.course.tasks, start=1)
    ]


def own(here: "Services", person: Person, course: ClassFile) -> Data:
    """What a student sees of himself: every section with its tasks."""
    one = here.board.of(person.id)
    return {
        "done": sum(task.id in one.first_done for task in course.course.tasks),
        "points": sum(task.points for task in course.course.tasks if task.id in one.first_done),
        "tasks": {
            task.id: _own_task(task, one, course.event) | {"hints": hints(here, person, task)}
            for task in course.course.tasks
        },
        "questions": {one.id: question(here, person, one) for one in course.course.questions},
    }


def hints(here: "Services", person: Person, task: Task) -> Data:
    """The helps for a task that he has opened, and how many there are."""
    return {"opened": task.hints[: here.learned.hints(person.id, task.id)], "of": len(task.hints)}


def question(here: "Services", person: Person, asked: Question) -> Data:
    """How far he is with a question; what was right, and why, once he knows."""
    known = here.learned.answered(person.id, asked.id)
    is_answered = known.right_at is not None
    return {
        "tries": known.tries,
        "answered": is_answered,
        "answer": asked.answer if is_answered else (),
        "because": (asked.because or "") if is_answered else "",
    }


def _own_task(task: Task, one: Progress, event: Event) -> Data:
    kind = mark(task, one)
    at = one.first_done.get(task.id)
    return {
        "mark": kind,
        "shape": MARKS[kind][0],
        "words": MARKS[kind][1],
        "at": event.clock(at) if at is not None else "",
        "message": one.messages.get(task.id, ""),
    }


def peers(here: "Services", course: ClassFile) -> list[Data]:
    """What classmates may see of each other, by id: ``{"id", "name", "marks": [kind, …]}``; else nobody."""
    if course.visibility == "own":
        return []
    return [
        {
            "id": person.id,
            "name": person.name if course.visibility == "names" else person.id,
            "marks": [mark(task, here.board.of(person.id)) for task in course.course.tasks],
        }
        for person in sorted(taking_part(here, course), key=lambda person: person.id)
    ]


def mark(task: Task, one: Progress) -> str:
    """The key of `MARKS` for one student and task."""
    now, ever = one.done.get(task.id), task.id in one.first_done
    if now is not None:
        return "done" if now else "undone" if ever else "open"
    if ever:
        return "past"
    return "unknown"
