"""A course's checks as the grader and the web app run them.

In: the course's tasks. Out: for each check in a database its steps, each a statement that fetches one value and what
that is to be; for each check in a seat one command whose exit status is 0 when it is done.

What runs where a student's own objects run only fetches: his functions can read the text of what calls them, so that
holds nothing of the answer. What is expected stays with the grader, which compares (images/grader/grader/judge.py).

A statement relies on a session as the grader makes it: nothing but pg_catalog is found without a schema, so no operator
or function of the student's takes the place of the server's own, and values are written in one way.
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, Protocol, TypedDict, assert_never

from mentor.course import attempts, rowsets, shapes
from mentor.course.criteria import (
    Answer,
    Behaviour,
    Check,
    Content,
    Docker,
    DockerTarget,
    Function,
    Query,
    RowCount,
    Shell,
    Table,
    Truth,
    View,
)
from mentor.course.sqltext import Name, literal
from mentor.course.tasks import Task

PENDING = "not done yet"


class Thing(TypedDict):
    """The table or view that a step is about, for words of its own where it is not there, or something else is."""

    what: str
    schema: str
    name: str


class Step(TypedDict):
    """One statement of one value of JSON, and what is expected of it, as the grader's ``judge.Expected``."""

    sql: str
    expected: dict[str, Any]
    own_code: NotRequired[bool]
    thing: NotRequired[Thing]


class SqlCheck(TypedDict):
    """One check in a database; the steps are taken in order, up to the first that is not right."""

    id: str
    steps: list[Step] | list[attempts.Attempt]
    message: NotRequired[str]


class SqlTask(TypedDict):
    """A task with what is looked for in a database."""

    id: str
    checks: list[SqlCheck]


class SeatCheck(TypedDict):
    """One check in a seat."""

    id: str
    command: str
    timeout: float
    message: str


class Taught(Protocol):
    """What has tasks: a course."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All of them, in their order."""


def sql_checks(course: Taught) -> list[SqlTask]:
    """List the tasks that have something to look for in a database, with its SQL."""
    found: list[SqlTask] = [
        {
            "id": task.id,
            "checks": [sql_check(name, check) for name, check in task.numbered() if check.place == "sql"],
        }
        for task in course.tasks
    ]
    return [task for task in found if task["checks"]]


def seat_checks(task: Task) -> list[SeatCheck]:
    """List what is looked for in the seat."""
    return [
        {"id": name, "command": command(check), "timeout": check.timeout, "message": check.message or PENDING}
        for name, check in task.numbered()
        if isinstance(check, Shell | Docker)
    ]


def sql_check(name: str, check: Check) -> SqlCheck:
    """Write one check in a database."""
    steps = attempts.written(check.behaviour) if isinstance(check, Behaviour) else _steps(check)
    found: SqlCheck = {"id": name, "steps": steps}
    if check.message:
        found["message"] = check.message
    return found


def _steps(check: Check) -> list[Step]:  # noqa: PLR0911 - one kind, one answer
    match check:
        case Table():
            return [_of("table", check.table, shapes.table(check), {"kind": "complete"})]
        case RowCount():
            low, high = (check.min, check.max) if check.count is None else (check.count, check.count)
            if low and high is None:
                counted = rowsets.enough(check.rows, low)
            else:
                counted = rowsets.counted(check.rows, 1 + (high or 0))
            return [_of("table", check.rows, counted, {"kind": "count", "low": low, "high": high})]
        case Content():
            hashed = rowsets.hashed(check.content, check.columns)
            return [_of("table", check.content, hashed, {"kind": "content", "hash": check.hash})]
        case View():
            return list(_of_view(check))
        case Query():
            return [{"sql": rowsets.listed(check.query), "expected": _rows(check)}]
        case Function():
            arguments = ", ".join(map(argument, check.arguments))
            called = f"{check.function.sql}({arguments})"
            expected = {"name": f"{check.function}({arguments})", **_rows(check)}
            return [{"sql": rowsets.listed(f"SELECT * FROM {called}"), "expected": expected, "own_code": True}]
        case Truth():
            return [
                {
                    "sql": f"SELECT pg_catalog.to_json(COALESCE((\n{check.sql}\n), false))",
                    "expected": {"kind": "truth"},
                }
            ]
        case Behaviour() | Shell() | Docker():
            raise TypeError(f"{check.kind} is not asked by a statement of one value")
    assert_never(check)


def _of_view(check: View) -> Iterator[Step]:
    if check.columns or not check.says_rows:
        yield _of("view", check.view, shapes.view(check), {"kind": "complete"})
    if check.says_rows:
        yield _of("view", check.view, rowsets.of_view(check.view), _rows(check))


def _of(what: str, name: Name, sql: str, expected: Mapping[str, Any]) -> Step:
    """A step about a table or view, which may not be there."""
    thing: Thing = {"what": what, "schema": name.schema, "name": name.name}
    return {"sql": sql, "expected": {"name": str(name), **expected}, "thing": thing}


def _rows(check: Answer) -> dict[str, Any]:
    return {
        "kind": "rows",
        "rows": check.returns or (),
        "reference": rowsets.listed(check.same_as) if check.same_as else None,
        "ordered": check.ordered,
        "keys": check.ordered_by,
        "ignore_case": check.ignore_case,
        "any_column_order": check.any_column_order,
        "digits": check.digits,
    }


def argument(value: object) -> str:
    """Write what a function is called with. A text takes the type that the function asks for."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"({value})" if value < 0 else str(value)
        case str():
            return literal(value)
        case list() | tuple():
            return f"ARRAY[{', '.join(map(argument, value))}]"
    return literal(json.dumps(value, ensure_ascii=False))


def command(check: Shell | Docker) -> str:
    """Write the command of a check in a seat."""
    if isinstance(check, Docker):
        return _docker(check.docker)
    if check.exit == 0:
        return check.shell
    # A subshell: the script may end with exit itself.
    return f"(\n{check.shell}\n)\ntest $? -eq {check.exit}"


def _docker(target: DockerTarget) -> str:
    """Ask the engine, but only where it runs already: its first caller would start it."""
    filters: list[dict[str, Any]] = []
    if target.container:
        filters.append({"name": f"^/{target.container}$", **({"ancestor": target.image} if target.image else {})})
    if target.project:
        project = f"com.docker.compose.project={target.project}"
        services = [f"com.docker.compose.service={service}" for service in target.services]
        filters += [{"label": [project, service]} for service in services] or [{"label": [project]}]
    asked = [f"{_ps(one)} | grep -q ." for one in filters]
    if target.image and not target.container:
        asked.append(f"docker image inspect {shlex.quote(target.image)} > /dev/null 2>&1")
    return " && ".join(["pgrep -x dockerd > /dev/null", *asked])


def _ps(wanted: Mapping[str, str | list[str]]) -> str:
    listed = [(key, one) for key, value in wanted.items() for one in (value if isinstance(value, list) else [value])]
    given = "".join(f" --filter {shlex.quote(f'{key}={value}')}" for key, value in [*listed, ("status", "running")])
    return f"docker ps --quiet{given} 2> /dev/null"
