"""A student's page, by a teacher and a student who meet: what is known of him, resets, a new password."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import Account, OpenPage, Portal, connected, run_in, sign_in, tile_of, type_line
from tests.browser.axe import serious
from tests.browser.test_password import change

LEGIBLE = re.compile(r"[a-hjkmnp-z2-9]{12}")


@pytest.fixture
def wall(portal: Portal, open_page: OpenPage) -> Page:
    page = open_page()
    sign_in(page, portal.teacher, portal.url)
    expect(tile_of(page, portal.student(1))).to_be_visible()
    return page


def test_a_new_password_is_shown_once_and_is_the_one_that_counts(
    portal: Portal, wall: Page, open_page: OpenPage
) -> None:
    student = portal.student(1)
    desk = open_page()
    sign_in(desk, student, portal.url)
    connected(desk)
    tile_of(wall, student).locator(".face").focus()
    wall.keyboard.press("i")
    expect(wall.get_by_role("heading", level=1)).to_contain_text(student.id)
    wall.wait_for_load_state()  # what is pressed before its scripts run does nothing
    opener = wall.get_by_role("button", name="New password")
    opener.focus()
    wall.keyboard.press("Enter")
    expect(wall.get_by_role("dialog")).to_contain_text("signed out")
    wall.keyboard.press("Enter")  # the focus is on Cancel
    expect(wall.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()
    wall.keyboard.press("Enter")
    wall.get_by_role("button", name="Set a new password").press("Enter")
    shown = wall.locator("#new-password output")
    expect(shown).to_have_text(LEGIBLE)
    password = shown.inner_text()
    try:
        expect(desk.get_by_role("heading", name="You are signed out")).to_be_visible()
        wall.keyboard.press("Enter")  # on Close
        expect(shown).to_have_text("")
        sign_in(desk, student, portal.url, password)
        notice = desk.locator("#notices-new .notice-card")
        expect(notice).to_contain_text("You have a new password")
        notice.get_by_role("button").click()
    finally:
        change(desk, portal, password, student.password)
    expect(desk.get_by_role("heading", name="Your password is changed")).to_be_visible()
    wall.get_by_role("link", name="In the audit log").click()
    expect(wall.locator("tbody tr").first).to_contain_text("new password")


def at_his_desk(portal: Portal, student: Account, page: Page) -> Page:
    sign_in(page, student, portal.url)
    connected(page)
    return page


def begin(wall: Page, portal: Portal, student: Account, label: str) -> None:
    wall.goto(f"{portal.url}/students/{student.id}")
    wall.get_by_role("button", name=label).click()
    for words in ("Lost", "Saved first", "Untouched"):
        expect(wall.get_by_role("dialog")).to_contain_text(words)


def is_told(desk: Page, words: str) -> None:
    card = desk.locator("#notices-new .notice-card").filter(has_text=words)
    expect(card).to_have_count(1)
    card.get_by_role("button").click()


def test_a_soft_reset_saves_tells_and_starts_the_terminal_anew(portal: Portal, wall: Page, open_page: OpenPage) -> None:
    student = portal.student(1)
    desk = at_his_desk(portal, student, open_page())
    word = run_in(desk)
    type_line(desk, "sleep 5000")
    begin(wall, portal, student, "Soft reset")
    wall.get_by_role("button", name="Save and reset").click()
    dialog = wall.get_by_role("dialog")
    expect(dialog).to_contain_text("the terminal has started anew")
    name = dialog.locator("[data-saved] strong").inner_text()
    assert name.endswith("-terminal.txt")
    is_told(desk, "Your terminal was started anew")
    wall.get_by_role("button", name="Close").click()
    with wall.expect_download() as started:
        wall.get_by_role("link", name=name).click()
    assert word in started.value.path().read_text()
    wall.get_by_role("link", name="In the audit log").click()
    expect(wall.locator("tbody tr").filter(has_text=f"soft reset, saved as {name}")).to_contain_text(student.id)


def in_database(desk: Page, student: Account, statement: str, answer: str) -> None:
    """As the student, with the password that psql asks for."""
    run_in(desk)
    type_line(desk, f'clear; psql -At -c "{statement}"')
    expect(desk.locator(".xterm-rows")).to_contain_text("Password")
    type_line(desk, student.password)
    expect(desk.locator(".xterm-rows")).to_contain_text(answer)


def test_a_database_reset_leaves_the_courses_database(portal: Portal, wall: Page, open_page: OpenPage) -> None:
    if portal.containers is None:
        pytest.skip("this portal runs already, perhaps without databases")
    student = portal.student(1)
    desk = at_his_desk(portal, student, open_page())
    in_database(desk, student, "create table kept_by_me (note text)", "CREATE TABLE")
    begin(wall, portal, student, "Reset database")
    wall.get_by_role("button", name="Save and reset").click()
    dialog = wall.get_by_role("dialog")
    expect(dialog).to_contain_text("The database is the course's again.")
    name = dialog.locator("[data-saved] strong").inner_text()
    assert name.endswith("-database.dump")
    is_told(desk, "Your database was made anew from the course's")
    counted = "select 'found ' || count(*) from pg_tables where tablename = 'kept_by_me'"
    in_database(desk, student, counted, "found 0")
    wall.get_by_role("button", name="Close").click()
    with wall.expect_download() as started:
        wall.get_by_role("link", name=name).click()
    saved = started.value.path().read_bytes()
    assert saved.startswith(b"PGDMP")
    assert b"kept_by_me" in saved  # its list of contents is not compressed


def test_an_engine_reset_leaves_an_empty_engine(portal: Portal, wall: Page, open_page: OpenPage) -> None:
    student = portal.student(1)
    desk = at_his_desk(portal, student, open_page())
    type_line(desk, "clear; docker volume create kept-by-me && echo crea''ted")
    expect(desk.locator(".xterm-rows")).to_contain_text("created")
    begin(wall, portal, student, "Reset Docker engine")
    wall.get_by_role("button", name="Save and reset").click()
    dialog = wall.get_by_role("dialog")
    expect(dialog).to_contain_text("The Docker engine is empty")
    expect(dialog.locator("[data-saved] strong")).to_contain_text("-engine.tar.gz")
    is_told(desk, "Your Docker engine was emptied")
    type_line(desk, "clear; docker volume ls -q | wc -l | sed 's/^/volumes: /'")
    expect(desk.locator(".xterm-rows")).to_contain_text("volumes: 0")


def test_his_page_follows_what_he_does(portal: Portal, wall: Page, open_page: OpenPage) -> None:
    student = portal.student(1)
    wall.goto(f"{portal.url}/students/{student.id}")
    browsers = wall.get_by_role("table").filter(has_text="Browser since").locator("tbody tr")
    before = browsers.count()
    desk = open_page()
    sign_in(desk, student, portal.url)
    expect(browsers).to_have_count(before + 1)
    desk.get_by_role("button", name="Sign out").click()
    expect(browsers).to_have_count(before)


@pytest.mark.parametrize("width", [390, 1366])
def test_axe_finds_nothing_serious_and_everything_fits(portal: Portal, wall: Page, width: int) -> None:
    wall.set_viewport_size({"width": width, "height": 800})
    for address in (f"/students/{portal.student(1).id}", "/audit"):
        wall.goto(f"{portal.url}{address}")
        assert serious(wall) == []
        assert wall.evaluate("document.documentElement.scrollWidth") <= width
