"""The wall of a class that is not there: arranging, sorting, many seats, sight and sizes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.told import Opened, Seats, needing, picture, seat, tell, whole

COLOURS = ("red", "blue", "")


def ids(page: Page) -> list[str]:
    """As they stand."""
    return [str(one) for one in page.locator(".tile").evaluate_all("all => all.map(one => one.dataset.id)")]


def three() -> Seats:
    return [seat(1), seat(2, done=1), seat(3, state="stuck", shape="▲", minutes=14, done=2)]


def test_tiles_stay_whatever_happens_and_are_moved_by_hand(page: Page, opened: Opened) -> None:
    opened(three())
    assert ids(page) == ["s01", "s02", "s03"]
    tell(page, "tile", seat(1, state="stuck", shape="▲", minutes=40))
    expect(page.locator(".tile[data-id=s01] .word")).to_have_text("stuck")
    assert ids(page) == ["s01", "s02", "s03"]
    page.locator(".tile[data-id=s03]").drag_to(page.locator(".tile[data-id=s01]"), target_position={"x": 10, "y": 50})
    expect(page.locator(".tile").first).to_have_attribute("data-id", "s03")
    assert ids(page) == ["s03", "s01", "s02"]
    page.reload()
    expect(page.locator(".tile")).to_have_count(3)
    assert ids(page) == ["s03", "s01", "s02"], "this browser remembers"


def test_a_tile_is_moved_and_pinned_by_keyboard_and_keeps_the_focus(page: Page, opened: Opened) -> None:
    opened(three())
    face = page.locator(".tile[data-id=s01] .face")
    face.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(face).to_be_focused()
    assert ids(page) == ["s02", "s01", "s03"]
    page.locator(".tile[data-id=s03] .face").focus()
    page.keyboard.press("p")
    expect(page.locator(".tile[data-id=s03] .face")).to_be_focused()
    assert ids(page) == ["s03", "s02", "s01"]
    expect(page.get_by_role("heading", name="Pinned")).to_be_visible()
    tell(page, "tile", seat(3, reason="something else"))
    expect(page.locator(".tile[data-id=s03] .face")).to_be_focused()
    page.keyboard.press("p")
    assert ids(page) == ["s02", "s01", "s03"]


def test_everything_that_dragging_does_a_finger_does_without(page: Page, opened: Opened) -> None:
    opened(three())
    page.get_by_role("button", name="Arrange Somebody 2").click()
    dialog = page.get_by_role("dialog", name="Somebody 2")
    dialog.get_by_role("button", name="Earlier").click()
    assert ids(page) == ["s02", "s01", "s03"]
    dialog.get_by_label("Group").fill("By the window")
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_be_hidden()
    page.locator("#grouped").check()
    expect(page.get_by_role("heading", name="By the window")).to_be_visible()
    page.get_by_role("combobox", name="Group", exact=True).select_option("By the window")
    expect(page.locator(".tile")).to_have_count(1)


def test_sorting_is_on_purpose_and_can_be_undone(page: Page, opened: Opened) -> None:
    opened(three())
    expect(page.get_by_role("button", name="Undo sort")).to_be_hidden()
    page.get_by_label("Sort now").select_option("done")
    assert ids(page) == ["s02", "s03", "s01"]
    tell(page, "tile", seat(2, done=9))
    expect(page.locator(".tile[data-id=s02] .done")).to_have_text("9/9")
    assert ids(page) == ["s02", "s03", "s01"]
    page.get_by_role("button", name="Undo sort").click()
    assert ids(page) == ["s01", "s02", "s03"]


def test_who_needs_somebody_stands_beside_in_order_with_a_key(page: Page, opened: Opened) -> None:
    seats = three()
    opened(seats, needs=[needing(seats[2])])
    lines = page.locator("#needs li")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("14 min on “Joins”, usual 5 min")
    expect(lines.first).to_contain_text("nobody was there yet")
    expect(page.locator("#said")).to_have_text("")
    tell(page, "class", whole(seats, needs=[needing(seats[1], "20 min on “Joins”"), needing(seats[2])]))
    expect(page.locator("#said")).to_have_text("Somebody 2 needs you: 20 min on “Joins”")
    expect(lines.first).to_contain_text("Somebody 2")
    lines.first.get_by_role("link").focus()
    tell(page, "class", whole(seats, needs=[needing(seats[2])]))
    expect(lines.first.get_by_role("link")).to_be_focused()  # nothing runs away from under a hand
    page.keyboard.press("2")
    page.wait_for_url("**/watch/s03")


def test_pictures_are_asked_for_where_they_are_seen(page: Page, opened: Opened) -> None:
    said = opened([seat(number) for number in range(60)])
    page.get_by_label("Size of the tiles").fill("700")

    def until(wanted: Callable[[dict[str, Any]], object]) -> None:
        for _ in range(600):
            if said and wanted(said[-1]):
                return
            page.wait_for_timeout(100)
        pytest.fail(str(said[-1:]))

    until(lambda last: 0 < len(last["ids"]) < 10 and "s00" in last["ids"])
    page.locator(".tile").last.scroll_into_view_if_needed()
    until(lambda last: "s59" in last["ids"] and "s00" not in last["ids"])
    page.get_by_label("Pictures").select_option("5")
    until(lambda last: last["pace"] == 5)
    page.get_by_role("button", name="Pause", exact=True).click()
    until(lambda last: last["ids"] == [])
    expect(page.get_by_text("The pictures stand still.")).to_be_visible()
    page.keyboard.press("s")
    until(lambda last: last["ids"])
    page.keyboard.press("v")
    until(lambda last: last["ids"] == [])


def test_a_group_alone_is_shown_as_tiles_and_as_a_list(page: Page, opened: Opened) -> None:
    opened([seat(number, group=COLOURS[number % 3]) for number in range(6)])
    chooser = page.get_by_role("combobox", name="Group", exact=True)
    assert chooser.locator("option").all_inner_texts() == ["everybody", "blue", "red"]
    chooser.select_option("red")
    assert ids(page) == ["s00", "s03"]
    page.get_by_role("button", name="List", exact=True).click()
    expect(page.locator("#table tbody tr")).to_have_count(2)
    chooser.select_option("everybody")
    expect(page.locator("#table tbody tr")).to_have_count(6)


def test_without_groups_there_is_nothing_to_choose(page: Page, opened: Opened) -> None:
    opened([seat(1)])
    expect(page.get_by_role("combobox", name="Group", exact=True)).to_be_hidden()
    expect(page.locator("#grouped")).to_be_hidden()


def test_more_than_a_hundred_seats_begin_as_a_list_until_somebody_wants_tiles(page: Page, opened: Opened) -> None:
    opened([seat(number) for number in range(101)])
    expect(page.locator("#table tbody tr")).to_have_count(101)
    expect(page.locator(".tile")).to_have_count(0)
    page.get_by_role("button", name="Tiles", exact=True).click()
    expect(page.locator(".tile")).to_have_count(101)
    page.reload()
    expect(page.locator(".tile")).to_have_count(101)


def test_the_list_is_sorted_by_any_column_and_says_what_tiles_say(page: Page, opened: Opened) -> None:
    seats = [*three(), seat(4, answers=False, terminals=0, watchers=["Grace"], visited=66)]
    opened(seats)
    page.keyboard.press("v")
    rows = page.locator("#table tbody tr")
    expect(rows).to_have_count(4)
    last = page.locator("#table tr[data-id=s04]")
    expect(last.locator(".cell-seat")).to_have_text("does not answer")
    expect(last.locator(".cell-open")).to_have_text("not open · watched by Grace")
    expect(last.locator(".cell-visited")).to_have_text("1 h 06 ago")
    page.get_by_role("button", name="Tasks", exact=True).click()
    expect(page.get_by_role("columnheader", name="Tasks")).to_have_attribute("aria-sort", "ascending")
    expect(rows.first).to_have_attribute("data-id", "s02")
    page.get_by_role("button", name="Tasks", exact=True).click()
    expect(rows.last).to_have_attribute("data-id", "s02")
    expect(page.locator("#count")).to_contain_text("1 seat does not answer")


def test_size_is_remembered_and_everybody_fits_when_asked(page: Page, opened: Opened) -> None:
    opened([seat(number) for number in range(32)])
    page.set_viewport_size({"width": 1920, "height": 1080})
    fits = "document.documentElement.scrollHeight <= innerHeight"
    page.wait_for_function(fits)
    for _ in range(6):
        page.keyboard.press("+")
    assert not page.evaluate(fits)
    page.reload()
    expect(page.locator(".tile")).to_have_count(32)
    assert not page.evaluate(fits)
    page.keyboard.press("0")
    page.wait_for_function(fits)


def test_a_seat_that_does_not_answer_says_so_over_its_last_picture(page: Page, opened: Opened) -> None:
    opened([seat(1)])
    tell(page, "picture", picture(seat(1), "the last one"))
    tell(page, "picture", {"id": "s01", "problem": "does not answer"})
    expect(page.locator(".shot.lost")).to_contain_text("This seat does not answer")
    expect(page.locator(".letters")).to_contain_text("the last one")
    tell(page, "picture", picture(seat(1), "again"))
    expect(page.locator(".shot.lost")).to_have_count(0)


def test_who_comes_and_who_goes(page: Page, opened: Opened) -> None:
    opened(three())
    tell(page, "tile", seat(4))
    tell(page, "class", whole([seat(1), seat(3), seat(4)]))
    expect(page.locator(".tile")).to_have_count(3)
    assert ids(page) == ["s01", "s03", "s04"]
    tell(page, "class", whole([]))
    expect(page.get_by_text("There are no students in this class yet.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 768, 1920])
def test_it_fits_every_window(page: Page, opened: Opened, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    long = "A name that has no end and then some more of it"
    seats = [seat(number, name=long, task=long, group=long, database=False, answers=False) for number in range(12)]
    opened(seats, needs=[needing(one, f"{long} {long}") for one in seats], flagged=[long], grader=False)
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("v")
    expect(page.get_by_text(re.compile("does not answer: nothing new"))).to_be_visible()
