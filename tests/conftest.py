"""What tests of real workshops start from; the tests of single parts need none of it.

In: the tools that ``make setup`` installed. Out: a host without anything of earlier runs, the environment of plain
``pulumi``, and workshops that go with the file of tests that made them. What fails shows what there was.
"""

import contextlib
import os
import shlex
from collections.abc import Callable, Generator, Iterator
from collections.abc import Set as AbstractSet

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

HELD = pytest.StashKey[contextlib.ExitStack]()
BEFORE = pytest.StashKey[AbstractSet[object]]()
LEFT = pytest.StashKey[str]()
"""Of a run with real workshops: its hold on the host, the nameless volumes that there were, what it left."""

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


def needs_host(session: pytest.Session) -> bool:
    """Whether this process holds the host: something that was asked for is real, and it is no other one's worker."""
    if session.config.option.collectonly or hasattr(session.config, "workerinput"):
        return False
    here, real = session.config.invocation_params.dir, [ROOT / "tests" / name for name in REAL]
    asked = [(here / argument.partition("::")[0]).resolve() for argument in session.config.args]
    return any(one.is_relative_to(folder) or folder.is_relative_to(one) for one in asked for folder in real)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Hold the host alone, and begin without leftovers: before any worker is started."""
    if not needs_host(session):
        return
    held = session.config.stash[HELD] = contextlib.ExitStack()
    held.enter_context(ground.alone())
    if found := ground.clear():
        session.config.get_terminal_writer().line(f"tests: removed what an earlier run left: {', '.join(found)}")
    try:
        ground.make_room()
    except OSError as error:
        pytest.exit(f"tests: {error}", returncode=1)
    session.config.stash[BEFORE] = ground.anonymous_volumes()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing, after all workers have ended; a run that leaves something has failed."""
    held = session.config.stash.get(HELD, None)
    if held is None:
        return
    with held:
        if BEFORE not in session.config.stash:
            return
        try:
            until(lambda: not ground.left(), lambda: f"left by this run: {ground.left()}")
            new = ground.anonymous_volumes() - session.config.stash[BEFORE]
            assert not new, f"volumes without a name, left by this run: {new}"
        except AssertionError as error:
            session.config.stash[LEFT] = str(error)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        finally:
            ground.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what the run left."""
    if left := config.stash.get(LEFT, ""):
        terminalreporter.section("left behind", red=True)
        terminalreporter.line(left)


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
