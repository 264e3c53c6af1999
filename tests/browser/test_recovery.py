"""Parts of the workshop die under open pages: each says what is wrong, and all come back by themselves."""

import contextlib
import os
import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import (
    OpenPage,
    Portal,
    ask_for_help,
    connected,
    fill_in,
    run_in,
    sign_in,
    tile_of,
    type_line,
)
from tests.browser.test_help import at_desk
from tests.workshop_kit import docker


@pytest.fixture
def containers(portal: Portal) -> str:
    if portal.containers is None:
        pytest.skip("this portal runs already: nothing of it is killed")
    return portal.containers


@contextlib.contextmanager
def dead(container: str) -> Iterator[None]:
    """Kill it; as if it could not be started again for as long as the block runs."""
    docker("kill", container)
    try:
        yield
    finally:
        docker("start", container)


class Class:
    """A student who asks for help and has something running, and a teacher's wall, queue and view of his terminal."""

    def __init__(self, portal: Portal, open_page: OpenPage) -> None:
        self.desk, self.wall = open_page(), open_page()
        self.student = at_desk(self.desk, portal, 2)
        sign_in(self.wall, portal.teacher, portal.url)
        self.queue, self.watch = self.wall.context.new_page(), self.wall.context.new_page()
        self.queue.goto(f"{portal.url}/help")
        self.watch.goto(f"{portal.url}/watch/{self.student.id}")
        self.tile = tile_of(self.wall, self.student)
        connected(self.watch)
        ask_for_help(self.desk, "it is dark in here")
        expect(self.desk.locator("#ask-label")).to_have_text("You are next")
        self.interrupt()
        run_in(self.desk)
        type_line(self.desk, "clear; kept=still-here; echo kept=$kept; cat > /dev/null")
        expect(self.tile.locator(".letters")).to_contain_text("kept=still-here")

    def interrupt(self) -> None:
        """End what runs in the shell."""
        self.desk.locator(".xterm-helper-textarea").focus()
        self.desk.keyboard.press("Control+C")

    def assert_all_is_back(self) -> None:
        """Nobody has touched a page, and nothing is lost: the shell, what ran in it, the queue."""
        for page in (self.desk, self.watch):
            expect(page.locator("#state")).to_have_attribute("data-state", "connected")
            expect(page.locator("#curtain")).to_be_hidden()
            expect(page.locator(".xterm-rows")).to_contain_text("kept=still-here")
        for page in (self.wall, self.queue):
            expect(page.locator("#lost")).to_be_hidden()
        self.interrupt()
        type_line(self.desk, "clear; echo $kept")
        for page in (self.desk, self.watch):
            expect(page.locator(".xterm-rows")).to_contain_text(re.compile("^still-here", re.MULTILINE))
        expect(self.tile.locator(".letters")).to_contain_text(re.compile("^still-here", re.MULTILINE))
        expect(self.tile).to_have_attribute("data-state", "asked")
        expect(self.queue.locator(".request")).to_contain_text("it is dark in here")
        expect(self.desk.locator("#ask-label")).to_have_text("You are next")


@pytest.fixture
def lesson(portal: Portal, open_page: OpenPage, containers: str) -> Iterator[Class]:
    assert containers
    made = Class(portal, open_page)
    yield made
    made.interrupt()
    made.desk.evaluate("fetch('/help/withdraw', { method: 'POST' })")


def assert_pages_say_so(lesson: Class) -> None:
    for page in (lesson.desk, lesson.watch):
        expect(page.locator("#curtain-title")).to_have_text("The connection is lost")
        expect(page.locator("#curtain-text")).to_contain_text("This page tries again by itself")
    for page in (lesson.wall, lesson.queue):
        expect(page.locator("#lost")).to_be_visible()


@pytest.mark.parametrize("part", ["spyglass", "gateway"])
def test_pages_say_that_the_line_is_lost_and_find_it_again(lesson: Class, containers: str, part: str) -> None:
    with dead(containers + part):
        assert_pages_say_so(lesson)
    lesson.assert_all_is_back()


def test_a_web_app_that_crashes_is_started_again_and_nobody_has_to_do_anything(lesson: Class, containers: str) -> None:
    container = f"{containers}spyglass"
    before = docker("inspect", "-f", "{{.State.StartedAt}}", container)
    os.kill(int(docker("inspect", "-f", "{{.State.Pid}}", container)), signal.SIGKILL)
    expect(lesson.desk.locator("#state")).not_to_have_attribute("data-state", "connected")
    lesson.assert_all_is_back()
    assert docker("inspect", "-f", "{{.State.StartedAt}}", container) != before


def test_a_seat_that_dies_is_said_to_and_comes_back_with_its_files(lesson: Class, containers: str) -> None:
    desk = lesson.desk
    lesson.interrupt()
    type_line(desk, "echo kept=in-a-file > ~/kept.txt; sync")
    run_in(desk)
    with dead(f"{containers}seat-{lesson.student.id}"):
        for page in (desk, lesson.watch):
            expect(page.locator("#curtain-title")).to_have_text("This machine does not answer")
        expect(lesson.tile).to_contain_text("does not answer")
        expect(lesson.queue.locator(".request")).to_contain_text("it is dark in here")
    for page in (desk, lesson.watch):
        expect(page.locator("#state")).to_have_attribute("data-state", "connected")
        expect(page.locator("#curtain")).to_be_hidden()
    type_line(desk, "clear; cat ~/kept.txt")
    for page in (desk, lesson.watch):
        expect(page.locator(".xterm-rows")).to_contain_text("kept=in-a-file")
    expect(lesson.tile.locator(".letters")).to_contain_text("kept=in-a-file")


def test_without_the_directory_who_is_in_works_on_and_who_is_not_is_told_why(
    lesson: Class, portal: Portal, open_page: OpenPage, containers: str
) -> None:
    late = open_page()
    with dead(f"{containers}directory"):
        fill_in(late, portal.student(1), portal.url)
        expect(late.get_by_role("alert")).to_contain_text("does not answer")
        lesson.assert_all_is_back()
    sign_in_again(late, portal)


def sign_in_again(page: Page, portal: Portal) -> None:
    """As soon as the directory answers; the form says so until then."""
    for _ in range(20):
        fill_in(page, portal.student(1), portal.url)
        out = page.get_by_role("button", name="Sign out")
        # The desk has alerts of its own, which are there before its style hides them.
        expect(out.or_(page.locator("#problem"))).to_be_visible()
        if out.is_visible():
            return
        page.wait_for_timeout(1000)
    pytest.fail("nobody can sign in")
