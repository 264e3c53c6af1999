"""Notices, by a teacher and two students who meet: they come, stay until they are read, and disturb nobody's typing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import Account, OpenPage, Portal, connected, run_in, screen, sign_in

BREAK = "Back at <b>10:30</b>"


@pytest.fixture
def wall(portal: Portal, open_page: OpenPage) -> Page:
    page = open_page()
    sign_in(page, portal.teacher, portal.url)
    expect(page.locator(".tile").first).to_be_visible()
    return page


def desk(portal: Portal, account: Account, page: Page) -> Page:
    sign_in(page, account, portal.url)
    connected(page)
    return page


def write(wall: Page, text: str, to: str = "everybody") -> None:
    wall.keyboard.press("w")
    wall.get_by_label("To", exact=True).select_option(label=to)
    wall.get_by_label("Notice", exact=True).fill(text)
    wall.keyboard.press("Control+Enter")
    expect(wall.locator("#write")).to_be_hidden()


def size(page: Page) -> object:
    return page.evaluate("document.querySelector('#screen').getBoundingClientRect().toJSON()")


def take_all_back(wall: Page) -> None:
    wall.keyboard.press("w")
    while (buttons := wall.get_by_role("button", name="Take back")).count():
        count = buttons.count()
        buttons.first.click()
        expect(buttons).to_have_count(count - 1)
    wall.keyboard.press("Escape")


def test_it_stays_until_it_is_read_and_disturbs_no_terminal(portal: Portal, wall: Page, open_page: OpenPage) -> None:
    first, second = portal.student(0), portal.student(1)
    mine = desk(portal, first, open_page())
    before = size(mine)
    write(wall, BREAK)
    card = mine.locator("#notices-new .notice-card")
    expect(card.locator(".notice-text")).to_have_text(BREAK)
    assert size(mine) == before
    word = run_in(mine)  # the keyboard is where it was
    assert word in screen(mine)
    card.get_by_role("button").click()
    expect(card).to_have_count(0)
    assert run_in(mine) in screen(mine)
    late = desk(portal, second, open_page())
    expect(late.locator("#notices-new .notice-text")).to_have_text(BREAK)
    wall.keyboard.press("w")
    expect(wall.locator("#sent li")).to_contain_text("1 of")
    expect(wall.locator("#sent li")).to_contain_text("not yet")
    wall.keyboard.press("Escape")
    mine.get_by_role("button", name="Notices").click()
    expect(mine.locator("#notices-all .notice-text")).to_have_text(BREAK)
    take_all_back(wall)
    expect(late.locator("#notices-new .notice-card")).to_have_count(0)
    expect(mine.locator("#notices-none")).to_be_visible()


def test_what_is_for_one_reaches_one_and_by_keyboard_alone(portal: Portal, wall: Page, open_page: OpenPage) -> None:
    first, second = portal.student(0), portal.student(1)
    mine, other = desk(portal, first, open_page()), desk(portal, second, open_page())
    wall.locator(f".tile[data-id='{first.id}'] .face").focus()
    wall.keyboard.press("w")
    assert wall.get_by_label("To", exact=True).input_value() == f"person:{first.id}"
    wall.keyboard.type("Look at line 3")
    wall.keyboard.press("Control+Enter")
    button = mine.get_by_role("button", name="I have read the notice")
    expect(button).to_be_visible()
    expect(other.locator("#notices-new .notice-card")).to_have_count(0)
    button.focus()
    mine.keyboard.press("Enter")
    expect(button).to_have_count(0)
    assert mine.evaluate("document.activeElement.className") == "xterm-helper-textarea"
    take_all_back(wall)


def test_eyes_here_counts_down_locks_nothing_and_ends(portal: Portal, wall: Page, open_page: OpenPage) -> None:
    mine = desk(portal, portal.student(0), open_page())
    before = size(mine)
    wall.keyboard.press("e")
    wall.keyboard.press("Enter")
    banner = mine.locator("#eyes")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(re.compile(r"Eyes to the front.*0:[0-5][0-9]"))
    assert size(mine) == before
    assert run_in(mine) in screen(mine)
    expect(wall.locator("#eyes-now")).to_contain_text(re.compile(r"0:[0-5][0-9]"))
    wall.get_by_role("button", name="End", exact=True).click()
    expect(banner).to_be_hidden()
    expect(wall.locator("#eyes-now")).to_be_hidden()
