"""A teacher's wall that is told what to show, for tests that name these fixtures in their conftest."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import OpenPage, Portal, sign_in
from tests.browser.told import Opened, Seats, told


@pytest.fixture
def page(portal: Portal, open_page: OpenPage) -> Page:
    """A teacher's."""
    made = open_page()
    sign_in(made, portal.teacher, portal.url)
    return made


@pytest.fixture
def opened(portal: Portal, page: Page) -> Opened:
    """The wall with seats that are told; comes back: what it says it has in sight."""

    def go(seats: Seats, **changes: Any) -> Seats:
        said = told(page, seats, **changes)
        page.goto(portal.url)
        expect(page.locator(".tile, #table tbody tr").first).to_be_visible()
        return said

    return go
