"""One workshop, from before its first ``up`` to after its ``destroy``, in the order in which a class meets it.

The files here tell one story and share one workshop: what an earlier one did, a later one finds. In: the tools that
``make setup`` installed. Out: the workshop, and its portal for the browser's part.
"""

from collections.abc import Iterator

import pytest

from tests.browser.actions import Portal
from tests.browser.chromium import browser, open_page, portal_of  # noqa: F401  (fixtures, used by their names)
from tests.workshop_kit import Workshop, workshops


@pytest.fixture(scope="session")
def lab(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """The workshop of the story, not yet up."""
    with workshops(environment, tmp_path_factory.mktemp) as make:
        yield make("story", students=3, event={"name": "Live <b>tests</b>", "timeZone": "Europe/Berlin"})


@pytest.fixture(scope="session")
def portal(lab: Workshop) -> Portal:
    """Its portal, with the people of the first ``up``."""
    return portal_of(lab)
