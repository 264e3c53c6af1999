"""One's own files, from the desk: looked at, loaded down, uploaded with progress, replaced only when asked."""

import hashlib
import os
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import OpenPage, Portal, connected, run_in, sign_in, type_line
from tests.browser.axe import serious


def files(open_page: OpenPage, portal: Portal, width: int = 1366) -> tuple[Page, Locator]:
    """A desk with its panel of files open, and nothing of an earlier test in the way."""
    page = open_page()
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, portal.student(1), portal.url)
    connected(page)
    if width < 800:
        page.get_by_role("button", name="Terminal", exact=True).click()
    run_in(page)
    type_line(page, "clear; rm -rf ~/workshop/mine; mkdir ~/workshop/mine; echo 'SELECT 1;' > ~/workshop/mine/a.sql")
    run_in(page)
    page.get_by_role("button", name="Files", exact=True).click()
    panel = page.get_by_role("region", name="My files")
    panel.get_by_role("button", name="mine/").click()
    expect(panel.get_by_role("link", name="a.sql")).to_be_visible()
    return page, panel


def test_a_file_is_loaded_down(portal: Portal, open_page: OpenPage) -> None:
    page, panel = files(open_page, portal)
    expect(panel.locator("tbody tr")).to_have_count(1)
    expect(panel.locator("tbody .number")).to_have_text("10 bytes")
    with page.expect_download() as loading:
        panel.get_by_role("link", name="a.sql").click()
    assert loading.value.suggested_filename == "a.sql"
    assert Path(loading.value.path()).read_text() == "SELECT 1;\n"
    panel.get_by_role("button", name="Home").click()
    expect(panel.get_by_role("button", name="workshop/", exact=True)).to_be_visible()
    assert serious(page) == []


def test_files_are_uploaded_in_pieces_and_replaced_only_when_asked(
    portal: Portal, open_page: OpenPage, tmp_path: Path
) -> None:
    page, panel = files(open_page, portal)
    large = tmp_path / "large file.bin"
    large.write_bytes(os.urandom(3_000_000))
    page.locator("#files-input").set_input_files([large])
    expect(panel.get_by_role("link", name="large file.bin")).to_be_visible()
    expect(panel.locator("tr", has_text="large file.bin").locator(".number")).to_have_text("2.9 MiB")
    other = tmp_path / "a.sql"
    other.write_text("mine\n")
    page.locator("#files-input").set_input_files([other])
    panel.get_by_role("button", name="Leave it").click()
    expect(panel.locator("#files-going li")).to_have_count(0)
    page.locator("#files-input").set_input_files([other])
    panel.get_by_role("button", name="Replace, and keep the old one beside it").click()
    expect(panel.get_by_role("link", name="a.sql.~1~")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    type_line(
        page, "clear; cat ~/workshop/mine/a.sql*; sha256sum ~/workshop/mine/large*; ls -A ~/workshop/mine | wc -l"
    )
    expect(page.locator(".xterm-rows")).to_contain_text(hashlib.sha256(large.read_bytes()).hexdigest()[:40])
    expect(page.locator(".xterm-rows")).to_contain_text("SELECT 1;")
    expect(page.locator(".xterm-rows")).to_contain_text("mine")


def test_on_a_phone_they_fit(portal: Portal, open_page: OpenPage) -> None:
    page, _ = files(open_page, portal, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
