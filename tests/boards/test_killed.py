"""A run that is killed while it makes the boards: what it had made and not written down is in nobody's way."""

import threading
from typing import Any

import pytest

from tests.boards.alone import BoardsAlone
from tests.faults.fault_kit import Running, operate, said, with_programs
from tests.grafana_stub import Grafana
from tests.waiting import until
from tests.workshop_kit import Workshop

HOOK = "https://hook.example.org/canary"
MADE = {
    "folder": ("POST", "/api/folders"),
    "data source": ("POST", "/api/datasources"),
    "dashboard": ("POST", "/api/dashboards/db"),
    "contact point": ("POST", "/api/v1/provisioning/contact-points"),
    "rule group": ("PUT", "/rule-groups/"),
}


class Slow:
    """Holds the answer to the first request of a kind, which Grafana has already done."""

    def __init__(self, held: Grafana, method: str, path: str) -> None:
        self.done, self.released = threading.Event(), threading.Event()
        genuine = held.answer

        def answer(*asked: Any) -> tuple[int, Any]:
            told = genuine(*asked)
            if asked[0] == method and path in asked[1] and not self.done.is_set():
                self.done.set()
                self.released.wait(120)
            return told

        held.answer = answer  # type: ignore[method-assign, assignment]


@pytest.fixture(scope="module")
def killable(program: BoardsAlone) -> BoardsAlone:
    """One with the operator's programs."""
    with_programs(program.workshop)
    return program


def killed(stack: Workshop, slow: Slow) -> None:
    """Kill an `up` between the making and the writing down."""
    run = Running(stack, "up", "--yes", "--skip-preview")
    try:
        until(slow.done.is_set, lambda: f"the run to make it:\n{run.text}", 120)
        run.kill()
    finally:
        slow.released.set()


@pytest.mark.parametrize("kind", MADE)
def test_the_next_run_clears_it_and_goes_on(grafana: tuple[Grafana, str], killable: BoardsAlone, kind: str) -> None:
    held, url = grafana
    stack = killable.at(url, contact=HOOK)
    killed(stack, Slow(held, *MADE[kind]))
    done = operate(stack, "recover")
    assert done.returncode == 0, said(done)
    assert f"recover: {kind} " in said(done)
    assert "removed, which no state knows" in said(done)
    assert "canary" not in said(done)
    stack.up()
    assert [len(held.dashboards), len(held.folders), len(held.sources), len(held.ways)] == [5, 2, 1, 1]
    assert held.refusals == []
    stack.up("--refresh", "--expect-no-changes")
    stack.destroy()


def test_without_that_the_next_run_stops_and_it_helps_then_too(
    grafana: tuple[Grafana, str], killable: BoardsAlone
) -> None:
    held, url = grafana
    stack = killable.at(url)
    killed(stack, Slow(held, *MADE["folder"]))
    stack.pulumi("cancel", "--yes")
    done = stack.up(check=False)
    assert done.returncode != 0
    assert "already exists" in done.stdout + done.stderr
    assert operate(stack, "recover").returncode == 0
    stack.up()
    stack.destroy()
