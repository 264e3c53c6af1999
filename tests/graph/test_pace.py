"""What is declared has begun before the SDK looks at outputs: otherwise it looks at all of them again and again."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import pulumi
import pulumi_random as random
import pytest
from pulumi.runtime import mocks, stack

from mentor import pace
from tests.graph.conftest import Graph

RESOURCES = 100


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many outputs the SDK looked at, each time that it looked."""
    found: list[int] = []
    wait = asyncio.wait

    async def watched(pending: Collection[Any], **options: Any) -> Any:
        found.append(len(pending))
        return await wait(pending, **options)

    monkeypatch.setattr(asyncio, "wait", watched)
    return found


def run(last_step: Callable[[], Awaitable[None]] | None) -> None:
    """A program of some resources, and the last step that it may have."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # the mocks make a stack in it
    mocks.set_mocks(Graph(), project="mentor", stack="pace")

    async def program() -> None:
        declare()
        if last_step:
            await last_step()

    loop.run_until_complete(stack.run_pulumi_func(program))
    loop.close()


def declare() -> None:
    before: list[pulumi.Output[str]] = []
    for number in range(RESOURCES):
        one = random.RandomPassword(f"password-{number}", length=10, keepers={"before": before[-1] if before else ""})
        before.append(one.result)


def test_outputs_are_looked_at_a_few_times_only(looked: list[int]) -> None:
    run(pace.begin)
    assert sum(looked) < 10 * RESOURCES


def test_without_it_all_of_them_are_looked_at_for_each(looked: list[int]) -> None:
    """Should the SDK do better one day, `mentor.pace` has one reason less."""
    run(None)
    assert sum(looked) > RESOURCES * RESOURCES / 2
