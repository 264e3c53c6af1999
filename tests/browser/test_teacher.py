"""Teacher and student in the same test: watching changes nothing, taking over is visible, the rest is forbidden."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import Account, OpenPage, Portal, connected, run_in, screen, sign_in, tile_of


@pytest.fixture
def student(portal: Portal) -> Account:
    return portal.student()


def watch(page: Page, portal: Portal, student: Account) -> None:
    sign_in(page, portal.teacher, portal.url)
    page.get_by_label("Search").fill(student.id)
    tile_of(page, student).get_by_role("link").click()
    connected(page)


def test_the_class_can_be_searched(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.teacher, portal.url)
    expect(page.get_by_role("heading", name="Class")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("no such student at all")
    expect(page.get_by_text("Nobody matches.")).to_be_visible()
    page.get_by_label("Search").fill(portal.student(1).id)
    expect(page.locator(".tile")).to_have_count(1)


def test_a_watching_teacher_sees_and_cannot_type(portal: Portal, student: Account, open_page: OpenPage) -> None:
    desk, wall = open_page(), open_page()
    sign_in(desk, student, portal.url)
    connected(desk)
    expect(desk.locator("#eye")).to_be_hidden()
    watch(wall, portal, student)
    expect(wall.locator("#mode")).to_have_text("Read-only")
    expect(desk.locator("#eye")).to_contain_text("watching")
    word = run_in(desk)
    expect(wall.locator(".xterm-rows")).to_contain_text(word)
    wall.locator(".xterm-helper-textarea").focus()
    wall.keyboard.type("echo in''trusion")
    wall.keyboard.press("Enter")
    assert run_in(desk) in screen(desk)
    assert "trusion" not in screen(desk)
    wall.get_by_role("link", name="Class").click()
    expect(desk.locator("#eye")).to_be_hidden()


def test_taking_over_is_shown_to_the_student_and_ends_with_escape(
    portal: Portal, student: Account, open_page: OpenPage
) -> None:
    desk, wall = open_page(), open_page()
    sign_in(desk, student, portal.url)
    connected(desk)
    watch(wall, portal, student)
    wall.get_by_role("button", name="Take over").click()
    expect(wall.locator("#mode")).to_have_text("You are typing")
    expect(desk.locator("#typing")).to_contain_text("typing in your terminal")
    word = run_in(wall)
    expect(desk.locator(".xterm-rows")).to_contain_text(word)
    wall.clock.set_fixed_time(datetime.now(UTC))  # twice within half a second, however slow the machine is
    wall.keyboard.press("Escape")
    wall.keyboard.press("Escape")
    expect(wall.locator("#mode")).to_have_text("Read-only")
    expect(desk.locator("#typing")).to_be_hidden()
    wall.locator(".xterm-helper-textarea").focus()
    wall.keyboard.type("again''st-the-rules")
    run_in(desk)
    assert "rules" not in screen(desk)


def test_watching_never_resizes_the_student(portal: Portal, student: Account, open_page: OpenPage) -> None:
    desk, wall = open_page(), open_page()
    sign_in(desk, student, portal.url)
    connected(desk)
    rows = desk.locator(".xterm-rows > div").count()
    wall.set_viewport_size({"width": 700, "height": 420})
    watch(wall, portal, student)
    wall.get_by_role("button", name="Take over").click()
    expect(wall.locator("#mode")).to_have_text("You are typing")
    run_in(desk)
    assert desk.locator(".xterm-rows > div").count() == rows
    expect(wall.locator(".xterm-rows > div")).to_have_count(rows)


def test_a_student_may_not_watch_another(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(0), portal.url)
    other = portal.student(1).id
    for path in (f"/watch/{other}", f"/watch/{portal.teacher.id}", "/class/tasks"):
        answer = page.goto(f"{portal.url}{path}")
        assert answer is not None
        assert answer.status == 403, path
    page.goto(portal.url)
    for path in (f"/seats/{other}/terminal", f"/seats/{other}/watch", f"/seats/{portal.student(0).id}/watch"):
        opened = page.evaluate(
            """path => new Promise(resolve => {
                const socket = new WebSocket(location.origin.replace("https", "wss") + path);
                socket.onopen = () => resolve(true);
                socket.onerror = () => resolve(false);
            })""",
            path,
        )
        assert opened is False, path
