"""A real Chromium against a real portal: a workshop of its own, or one that runs already.

``MENTOR_TEST_PORTAL`` is the address of the latter, ``MENTOR_TEST_PORTAL_IP`` the same by IP,
``MENTOR_TEST_CREDENTIALS`` a JSON file: a list of {id, username, password, role}. At least two students and a teacher.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.actions import SLOW, Account, OpenPage, Portal
from tests.browser.quiet_network import browser_command
from tests.workshop_kit import workshops

CHROMIUM = os.environ.get("MENTOR_TEST_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them are browser tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


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
        workshop = make("browser", students=3)
        workshop.up()
        outputs = workshop.outputs()
        accounts = tuple(
            Account(id=line["id"], username=line["username"], password=line["password"], role=role)
            for output, role in (("credentials", "student"), ("teachers", "teacher"))
            for line in outputs[output]
        )
        yield Portal(outputs["portalUrl"], f"https://127.0.0.1:{workshop.portal_port}", accounts)


@pytest.fixture(scope="session")
def browser(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: apt-get install chromium")
    expect.set_options(timeout=SLOW)
    urls = [url for url in (portal.url, portal.ip_url) if url]
    with (
        browser_command(CHROMIUM, urls, tmp_path_factory.mktemp("chromium")) as (command, more),
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=command, args=[*FLAGS, *more])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """A page of a browser profile of its own; what its console complained about fails the test."""
    complaints: list[str] = []
    contexts = []

    def make() -> Page:
        context = browser.new_context(ignore_https_errors=True, viewport={"width": 1366, "height": 768})
        context.set_default_timeout(SLOW)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
