"""What else is on a desk: the card of one's database, the time that is left, and signing out everywhere."""

import datetime as dt
import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.actions import OpenPage, Portal, connected, sign_in
from tests.browser.axe import serious

Facts = Callable[[Callable[[dict[str, Any]], None]], None]
FILE = "/var/lib/spyglass/class.json"


@pytest.fixture
def facts(portal: Portal) -> Iterator[Facts]:
    """Changes what the web app is told of the class, as `up` does; at the end it is told the former."""
    if portal.containers is None:
        pytest.skip("this portal's class is not ours to change")
    container = f"{portal.containers}spyglass"

    def put(text: str) -> None:
        subprocess.run(["docker", "exec", "-i", container, "class-put"], input=text.encode(), check=True)

    read = ["docker", "exec", container, "cat", FILE]
    before = subprocess.run(read, check=True, stdout=subprocess.PIPE).stdout.decode()

    def change(how: Callable[[dict[str, Any]], None]) -> None:
        values = json.loads(before)
        how(values)
        put(json.dumps(values))

    yield change
    put(before)


def ends_in(minutes: int) -> Callable[[dict[str, Any]], None]:
    def change(values: dict[str, Any]) -> None:
        end = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes, seconds=30)
        values["event"]["end"] = end.isoformat()

    return change


def test_the_time_that_is_left_is_shown_and_an_extension_at_once(
    portal: Portal, open_page: OpenPage, facts: Facts
) -> None:
    facts(ends_in(130))
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    connected(page)
    expect(page.locator("#clock-text")).to_contain_text("until ")
    facts(ends_in(9))
    expect(page.locator("#clock")).to_have_attribute("data-state", "soon")
    expect(page.locator("#clock-text")).to_contain_text("10 min left, now until")
    expect(page.locator("#clock-said")).to_contain_text("now goes on until")
    page.reload()
    expect(page.locator("#clock-text")).to_contain_text("min left: save your work")
    assert serious(page) == []
    facts(ends_in(-2))
    expect(page.locator("#clock-text")).to_contain_text("ended at")


def test_the_card_of_the_database_can_be_copied(portal: Portal, open_page: OpenPage, facts: Facts) -> None:
    facts(lambda values: values.update(database_is_open=True))
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, portal.student(), portal.url)
    connected(page)
    page.get_by_role("button", name="My database").click()
    card = page.get_by_role("region", name="My database")
    card.get_by_role("button", name="Copy: URL").click()
    expect(card.locator(".connection-said")).to_contain_text("Copied: postgresql://")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"postgresql://{portal.student().id}@")
    assert portal.student().password not in page.content()
    assert serious(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{portal.url}/connection")
    expect(page.locator(".connection-code svg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []


def test_signing_out_everywhere_closes_the_other_browser_too(portal: Portal, open_page: OpenPage) -> None:
    left_open, here = open_page(), open_page()
    for page in (left_open, here):
        sign_in(page, portal.student(1), portal.url)
        connected(page)
    here.goto(f"{portal.url}/password")
    here.get_by_role("button", name="Sign out everywhere").click()
    expect(here.get_by_label("User name", exact=True)).to_be_visible()
    expect(left_open.locator("#curtain-title")).to_have_text("You are signed out")
