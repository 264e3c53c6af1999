"""What is hostile on the wall of a class that is not there: names, tasks, groups, and whatever a picture holds."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.told import Opened, needing, picture, seat, tell

EVIL = "<img src=x onerror=alert(1)>\u202e\u0301"


def test_what_people_are_called_is_text_everywhere(page: Page, opened: Opened) -> None:
    one = seat(1, name=EVIL, group=EVIL, task=EVIL, reason=EVIL, watchers=[EVIL], state="stuck", shape="▲")
    opened([one, seat(2)], needs=[needing(one, EVIL)], flagged=[EVIL])
    page.locator("#grouped").check()
    page.get_by_role("button", name="Arrange <img").click()
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    expect(page.locator("#table tbody tr")).to_have_count(2)
    assert page.locator("main img, main script, dialog img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>", "W" * 32_000, "\n" * 3000, "\x1b[31m" * 2000 + "x", "\u05d0\u05d1 \ufdfd" * 400,
        "Z" + "\u0301" * 5000, "\x1b]8;;https://evil.example\x07a\x1b]8;;\x07",
        "\x1b[48;2;1;2;3;38;5;999;;;;m\x1b[-1mx",
    ],
)  # fmt: skip
def test_no_picture_reaches_out_of_its_tile(page: Page, opened: Opened, text: str) -> None:
    opened([seat(1), seat(2)])
    before = page.locator(".tile[data-id=s02]").bounding_box()
    tell(page, "picture", picture(seat(1), text, columns=500, rows=300))
    tell(page, "picture", picture(seat(2), "the end"))
    expect(page.locator(".tile[data-id=s02] .letters")).to_contain_text("the end")
    assert page.locator(".tile[data-id=s02]").bounding_box() == before
    assert page.locator(".shot").locator("img, a, script, style").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert page.locator(".tile[data-id=s01] .letters > span").count() == 300
