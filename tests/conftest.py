"""What tests of real workshops start from; the tests of single parts need none of it.

In: the tools that ``make setup`` installed. Out: a host without anything of earlier runs, the environment of plain
``pulumi``, and workshops that go with the file of tests that made them. What fails shows what there was.
"""

import os
import shlex
from collections.abc import Callable, Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import ground, reports
from tests.waiting import until
from tests.workshop_kit import ROOT, Workshop, workshops

# A test has the settings of the moment in which its file is read. No property is one of time.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

REAL = frozenset({"boards", "browser", "faults", "hosts", "lesson", "live", "played", "story"})
"""Folders of the tests that need the host."""

MOST = 3
"""Failures that are looked at: what comes after them mostly follows from them."""


def is_real(item: pytest.Item) -> bool:
    """Whether a test makes something on the Docker host."""
    return item.path.relative_to(ROOT / "tests").parts[0] in REAL


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show, with the failure of a test of a real workshop, what was on the host at that moment."""
    report = yield
    if report.failed and is_real(item) and item.session.testsfailed < MOST:
        report.sections.append(("what there was", reports.look()))
    return report


@pytest.fixture(scope="session", autouse=True)
def cleared_ground(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold the host alone, begin without leftovers, and leave none."""
    if not any(is_real(item) for item in request.session.items):
        yield
        return
    with ground.alone():
        terminal = request.config.get_terminal_writer()
        if found := ground.clear():
            terminal.line(f"tests: removed what an earlier run left: {', '.join(found)}")
        try:
            ground.make_room()
        except OSError as error:
            pytest.exit(f"tests: {error}", returncode=1)
        before = ground.anonymous_volumes()
        yield
        try:
            until(lambda: not ground.left(), lambda: f"left by this run: {ground.left()}")
            new = ground.anonymous_volumes() - before
            assert not new, f"volumes without a name, left by this run: {new}"
        finally:
            ground.clear()


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The variables under which plain ``pulumi`` works, as ``make env`` prints them."""
    # Without the mark: an engine that `make env` had to start outlives this run.
    unmarked = {name: value for name, value in os.environ.items() if name != ground.MARK}
    exports = ground.run("make", "-s", "env", cwd=ROOT, env=unmarked).stdout
    found = dict(os.environ)
    for line in exports.splitlines():
        words = shlex.split(line)
        if words[:1] == ["export"]:
            found.update((word.partition("=")[0], word.partition("=")[2]) for word in words[1:] if "=" in word)
    found["PATH"] = os.path.expandvars(found["PATH"])
    return found


@pytest.fixture(scope="module")
def workshop_factory(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Workshop]]:
    """Make workshops for one file of tests: those of the file before are no load any more."""
    with workshops(environment, tmp_path_factory.mktemp) as make:
        yield make
