"""What is read from the last row: the projector's page, and a wall without names."""

import pytest
from playwright.sync_api import expect

from tests.browser.actions import OpenPage, Portal, sign_in, tile_of
from tests.browser.axe import serious


@pytest.mark.parametrize("width", [390, 1280])
def test_the_projector_says_what_all_are_to_know(portal: Portal, open_page: OpenPage, width: int) -> None:
    page, wall = open_page(), open_page()
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, portal.teacher, portal.url)
    sign_in(wall, portal.teacher, portal.url)
    page.goto(f"{portal.url}/projector")
    expect(page.locator("#count")).to_contain_text("student")
    expect(page.locator("#follow-panel")).to_be_hidden()
    try:
        wall.evaluate("fetch('/notices/eyes', { method: 'POST', body: JSON.stringify({ minutes: 1 }) })")
        expect(page.locator("#eyes")).to_contain_text("Eyes to the front 0:")
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        wall.evaluate("fetch('/notices/eyes', { method: 'POST', body: JSON.stringify({ minutes: 0 }) })")
    expect(page.locator("#eyes")).to_be_hidden()
    names = [account.id for account in portal.accounts if account.role == "student"]
    assert not [name for name in names if name in page.locator("main").inner_text()]


def test_a_wall_on_a_projector_has_no_names(portal: Portal, open_page: OpenPage) -> None:
    wall = open_page()
    sign_in(wall, portal.teacher, portal.url)
    tile = tile_of(wall, portal.student())
    expect(tile).to_be_visible()
    wall.get_by_role("button", name="Hide names").click()
    expect(wall.locator("#veiled")).to_be_visible()
    expect(tile.locator(".name")).to_have_text(portal.student().id)
    wall.reload()
    expect(tile.locator(".name")).to_have_text(portal.student().id)
    wall.get_by_role("button", name="Hide names").click()
    expect(wall.locator("#veiled")).to_be_hidden()
