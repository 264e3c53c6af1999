"""A student changes his password, and changes it back."""

from playwright.sync_api import Page, expect

from tests.browser.actions import OpenPage, Portal, connected, fill_in, sign_in

NEW = "a-new-one-for-the-test"


def change(page: Page, portal: Portal, old: str, new: str, again: str | None = None) -> None:
    page.goto(f"{portal.url}/password")
    page.get_by_label("Old password", exact=True).fill(old)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again", exact=True).fill(again or new)
    page.get_by_role("button", name="Change password").click()


def test_a_changed_password_is_the_one_that_counts(portal: Portal, open_page: OpenPage) -> None:
    student = portal.student(1)
    page, elsewhere = open_page(), open_page()
    sign_in(page, student, portal.url)
    sign_in(elsewhere, student, portal.url)
    connected(elsewhere)
    change(page, portal, student.password, NEW)
    try:
        expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
        expect(elsewhere.get_by_role("heading", name="You are signed out")).to_be_visible()
        fill_in(elsewhere, student, portal.url)
        expect(elsewhere.get_by_role("alert")).to_be_visible()
        sign_in(elsewhere, student, portal.url, NEW)
    finally:
        change(page, portal, NEW, student.password)
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()


def test_what_is_wrong_with_a_new_password_is_said_in_words(portal: Portal, open_page: OpenPage) -> None:
    student = portal.student(1)
    page = open_page()
    sign_in(page, student, portal.url)
    change(page, portal, student.password, "short")
    expect(page.get_by_role("alert")).to_contain_text("too short")
    change(page, portal, student.password, NEW, again="another one")
    expect(page.get_by_role("alert")).to_contain_text("differ")
    change(page, portal, "not the old one", NEW)
    expect(page.get_by_role("alert")).to_contain_text("old password is not right")
