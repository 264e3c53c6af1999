"""A real Chromium against a real portal: a workshop of its own, or one that runs already.

``MENTOR_TEST_PORTAL`` is the address of the latter, ``MENTOR_TEST_PORTAL_IP`` the same by IP,
``MENTOR_TEST_CREDENTIALS`` a JSON file: a list of {id, username, password, role}. At least two students and a teacher.
Nothing of it is killed.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.actions import Account, Portal
from tests.browser.chromium import browser, open_page, portal_of  # noqa: F401  (fixtures, used by their names)
from tests.browser.told_wall import opened, page  # noqa: F401  (the same)
from tests.workshop_kit import workshops


@pytest.fixture(scope="session")
def portal(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal under test."""
    url, credentials = os.environ.get("MENTOR_TEST_PORTAL"), os.environ.get("MENTOR_TEST_CREDENTIALS")
    if url and credentials:
        keys = ("id", "username", "password", "role")
        lines = json.loads(Path(credentials).read_text())
        accounts = tuple(Account(**{key: line[key] for key in keys}) for line in lines)
        yield Portal(url.rstrip("/"), os.environ.get("MENTOR_TEST_PORTAL_IP"), accounts)
        return
    with workshops(environment, tmp_path_factory.mktemp) as make:
        workshop = make("browser", students=3, spares=1)
        workshop.up()
        yield portal_of(workshop)
