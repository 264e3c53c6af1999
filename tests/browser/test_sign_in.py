"""Signing in with a real browser: by name, by IP, with the keyboard alone, wrongly."""

import pytest
from playwright.sync_api import expect

from tests.browser.actions import OpenPage, Portal, connected, fill_in, run_in, sign_in


def test_a_student_signs_in_by_name_and_types(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    connected(page)
    run_in(page)


def test_a_student_signs_in_by_ip_and_types(portal: Portal, open_page: OpenPage) -> None:
    if not portal.ip_url:
        pytest.skip("MENTOR_TEST_PORTAL_IP is not set")
    page = open_page()
    sign_in(page, portal.student(), portal.ip_url)
    connected(page)
    run_in(page)


def test_the_keyboard_alone_is_enough(portal: Portal, open_page: OpenPage) -> None:
    page, student = open_page(), portal.student()
    page.goto(portal.url)
    expect(page.get_by_label("User name", exact=True)).to_be_focused()
    page.keyboard.type(student.username)
    page.keyboard.press("Tab")
    page.keyboard.type(student.password)
    page.keyboard.press("Enter")
    connected(page)
    expect(page.locator(".xterm-helper-textarea")).to_be_focused()
    run_in(page)
    page.keyboard.press("Shift+F6")
    expect(page.locator(".bar :focus")).to_be_visible()
    for _ in range(25):
        if page.locator(":focus").inner_text() == "Sign out":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("User name", exact=True)).to_be_visible()


def test_a_wrong_password_gets_the_same_answer_as_a_wrong_name(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    fill_in(page, portal.student(), portal.url, password="certainly-not-this")
    expect(page.get_by_role("alert")).to_have_text("The user name or the password is not right.")
    page.get_by_label("User name", exact=True).fill("nobody-of-that-name")
    page.get_by_label("Password", exact=True).fill("certainly-not-this")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("The user name or the password is not right.")


def test_signing_out_ends_the_session(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("User name", exact=True)).to_be_visible()
    page.goto(f"{portal.url}/terminal")
    expect(page.get_by_label("User name", exact=True)).to_be_visible()


def test_signing_out_closes_the_terminal_in_another_tab(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.student(), portal.url)
    tab = page.context.new_page()
    tab.goto(portal.url)
    connected(tab)
    page.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", name="You are signed out")).to_be_visible()
