"""A student's own terminal: it survives reloads, tabs and a lost line, and nothing in it acts on the page."""

from functools import partial

from playwright.sync_api import Page, expect

from tests.browser.actions import OpenPage, Portal, connected, run_in, screen, sign_in, type_line
from tests.waiting import until

SPARE = 40  # pixels: more than a line, less than two


def test_a_reload_keeps_the_session(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    connected(page)
    word = run_in(page)
    page.reload()
    connected(page)
    expect(page.locator(".xterm-rows")).to_contain_text(word)


def test_a_second_tab_shows_the_same(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    connected(page)
    tab = page.context.new_page()
    tab.goto(portal.url)
    connected(tab)
    word = run_in(page)
    expect(tab.locator(".xterm-rows")).to_contain_text(word)


def test_the_seat_follows_the_windows_size(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    connected(page)
    type_line(page, "clear; while sleep 0.3; do echo size=$(stty size | tr ' ' x)=; done")
    expect(page.locator(".xterm-rows")).to_contain_text("size=")
    lines = page.locator(".xterm-rows > div")
    before = lines.count()
    page.set_viewport_size({"width": 900, "height": 500})
    until(lambda: lines.count() != before, "the terminal has other lines")
    until(lambda: f"size={lines.count()}x" in screen(page), "the seat has as many lines as the terminal")
    page.keyboard.press("Control+C")


def fits(page: Page) -> bool:
    """Whether the terminal fills its place on the page, to within a line and a column, and nothing beyond."""
    box, stage = page.locator(".xterm-screen").bounding_box(), page.locator("#screen").bounding_box()
    assert box is not None
    assert stage is not None
    across = stage["x"] + stage["width"] - box["x"] - box["width"]
    down = stage["y"] + stage["height"] - box["y"] - box["height"]
    return 0 <= across < SPARE and 0 <= down < SPARE


def test_the_last_column_and_row_are_on_the_page(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    for width, height in ((390, 844), (1366, 768), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        connected(page)
        until(partial(fits, page), f"it fits at {width} pixels")


def test_it_reconnects_by_itself_and_says_so(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    page.clock.install()  # a dead line is noticed by its silence, which the test need not wait for
    sign_in(page, portal.student(), portal.url)
    connected(page)
    word = run_in(page)
    # It may be there again a moment later.
    page.locator("#state").evaluate(
        """state => {
            window.states = [];
            new MutationObserver(() => window.states.push(state.dataset.state)).observe(state, { attributes: true });
        }"""
    )
    page.context.set_offline(True)
    page.clock.fast_forward(20_000)
    until(lambda: {"lost", "connecting"} & set(page.evaluate("window.states")), "the line is lost")
    page.context.set_offline(False)
    page.clock.fast_forward(10_000)
    connected(page)
    expect(page.locator(".xterm-rows")).to_contain_text(word)


def test_what_is_marked_with_the_mouse_can_be_copied_and_pasted(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, portal.student(), portal.url)
    connected(page)
    page.evaluate("navigator.clipboard.writeText('')")  # what another page copied is still in it
    word = run_in(page)
    box = page.locator(".xterm-rows > div").first.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + 12, box["y"] + box["height"] / 2)
    page.keyboard.press("Control+Shift+C")
    page.wait_for_function("navigator.clipboard.readText().then(text => text.length > 3)")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied in word
    page.evaluate("text => navigator.clipboard.writeText(text)", "clear; echo pas''ted-here")
    page.locator(".xterm-helper-textarea").focus()
    page.keyboard.press("Control+Shift+V")
    page.keyboard.press("Enter")
    expect(page.locator(".xterm-rows")).to_contain_text("pasted-here")


def test_titles_links_and_the_clipboard_are_out_of_a_programs_reach(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, portal.student(), portal.url)
    connected(page)
    page.evaluate("navigator.clipboard.writeText('untouched')")
    title = page.title()
    # Straight to the terminal's own device, past tmux.
    codes = r"\033]0;owned\007\033]52;c;b3duZWQ=\007\033]8;;https://example.invalid\007link\033]8;;\007"
    type_line(page, f"printf '{codes}' > $(tmux display -p '#{{client_tty}}'); sleep 0.5; clear")
    run_in(page)
    assert page.title() == title
    assert page.evaluate("navigator.clipboard.readText()") == "untouched"
    assert page.locator(".xterm-rows a").count() == 0


def test_a_flood_is_stopped_at_once(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    connected(page)
    type_line(page, "clear; yes flood")
    expect(page.locator(".xterm-rows")).to_contain_text("flood")
    page.keyboard.press("Control+C")
    run_in(page)
    expect(page.locator(".xterm-rows")).not_to_contain_text("flood")
