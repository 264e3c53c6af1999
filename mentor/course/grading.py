"""A course's checks as the grader and the web app run them.

In: the course's tasks. Out: for each check in a database one statement that gives one row ``(ok, detail)``, where the
detail says to the student what is missing; for each check in a seat one command whose exit status is 0 when it is done.

A statement relies on a session as `SESSION` makes it: nothing but pg_catalog is found without a schema, so no operator
or function of the student's takes the place of the server's own, and values are written in one way. A student's objects
run only where a check asks for what they give.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, Protocol, TypedDict, assert_never

from mentor.course import rowsets, shapes
from mentor.course.criteria import (
    Answer,
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
from mentor.course.sqltext import literal
from mentor.course.tasks import Task

SESSION: Mapping[str, str] = {
    "search_path": "pg_catalog",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmlbinary": "base64",
    "default_transaction_read_only": "on",
}
"""What the session that runs a check sets when it connects, above what the owner of a database has set for it."""

LONGEST_DETAIL = 300
PENDING = "not done yet"


class SqlCheck(TypedDict):
    """One check in a database: its statement, and where there is one, a cheaper one that says only whether it holds."""

    id: str
    sql: str
    holds: NotRequired[str]


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
            "checks": [_sql_check(name, check) for name, check in task.numbered() if check.place == "sql"],
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


def statement(check: Check) -> str:
    """Write the one statement of a check in a database: MATERIALIZED, so that what it asks is asked once."""
    own = f"{literal(check.message)}::pg_catalog.text" if check.message else "detail"
    return f"""WITH verdict (ok, detail) AS MATERIALIZED (
{_verdict(check)}
) SELECT ok, CASE WHEN ok THEN '' ELSE pg_catalog.left({own}, {LONGEST_DETAIL}) END FROM verdict"""


def shortcut(check: Check) -> str | None:
    """Write a statement of one boolean, true exactly when `statement` finds the check done, None where none is cheaper.

    Most of a statement is about saying what is missing, and the server plans all of it each time.
    """
    match check:
        case RowCount():
            return rowsets.has_rows(check.rows, *_limits(check))
        case Answer() if check.ordered_by:
            return None
        case View() if check.says_rows:
            same = rowsets.same(f"SELECT * FROM {check.view.sql}", _expected(check))
            return shapes.fits(check.view, rowsets.VIEW_KINDS, check.columns, same)
        case Query() | Function():
            return f"SELECT {rowsets.same(_asked(check), _expected(check))}"
    return None


def _sql_check(name: str, check: Check) -> SqlCheck:
    found: SqlCheck = {"id": name, "sql": statement(check)}
    if holds := shortcut(check):
        found["holds"] = holds
    return found


def _limits(check: RowCount) -> tuple[int | None, int | None]:
    return (check.min, check.max) if check.count is None else (check.count, check.count)


def _asked(check: Query | Function) -> str:
    return check.query if isinstance(check, Query) else _call(check)


def _verdict(check: Check) -> str:
    match check:
        case Table():
            return shapes.table(check)
        case RowCount():
            return rowsets.counted(check.rows, *_limits(check))
        case Content():
            return rowsets.content(check.content, check.columns, check.hash)
        case View():
            return _view(check)
        case Query() | Function():
            return rowsets.answered(_asked(check), _expected(check))
        case Truth():
            return f"SELECT COALESCE((\n{check.sql}\n), false), {literal(PENDING)}"
        case Shell() | Docker():
            raise TypeError(f"{check.kind} is no check in a database")
    assert_never(check)


def _call(check: Function) -> str:
    return f"SELECT * FROM {check.function.sql}({', '.join(map(argument, check.arguments))})"


def reference(check: Check) -> str | None:
    """Write a statement of one jsonb array: the rows that `same_as` gives. Not for a database of a student's.

    A function of a student's can read the text of the statement that calls it, so nothing that holds an answer is asked
    where there may be one: `with_rows` puts the rows in its place.
    """
    return rowsets.listed(check.same_as) if isinstance(check, Answer) and check.same_as is not None else None


def with_rows(check: Check, rows: Sequence[Sequence[object]]) -> Check:
    """Give a check the rows that its `same_as` stands for."""
    return check.model_copy(update={"returns": tuple(map(tuple, rows)), "same_as": None})


def _expected(check: Answer) -> rowsets.Expected:
    if check.returns is None:
        raise TypeError("the rows of sameAs are asked for first: see reference")
    return rowsets.Expected(
        rows=check.returns,
        ordered=check.ordered,
        keys=check.ordered_by,
        tolerance=check.tolerance,
    )


def _view(check: View) -> str:
    """A view is asked for its rows only when it is one: a table, or a view of a wrong shape, is not."""
    shape = shapes.verdict(check.view, "view", rowsets.VIEW_KINDS, list(shapes.columns(check.view, check.columns)))
    if not check.says_rows:
        return shape
    rows = rowsets.answered(f"SELECT * FROM {check.view.sql} WHERE (SELECT ok FROM shape)", _expected(check))
    return f"""WITH shape (ok, detail) AS MATERIALIZED (
{shape}
), answer (ok, detail) AS (
{rows}
)
SELECT CASE WHEN shape.ok THEN answer.ok ELSE false END,
  CASE WHEN shape.ok THEN pg_catalog.concat({literal(f"{check.view}: ")}, answer.detail) ELSE shape.detail END
FROM shape, answer"""


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
