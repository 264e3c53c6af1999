"""A late joiner and a teacher who meet: the door, the code, the seat."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import OpenPage, Portal, sign_in
from tests.browser.axe import serious


@pytest.fixture
def teaching(portal: Portal, open_page: OpenPage) -> Page:
    page = open_page()
    sign_in(page, portal.teacher, portal.url)
    page.get_by_role("link", name="Late joiners").click()
    expect(page.get_by_role("heading", name="Late joiners")).to_be_visible()
    page.wait_for_load_state()
    return page


def test_a_door_is_opened_and_closed_by_keyboard(portal: Portal, teaching: Page, open_page: OpenPage) -> None:
    stranger = open_page()
    stranger.goto(f"{portal.url}/join")
    expect(stranger.get_by_role("status")).to_contain_text("No seats are given out")
    teaching.get_by_role("button", name="for 60").focus()
    teaching.keyboard.press("Enter")
    code = teaching.locator("#code")
    expect(code).to_have_text(re.compile(r"[a-z2-9]{4} [a-z2-9]{4}"))
    stranger.goto(f"{portal.url}/sign-in")
    stranger.get_by_role("link", name="Take a seat").click()
    stranger.get_by_label("Event code").fill("wrong")
    stranger.get_by_label("Your name").fill("Nobody")
    stranger.get_by_label("A password of your own").fill("long enough")
    stranger.get_by_label("The password again").fill("long enough")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("alert")).to_contain_text("The event code is not right")
    for page in (teaching, stranger):
        assert serious(page) == []
    teaching.get_by_role("button", name="Close").focus()
    teaching.keyboard.press("Enter")
    expect(code).to_have_count(0)
    expect(teaching.get_by_role("button", name="Let them in for 15 minutes")).to_be_focused()
    stranger.goto(f"{portal.url}/sign-in")
    expect(stranger.get_by_role("link", name="Take a seat")).to_have_count(0)


def test_with_the_code_one_is_at_a_desk_of_ones_own(portal: Portal, teaching: Page, open_page: OpenPage) -> None:
    """The portal's one spare seat is his from now on."""
    if not teaching.locator(".spares li").filter(has_text="free").count():
        pytest.skip("the portal's spare seat has somebody already")
    teaching.get_by_role("button", name="Let them in for 15 minutes").click()
    code = teaching.locator("#code").inner_text()
    late = open_page()
    late.goto(f"{portal.url}/join")
    late.get_by_label("Event code").fill(code.upper())
    late.get_by_label("Your name").fill("Niklaus <b>Wirth</b>")
    late.get_by_label("A password of your own").fill("long enough")
    late.get_by_label("The password again").fill("long enough")
    late.keyboard.press("Enter")
    expect(late.locator("#user-name")).to_have_text("spare01")
    expect(teaching.get_by_role("table", name="Who came")).to_contain_text("Niklaus <b>Wirth</b>")
    late.get_by_role("link", name="To my desk").click()
    expect(late.locator(".who")).to_have_text("Niklaus <b>Wirth</b>")
    teaching.get_by_role("button", name="Close").click()
    teaching.get_by_role("link", name="← Class").click()
    expect(teaching.locator(".tile[data-id='spare01'] .name")).to_have_text("Niklaus <b>Wirth</b>")


@pytest.mark.parametrize("width", [390, 1366])
def test_it_fits(teaching: Page, width: int) -> None:
    teaching.set_viewport_size({"width": width, "height": 800})
    assert serious(teaching) == []
    assert teaching.evaluate("document.documentElement.scrollWidth") <= width
