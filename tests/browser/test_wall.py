"""The teacher's wall together with the students on it: pictures, places, keyboard, list."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import Account, OpenPage, Portal, connected, run_in, sign_in, type_line


@pytest.fixture
def student(portal: Portal) -> Account:
    return portal.student()


def tile_of(page: Page, account: Account) -> Locator:
    return page.locator(f".tile[data-id='{account.id}']")


def opened_wall(page: Page, portal: Portal) -> Page:
    """A teacher who has just signed in."""
    sign_in(page, portal.teacher, portal.url)
    expect(page.locator(".tile").first).to_be_visible()
    return page


def places(page: Page) -> list[str]:
    """The tiles' ids as they stand."""
    found: list[str] = page.locator(".tile").evaluate_all("all => all.map(one => one.dataset.id)")
    return found


def test_a_tile_shows_what_the_student_types_and_markup_stays_text(
    portal: Portal, student: Account, open_page: OpenPage
) -> None:
    desk, wall = open_page(), opened_wall(open_page(), portal)
    sign_in(desk, student, portal.url)
    connected(desk)
    view = tile_of(wall, student).locator(".view")
    expect(view).to_contain_text(run_in(desk))
    type_line(desk, r"clear; printf '\033[38;2;1;200;3m<b>gr''een</b>\033[0m\n'")
    expect(view.locator(".letters div span", has_text="<b>green</b>")).to_have_css("color", "rgb(1, 200, 3)")
    expect(view.locator("b")).to_have_count(0)
    # What a program draws outside its own place has no way out of the tile, either.
    type_line(desk, r"clear; printf '\033]0;title\007\033[9999;9999Hcor''ner\n'; seq -s. 400")
    expect(view).to_contain_text("398.399.400")
    frame, box = view.bounding_box(), tile_of(wall, student).bounding_box()
    assert frame
    assert box
    assert box["x"] <= frame["x"]
    assert frame["x"] + frame["width"] <= box["x"] + box["width"]
    assert wall.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pictures_stand_still_when_they_are_told_to(portal: Portal, student: Account, open_page: OpenPage) -> None:
    desk, wall = open_page(), opened_wall(open_page(), portal)
    sign_in(desk, student, portal.url)
    connected(desk)
    view = tile_of(wall, student).locator(".view")
    before = run_in(desk)
    expect(view).to_contain_text(before)
    with wall.expect_request(lambda request: request.url.endswith("/events?of=class")):
        wall.keyboard.press("s")
    run_in(desk)
    expect(tile_of(wall, student).locator(".there")).to_have_attribute("data-open", "yes")
    expect(view).to_contain_text(before)
    wall.keyboard.press("s")
    expect(view).not_to_contain_text(before)


def test_tiles_stay_where_they_are_put(portal: Portal, open_page: OpenPage) -> None:
    wall = opened_wall(open_page(), portal)
    roster = places(wall)
    wall.locator(".tile").nth(1).drag_to(wall.locator(".tile").nth(0))
    expect(wall.locator(".tile").nth(0)).to_have_attribute("data-id", roster[1])
    wall.locator(".face").nth(0).focus()
    wall.keyboard.press("Shift+ArrowRight")
    assert places(wall) == roster
    expect(wall.locator(".tile").nth(1).locator(".face")).to_be_focused()
    wall.keyboard.press("p")
    assert places(wall) == [roster[1], roster[0], *roster[2:]]
    wall.reload()
    expect(wall.locator(".tile").nth(0).locator(".pin")).to_have_attribute("aria-pressed", "true")
    assert places(wall) == [roster[1], roster[0], *roster[2:]]
    wall.locator(".tile").nth(0).locator(".pin").click()
    wall.get_by_label("Arrange").select_option("id")
    assert places(wall) == sorted(roster)
    wall.get_by_label("Arrange").select_option("roster")
    assert places(wall) == roster


def test_a_teacher_needs_no_mouse(portal: Portal, student: Account, open_page: OpenPage) -> None:
    wall = opened_wall(open_page(), portal)
    wall.keyboard.press("?")
    expect(wall.get_by_role("dialog")).to_be_visible()
    wall.keyboard.press("Escape")
    expect(wall.get_by_role("dialog")).to_be_hidden()
    wall.keyboard.press("/")
    wall.keyboard.type(student.id)
    expect(wall.locator(".tile:visible")).to_have_count(1)
    wall.keyboard.press("Enter")
    expect(tile_of(wall, student).locator(".face")).to_be_focused()
    wall.keyboard.press("Enter")
    connected(wall)
    expect(wall).to_have_url(re.compile(f"/watch/{student.id}$"))
    expect(wall.locator("#mode")).to_have_text("Read-only")


def test_the_list_says_the_same_and_is_remembered(portal: Portal, student: Account, open_page: OpenPage) -> None:
    wall = opened_wall(open_page(), portal)
    wall.keyboard.press("v")
    expect(wall.locator(".tile").first).to_be_hidden()
    row = wall.locator(f"tr[data-id='{student.id}']")
    expect(row).to_be_visible()
    state = tile_of(wall, student).locator(".what").text_content() or ""
    expect(row.locator(".what")).to_have_text(state)
    wall.reload()
    expect(row).to_be_visible()
    wall.keyboard.press("v")
    expect(wall.locator(".tile").first).to_be_visible()


def test_the_size_of_the_tiles_is_remembered(portal: Portal, open_page: OpenPage) -> None:
    wall = opened_wall(open_page(), portal)
    width = wall.locator(".tile").first.bounding_box()
    for _ in range(8):
        wall.keyboard.press("+")
    wall.reload()
    expect(wall.locator(".tile").first).to_be_visible()
    larger = wall.locator(".tile").first.bounding_box()
    assert width
    assert larger
    assert larger["width"] > width["width"] * 1.2


def test_a_wall_of_somebody_who_signed_out_elsewhere_ends(portal: Portal, open_page: OpenPage) -> None:
    wall = opened_wall(open_page(), portal)
    second = wall.context.new_page()
    second.goto(portal.url)
    second.get_by_role("button", name="Sign out").click()
    expect(wall.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
