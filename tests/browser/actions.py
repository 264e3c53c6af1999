"""What a person does in the browser, and who there is to do it."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.waiting import PATIENCE

SLOW = 1000 * PATIENCE  # milliseconds

OpenPage = Callable[[], Page]


@dataclass(frozen=True)
class Account:
    """One line of the credentials."""

    id: str
    username: str
    password: str
    role: str


@dataclass(frozen=True)
class Portal:
    """Where it is, and who may sign in."""

    url: str
    ip_url: str | None
    accounts: tuple[Account, ...]
    containers: str | None = None  # what the names of its containers begin with, where they may be killed

    def student(self, number: int = 0) -> Account:
        """One of the students."""
        return [account for account in self.accounts if account.role == "student"][number]

    @property
    def teacher(self) -> Account:
        """The first teacher."""
        return next(account for account in self.accounts if account.role == "teacher")


def fill_in(page: Page, account: Account, url: str, password: str | None = None) -> None:
    """Open the portal and send the form."""
    page.goto(url)
    page.get_by_label("User name", exact=True).fill(account.username)
    page.get_by_label("Password", exact=True).fill(password or account.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_in(page: Page, account: Account, url: str, password: str | None = None) -> None:
    """The same, and it works."""
    fill_in(page, account, url, password)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.wait_for_load_state()  # what is typed before its scripts run leads nowhere


def ask_for_help(page: Page, question: str, task: str | None = None) -> None:
    """A student asks; ``task`` by its id, the one that is proposed where there is none."""
    page.locator("#ask-button").click()
    if task is not None:
        page.get_by_label("Which task is it about?").select_option(task)
    page.get_by_label("What is wrong?").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#ask")).to_have_attribute("data-state", "waiting")


def tile_of(page: Page, account: Account) -> Locator:
    """One person's tile on the teacher's wall."""
    return page.locator(f".tile[data-id='{account.id}']")


def screen(page: Page) -> str:
    """The text that the terminal shows."""
    return str(page.locator(".xterm-rows").inner_text()).replace("\xa0", " ")


def connected(page: Page) -> None:
    """Wait until the terminal is there."""
    expect(page.locator("#state")).to_have_attribute("data-state", "connected")


def type_line(page: Page, text: str) -> None:
    """Type into the terminal and press Enter."""
    page.locator(".xterm-helper-textarea").focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def run_in(page: Page, label: str = "done") -> str:
    """Run a command whose output cannot be mistaken for what was typed; returns that output once it is shown."""
    word = f"{label}-{secrets.token_hex(4)}"
    head, tail = word[:6], word[6:]
    type_line(page, f"clear; echo {head}''{tail}")
    expect(page.locator(".xterm-rows")).to_contain_text(re.compile(re.escape(word)))
    return word
