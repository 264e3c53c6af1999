"""A student asks for help, teachers see it and come: both sides in the same test."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import Account, OpenPage, Portal, ask_for_help, connected, run_in, sign_in, tile_of
from tests.browser.axe import serious

CANARY = "<img src=x onerror=window.canary=1><a href=javascript:window.canary=1>x</a>{{7*7}}"


def at_desk(page: Page, portal: Portal, number: int = 0) -> Account:
    student = portal.student(number)
    sign_in(page, student, portal.url)
    connected(page)
    page.evaluate("fetch('/help/withdraw', { method: 'POST' })")  # what a failed test left behind
    expect(page.locator("#ask-label")).to_have_text("Ask for help")
    return student


def at_wall(page: Page, portal: Portal, path: str = "/") -> None:
    sign_in(page, portal.teacher, portal.url)
    page.goto(f"{portal.url}{path}")
    expect(page.locator("#queue-count")).to_contain_text("waiting")


def request_of(page: Page, student: Account) -> Locator:
    return page.locator(f".request[data-id='{student.id}']:not([data-state=closed], [data-state=gone])")


def reach_the_button(desk: Page) -> None:
    """Out of the terminal, without a mouse."""
    desk.locator(".xterm-helper-textarea").focus()
    desk.keyboard.press("Shift+F6")
    for _ in range(8):
        if desk.evaluate("document.activeElement.id") == "ask-button":
            break
        desk.keyboard.press("Tab")


def test_from_the_question_to_the_visit_without_a_mouse(portal: Portal, open_page: OpenPage) -> None:
    desk, wall = open_page(), open_page()
    ada = at_desk(desk, portal)
    at_wall(wall, portal)
    reach_the_button(desk)
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("What is wrong?")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("#ask-button")).to_be_focused()
    desk.keyboard.press("Enter")
    desk.keyboard.type("no mouse here")
    desk.keyboard.press("Enter")
    expect(desk.locator("#ask-label")).to_have_text("You are next")
    expect(desk.locator("#ask-said")).to_contain_text("You are next.")
    run_in(desk)  # and the terminal still listens

    request, tile = request_of(wall, ada), tile_of(wall, ada)
    expect(request.locator(".question")).to_have_text("“no mouse here”")
    expect(tile.locator(".word")).to_have_text("asked")
    expect(tile.locator(".face")).to_have_attribute("aria-label", re.compile("asked: “no mouse here”"))
    expect(wall.locator("#said")).to_contain_text("asks for help: no mouse here")
    expect(wall).to_have_title(re.compile(r"^\(1\) "))
    wall.keyboard.press("h")
    expect(request.get_by_role("button", name="I come")).to_be_focused()
    wall.keyboard.press("Enter")
    expect(request.locator(".how")).to_have_text("You are coming")
    expect(request.get_by_role("button", name="Done")).to_be_focused()
    expect(desk.locator("#ask-label")).to_contain_text("is coming")
    expect(tile.locator(".at")).to_contain_text("is coming")
    expect(wall).to_have_title(re.compile(r"^Class"))
    wall.keyboard.press("b")
    expect(desk.locator("#ask-label")).to_have_text("You are next")
    expect(request.get_by_role("button", name="I come")).to_be_visible()
    expect(request.get_by_role("button", name="Done")).to_be_focused()
    tile.locator(".face").focus()
    wall.keyboard.press("c")
    expect(desk.locator("#ask-label")).to_contain_text("is coming")
    wall.keyboard.press("d")
    expect(desk.locator("#ask-label")).to_have_text("Ask for help")
    expect(desk.locator("#ask-note")).to_contain_text("Your request was closed by")
    expect(tile.locator(".face")).to_have_attribute("aria-label", re.compile("last visit just now"))

    closed = wall.locator(f".request[data-id='{ada.id}'][data-state=closed]")
    closed.get_by_role("button", name="Undo").press("u")
    expect(request).to_have_count(1)
    expect(desk.locator("#ask-label")).to_contain_text("is coming")
    desk.locator("#ask-button").press("Enter")
    expect(desk.get_by_role("button", name="I no longer need help")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(request).to_have_count(0)


def test_who_withdraws_lets_the_others_move_up_and_a_paused_queue_says_so(portal: Portal, open_page: OpenPage) -> None:
    first, second, wall = open_page(), open_page(), open_page()
    at_desk(first, portal, 0)
    at_desk(second, portal, 1)
    at_wall(wall, portal)
    ask_for_help(first, "first")
    ask_for_help(second, "second")
    expect(second.locator("#ask-label")).to_have_text("Help: 2nd of 2")
    expect(wall.locator("#queue-count")).to_have_text("2 waiting")
    wall.get_by_role("button", name="Pause queue").click()
    first.goto(f"{portal.url}/progress")
    first.locator("#ask-button").click()
    expect(first.locator("#ask-state")).to_contain_text("The queue is paused; you keep your place.")
    first.get_by_role("button", name="I no longer need help").click()
    expect(first.locator("#ask-label")).to_have_text("Help is paused")
    first.locator("#ask-button").click()
    expect(first.get_by_label("What is wrong?")).to_be_hidden()
    expect(first.locator("#ask-paused")).to_contain_text("raise your hand")
    expect(second.locator("#ask-label")).to_have_text("You are next")
    wall.get_by_role("button", name="Pause queue").click()
    expect(first.get_by_label("What is wrong?")).to_be_visible()
    second.evaluate("fetch('/help/withdraw', { method: 'POST' })")
    expect(wall.locator("#queue-count")).to_have_text("nobody waiting")


def test_a_question_stays_text_wherever_it_is_shown(portal: Portal, open_page: OpenPage) -> None:
    desk, wall, alone = open_page(), open_page(), open_page()
    ada = at_desk(desk, portal)
    at_wall(wall, portal)
    at_wall(alone, portal, "/help")
    ask_for_help(desk, CANARY)
    for page in (wall, alone):
        expect(request_of(page, ada).locator(".question")).to_have_text(f"“{CANARY}”")
    expect(tile_of(wall, ada).locator(".title")).to_have_text(f"“{CANARY}”")
    desk.locator("#ask-button").click()
    expect(desk.locator("#ask-asked")).to_contain_text(CANARY)
    for page in (desk, wall, alone):
        assert page.evaluate("window.canary") is None
        assert page.locator("main img, .ask img, .asked a[href^='javascript']").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.get_by_role("button", name="I no longer need help").click()


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (390, "dark")])
def test_axe_finds_nothing_serious_and_everything_fits(
    portal: Portal, open_page: OpenPage, width: int, scheme: Literal["light", "dark"]
) -> None:
    desk, wall = open_page(), open_page()
    for page in (desk, wall):
        page.set_viewport_size({"width": width, "height": 780})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    ada = at_desk(desk, portal)
    desk.locator("#ask-button").click()
    assert serious(desk) == []
    desk.keyboard.press("Escape")
    ask_for_help(desk, "w" * 200)
    desk.locator("#ask-button").click()
    assert serious(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= width
    at_wall(wall, portal)
    for path in ("/", "/help"):
        wall.goto(f"{portal.url}{path}")
        request = request_of(wall, ada)
        expect(request).to_be_visible()
        assert serious(wall) == [], path
        assert wall.evaluate("document.documentElement.scrollWidth") <= width, path
    for target in [*request.get_by_role("button").all(), request.get_by_role("link", name="Terminal")]:
        box = target.bounding_box()
        assert box
        assert box["height"] >= 44, "a thumb's"
    request.get_by_role("link", name="Terminal").click()
    connected(wall)
    desk.get_by_role("button", name="I no longer need help").click()
