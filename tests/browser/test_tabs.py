"""Above one's own terminal: windows as tabs, a search in what has scrolled away, and how it looks."""

from playwright.sync_api import Page, expect

from tests.browser.actions import OpenPage, Portal, connected, run_in, screen, sign_in, type_line
from tests.browser.axe import serious
from tests.waiting import until


def at_terminal(open_page: OpenPage, portal: Portal, number: int = 1) -> Page:
    page = open_page()
    sign_in(page, portal.student(number), portal.url)
    connected(page)
    expect(page.get_by_role("tab").first).to_be_visible()
    return page


def close_all_but_one(page: Page) -> None:
    tabs = page.get_by_role("tab")
    while (count := tabs.count()) > 1:
        for _ in range(2):
            page.locator(".tab-close").last.click()
        expect(tabs).to_have_count(count - 1)


def test_windows_are_tabs(portal: Portal, open_page: OpenPage) -> None:
    page = at_terminal(open_page, portal)
    close_all_but_one(page)
    first = run_in(page)
    page.get_by_role("button", name="New window").click()
    expect(page.get_by_role("tab")).to_have_count(2)
    expect(page.get_by_role("tab", selected=True)).to_have_text("2 bash")
    expect(page.locator(".xterm-helper-textarea")).to_be_focused()
    expect(page.locator(".xterm-rows")).not_to_contain_text(first)
    type_line(page, "clear; echo h''ere; sleep 600")
    expect(page.get_by_role("tab", selected=True)).to_have_text("2 sleep")
    page.get_by_role("tab", name="1 bash").click()
    expect(page.locator(".xterm-rows")).to_contain_text(first)
    # By keyboard, and what runs is not ended by one press.
    page.get_by_role("tab", selected=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", selected=True)).to_have_text("2 sleep")
    page.get_by_role("button", name="Close window 2").click()
    page.get_by_role("button", name="End what runs in window 2, and close it?").click()
    expect(page.get_by_role("tab")).to_have_count(1)
    expect(page.locator(".tab-close")).to_have_count(0)
    expect(page.locator(".xterm-rows")).to_contain_text(first)


def test_what_has_scrolled_away_is_found(portal: Portal, open_page: OpenPage) -> None:
    page = at_terminal(open_page, portal)
    type_line(page, "clear; seq -f 'line %g.' 1 300")
    expect(page.locator(".xterm-rows")).to_contain_text("line 300.")
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("LINE 12.")
    page.keyboard.press("Enter")
    expect(page.locator("#find-said")).to_have_text("1 found")
    expect(page.locator(".xterm-rows")).to_contain_text("line 12.")
    page.keyboard.press("Control+a")
    page.keyboard.type("nothing of the kind")
    page.keyboard.press("Enter")
    expect(page.locator("#find-said")).to_have_text("Not found")
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_hidden()
    expect(page.locator(".xterm-helper-textarea")).to_be_focused()
    run_in(page)


def test_how_it_looks_is_kept(portal: Portal, open_page: OpenPage) -> None:
    page = at_terminal(open_page, portal)
    background = "getComputedStyle(document.querySelector('.xterm-viewport')).backgroundColor"
    page.get_by_role("button", name="How the terminal looks").click()
    page.get_by_label("Colours").select_option("light")
    page.get_by_label("Read out by a screen reader").check()
    before = page.locator(".xterm-rows > div").count()
    page.get_by_role("button", name="Larger text").click()
    until(lambda: page.locator(".xterm-rows > div").count() < before, "fewer lines fit")
    assert serious(page) == []
    page.reload()
    connected(page)
    until(lambda: page.evaluate(background) == "rgb(255, 255, 255)", "it is light")
    word = run_in(page)
    expect(page.locator(".xterm-accessibility")).to_contain_text(word)
    page.get_by_role("button", name="How the terminal looks").click()
    for theme in ("distinct", "contrast", "dark"):
        page.get_by_label("Colours").select_option(theme)
    until(lambda: page.evaluate(background) == "rgb(16, 22, 21)", "it is dark")


def test_what_is_typed_while_the_line_is_away_is_not_lost(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    page.clock.install()
    sign_in(page, portal.student(1), portal.url)
    connected(page)
    run_in(page)
    page.context.set_offline(True)
    page.clock.fast_forward(20_000)
    expect(page.locator("#state")).not_to_have_attribute("data-state", "connected")
    page.locator(".xterm-helper-textarea").focus()
    page.keyboard.type("echo ke''pt")
    page.context.set_offline(False)
    page.clock.fast_forward(3_000)
    connected(page)
    until(lambda: "echo ke''pt" in screen(page), "it is typed now")
    page.keyboard.press("Enter")
    expect(page.locator(".xterm-rows")).to_contain_text("kept")
