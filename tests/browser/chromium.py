"""A real Chromium, for tests that name its fixtures in their conftest.

In: a `portal`. Out: pages of browser profiles of their own; and a running workshop as a portal.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.actions import SLOW, Account, OpenPage, Portal
from tests.browser.quiet_network import browser_command
from tests.workshop_kit import Workshop

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


def portal_of(workshop: Workshop) -> Portal:
    """The portal of a workshop that is up, with its students and teachers."""
    outputs = workshop.outputs()
    accounts = tuple(
        Account(id=line["id"], username=line["username"], password=line["password"], role=role)
        for output, role in (("credentials", "student"), ("teachers", "teacher"))
        for line in outputs[output]
    )
    containers = workshop.container("")
    return Portal(outputs["portalUrl"], f"https://127.0.0.1:{workshop.portal_port}", accounts, containers)


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
