"""The help queue of a class that is not there: groups, what stays under a hand, sound, and a tab that nobody sees."""

import re
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.told import Opened, Seats, asking, needing, queue, seat, tell

ON_JOINS = {"task": "joins", "title": "Joins"}


def posts(page: Page, refusal: str = "") -> list[tuple[str, Any]]:
    """What the page asks to be done from now on; nobody does it, or somebody says why not."""
    said: list[tuple[str, Any]] = []

    def hear(route: Route) -> None:
        said.append((route.request.url.rsplit("/", 1)[1], route.request.post_data_json))
        if refusal:
            route.fulfill(status=409, json={"message": refusal})
        else:
            route.fulfill(status=204)

    page.route("**/help/*/*", hear)
    return said


def three() -> Seats:
    return [asking(seat(number), number, **ON_JOINS) for number in (1, 2)] + [asking(seat(3), 3)]


def at_hand(page: Page) -> None:
    """The pointer on the first request."""
    page.locator(".request .question").first.hover()


def elsewhere(page: Page) -> None:
    page.mouse.move(5, 5)


def numbers(page: Page) -> list[str]:
    """As they stand."""
    return [str(one) for one in page.locator(".request").evaluate_all("all => all.map(one => one.dataset.number)")]


def test_requests_on_one_task_are_one_group_with_one_action_for_all(page: Page, opened: Opened) -> None:
    said = posts(page)
    opened([seat(1), seat(2), seat(3)], asked=three())
    heading = page.locator(".asked .task")
    expect(heading.locator(".on")).to_have_text("2 on “Joins”")
    heading.get_by_role("button", name="I come to all: Joins").focus()
    with page.expect_response("**/help/requests/claim"):
        page.keyboard.press("Enter")
    claimed = [one | {"by": "Grace", "by_id": "teacher"} for one in three()[:2]]
    tell(page, "queue", queue([*claimed, three()[2]]))
    expect(heading.get_by_role("button", name="I come to all: Joins")).to_be_hidden()
    expect(heading.get_by_role("button", name="Done with all: Joins")).to_be_focused()
    with page.expect_response("**/help/requests/resolve"):
        page.keyboard.press("Enter")
    assert said == [("claim", {"numbers": [1, 2]}), ("resolve", {"numbers": [1, 2]})]
    closed = [one | {"closed": "closed by Grace"} for one in claimed]
    tell(page, "queue", queue([*closed, three()[2]]))
    expect(page.locator(".request[data-number='3']").get_by_role("button", name="I come")).to_be_focused()
    for one in page.locator(".request[data-state=closed]").all():
        expect(one.get_by_role("button", name="Undo")).to_be_visible()


def test_nothing_runs_away_from_a_hand(page: Page, opened: Opened) -> None:
    opened([seat(number) for number in range(1, 6)], asked=[asking(seat(1), 1), asking(seat(2), 2)])
    page.set_viewport_size({"width": 1366, "height": 1400})
    at_hand(page)
    come = page.locator(".request[data-number='2']").get_by_role("button", name="I come")
    tell(page, "queue", queue([asking(seat(4), 4), asking(seat(2), 2)]))
    expect(page.locator(".request[data-number='1'] .how")).to_have_text("no longer in the queue")
    assert numbers(page) == ["1", "2", "4"]
    elsewhere(page)
    expect(page.locator(".request")).to_have_count(2)
    assert numbers(page) == ["4", "2"]
    come.focus()
    tell(page, "queue", queue([asking(seat(5), 5), asking(seat(2), 2, minutes=4)]))
    expect(page.locator(".request[data-number='2'] .waits")).to_have_text("4 min")
    expect(come).to_be_focused()


def test_the_second_of_two_teachers_is_told_in_words(page: Page, opened: Opened) -> None:
    posts(page, refusal="Linus was first.")
    opened([seat(1)], asked=[asking(seat(1), 1)])
    page.get_by_role("button", name="I come: Somebody 1").click()
    expect(page.locator("#queue-problem")).to_have_text("Linus was first.")
    expect(page.locator("#said")).to_have_text("Linus was first.")
    tell(page, "queue", queue([asking(seat(1), 1, by="Linus", by_id="lin")]))
    expect(page.locator(".request .how")).to_have_text("Linus is coming")
    expect(page.get_by_role("button", name="Put back: Somebody 1")).to_be_visible()


def test_who_asks_stands_before_who_is_stuck_with_the_first_keys(page: Page, opened: Opened) -> None:
    stuck = [seat(number, state="stuck", shape="▲") for number in (1, 2)]
    asked = [asking(seat(3), 3), asking(seat(4), 4, closed="closed by Grace")]
    opened([*stuck, seat(3), seat(4)], needs=[needing(one) for one in stuck], asked=asked)
    expect(page.locator(".request[data-number='3'] kbd")).to_have_text("1")
    expect(page.locator(".request[data-number='4'] kbd")).to_be_hidden()
    expect(page.locator("#needs kbd")).to_have_text(["2", "3"])
    page.keyboard.press("1")
    page.wait_for_url("**/watch/s03")


def test_the_sound_is_off_until_somebody_wants_it_and_the_tab_has_the_number(page: Page, opened: Opened) -> None:
    page.add_init_script(
        """window.tones = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...times) { window.tones += 1; return start.apply(this, times); };"""
    )
    opened([seat(1), seat(2)], asked=[asking(seat(1), 1)])
    expect(page).to_have_title(re.compile(r"^\(1\) Class"))
    tell(page, "queue", queue([asking(seat(1), 1), asking(seat(2), 2)]))
    expect(page).to_have_title(re.compile(r"^\(2\) Class"))
    assert page.evaluate("tones") == 0
    page.get_by_label("Sound").check()
    assert page.evaluate("tones") == 2, "this is what it sounds like"
    page.reload()
    expect(page.locator(".request")).to_have_count(1)
    expect(page.get_by_label("Sound")).to_be_checked()
    page.keyboard.press("Shift")  # the browser lets no sound through before
    expect(page.locator("#queue-hint")).to_be_hidden()
    assert page.evaluate("tones") == 0, "who had asked before is no news"
    tell(page, "queue", queue([asking(seat(1), 1), asking(seat(2), 2)]))
    expect(page.locator(".request")).to_have_count(2)
    assert page.evaluate("tones") == 2
    tell(page, "queue", queue([asking(seat(1), 1, by="Grace", by_id="teacher"), asking(seat(2), 2)]))
    expect(page).to_have_title(re.compile(r"^\(1\) Class"))
    tell(page, "queue", queue([]))
    expect(page).to_have_title(re.compile(r"^Class"))
    assert page.evaluate("tones") == 2


def test_a_wall_that_nobody_sees_still_hears_who_asks_and_wants_no_pictures(page: Page, opened: Opened) -> None:
    said = opened([seat(1)], asked=[])
    with page.expect_response("**/wall/sight"):
        page.evaluate(
            """Object.defineProperty(document, "hidden", { value: true, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));"""
        )
    assert said[-1]["ids"] == []
    tell(page, "queue", queue([asking(seat(1), 1)]))
    expect(page).to_have_title(re.compile(r"^\(1\) Class"))


def test_a_paused_queue_says_by_whom(page: Page, opened: Opened) -> None:
    opened([seat(1)], asked=[])
    expect(page.get_by_text("Nobody asks, nobody is stuck.")).to_be_visible()
    tell(page, "queue", queue([], paused="Linus"))
    expect(page.locator("#queue-paused")).to_contain_text("Paused by Linus")
    expect(page.get_by_role("button", name="Pause queue")).to_have_attribute("aria-pressed", "true")
