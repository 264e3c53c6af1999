"""A terminal shown to everybody: a teacher and students who meet."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import Account, OpenPage, Portal, connected, run_in, screen, sign_in, type_line
from tests.browser.axe import serious


def at_desk(portal: Portal, account: Account, page: Page, path: str = "/") -> Page:
    sign_in(page, account, portal.url)
    if path != "/":
        page.goto(f"{portal.url}{path}")
    connected(page)
    return page


@pytest.fixture
def teaching(portal: Portal, open_page: OpenPage) -> Iterator[Page]:
    """A teacher at his own terminal."""
    page = at_desk(portal, portal.teacher, open_page(), "/terminal")
    yield page
    page.evaluate("fetch('/showing/stop', { method: 'POST' })")


def show(teaching: Page) -> None:
    teaching.get_by_role("button", name="Show to everybody").click()
    teaching.get_by_role("button", name="Show it").click()
    expect(teaching.locator("#showing-on")).to_contain_text("Everybody can see this")


def size(page: Page) -> object:
    return page.evaluate("document.querySelector('#screen').getBoundingClientRect().toJSON()")


def test_a_student_follows_his_teacher_beside_his_own_terminal(
    portal: Portal, teaching: Page, open_page: OpenPage
) -> None:
    desk = at_desk(portal, portal.student(0), open_page())
    before = size(desk)
    show(teaching)
    follow = desk.get_by_role("button", name="Follow")
    expect(follow).to_be_visible()
    assert size(desk) == before, "nothing moves by itself"
    word = run_in(teaching)
    follow.click()
    shown = desk.locator("#follow-now")
    expect(shown).to_contain_text(word)
    expect(teaching.locator("#showing-on")).to_contain_text("1 follows")
    assert run_in(desk) in screen(desk), "and his own goes on"
    type_line(teaching, "clear; echo '<img src=x onerror=window.canary=1>'")
    expect(shown).to_contain_text("<img src=x")
    assert desk.evaluate("window.canary") is None
    type_line(teaching, "clear; seq 100 400")
    expect(shown).to_contain_text("400")
    desk.get_by_role("button", name="What was before").click()
    expect(desk.locator("#follow-history")).to_contain_text("142")
    assert serious(desk) == []
    teaching.get_by_role("button", name="Stop showing").click()
    expect(desk.locator("#follow-panel")).to_be_hidden()
    expect(follow).to_be_hidden()


def test_a_students_terminal_is_shown_with_his_yes_and_until_he_ends_it(portal: Portal, open_page: OpenPage) -> None:
    student = portal.student(0)
    desk, other = at_desk(portal, student, open_page()), at_desk(portal, portal.student(1), open_page())
    watch = at_desk(portal, portal.teacher, open_page(), f"/watch/{student.id}")
    ask = watch.locator("#ask-to-show")
    ask.click()
    expect(desk.locator("#showing-ask")).to_contain_text("asks whether your terminal may be shown")
    assert run_in(desk) in screen(desk), "the keyboard is where it was"
    assert serious(desk) == []
    desk.get_by_role("button", name="No", exact=True).click()
    expect(watch.locator("#ask-to-show-state")).to_have_text("")
    expect(other.get_by_role("button", name="Follow")).to_be_hidden()
    ask.click()
    desk.get_by_role("button", name="Yes, show it").click()
    expect(watch.locator("#ask-to-show-state")).to_contain_text("Everybody can see it")
    follow = other.get_by_role("button", name="Follow a student's terminal")
    follow.click()
    word = run_in(desk)
    expect(other.locator("#follow-now")).to_contain_text(word)
    expect(other.locator("#follow-title")).to_have_text("a student's terminal")
    desk.get_by_role("button", name="Stop showing").focus()
    desk.keyboard.press("Enter")
    expect(other.locator("#follow-panel")).to_be_hidden()
    expect(ask).to_have_text("Show to everybody…")


def test_a_teacher_reads_what_has_scrolled_away_and_the_student_sees_nothing_of_it(
    portal: Portal, open_page: OpenPage
) -> None:
    student = portal.student(0)
    desk = at_desk(portal, student, open_page())
    type_line(desk, "clear; seq 100 400")
    expect(desk.locator(".xterm-rows")).to_contain_text("400")
    watch = at_desk(portal, portal.teacher, open_page(), f"/watch/{student.id}")
    before = screen(desk)
    watch.get_by_role("button", name="What was before").click()
    expect(watch.locator("#before-text")).to_contain_text("142")
    assert screen(desk) == before
    assert serious(watch) == []


def test_a_window_of_its_own_waits_for_what_is_shown(portal: Portal, teaching: Page, open_page: OpenPage) -> None:
    page = open_page()
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, portal.student(1), portal.url)
    page.goto(f"{portal.url}/showing")
    expect(page.locator("#follow-say")).to_contain_text("Nothing is shown")
    show(teaching)
    word = run_in(teaching)
    expect(page.locator("#follow-now")).to_contain_text(word)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
