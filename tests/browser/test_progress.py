"""From a query typed in the terminal to the student's own page and the teacher's: what is done, and who is where."""

import re

from playwright.sync_api import Page, expect

from tests.browser.actions import OpenPage, Portal, ask_for_help, connected, run_in, sign_in, tile_of, type_line

TASK = "oldest-books"


def ask_the_database(page: Page, password: str, statement: str) -> None:
    type_line(page, f" PGPASSWORD={password} psql -qc '{statement}'")
    run_in(page)


def test_what_is_typed_shows_on_the_students_page_and_on_the_teachers(portal: Portal, open_page: OpenPage) -> None:
    account = portal.student(2)
    desk, own, class_page = open_page(), open_page(), open_page()
    sign_in(desk, account, portal.url)
    connected(desk)
    sign_in(own, account, portal.url)
    own.get_by_role("link", name="My progress").click()
    task = own.locator(f"li[data-id='{TASK}']")
    expect(task).to_have_attribute("data-mark", "open")
    expect(task.locator(".message")).to_have_text("there is no view oldest_books")
    task.get_by_text("Hint").click()
    expect(task.locator(".hint")).to_be_visible()
    own.evaluate("window.isTheSame = true")

    ask_for_help(own, "What is a view?", TASK)
    sign_in(class_page, portal.teacher, portal.url)
    tile = tile_of(class_page, account)
    expect(tile.locator(".word")).to_have_text("asked")
    expect(tile.locator(".done")).to_have_text(re.compile(r"^0/\d+$"))
    ask_the_database(desk, account.password, "CREATE VIEW oldest_books AS TABLE books")
    expect(task.locator(".message")).to_contain_text("columns, 2 expected")
    ask_the_database(
        desk, account.password,
        "DROP VIEW oldest_books; CREATE VIEW oldest_books AS SELECT title, published FROM books ORDER BY 2 LIMIT 5",
    )  # fmt: skip
    expect(task).to_have_attribute("data-mark", "done")
    expect(task.locator(".what")).to_have_text("done")
    expect(own.locator("#done")).to_have_text("1")
    expect(own.locator("#ask-note")).to_contain_text("closed by itself")
    assert own.evaluate("window.isTheSame"), "the page is told what changes, and not loaded again"

    expect(tile.locator(".done")).to_have_text(re.compile(r"^1/\d+$"))
    expect(tile.locator(".word")).to_have_text("working")
    class_page.get_by_role("link", name="Tasks", exact=True).click()
    expect(class_page.locator(f"#task-{TASK}")).to_contain_text("1 of ")
    with class_page.expect_download() as download:
        class_page.get_by_role("link", name="Class").click()
        class_page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    [line] = [line for line in lines if line.startswith(f"{account.id},") and f",{TASK}," in line]
    assert re.search(r",1,\d{4}-\d\d-\d\dT", line), line

    note = own.locator("li[data-id='notes']")
    expect(note).to_have_attribute("data-mark", "open")
    type_line(desk, "echo my first note > ~/workshop/notes.md")
    expect(note).to_have_attribute("data-mark", "done")

    ask_the_database(desk, account.password, "DROP VIEW oldest_books")
    expect(task).to_have_attribute("data-mark", "undone")
    expect(own.locator("#done")).to_have_text("2")


def test_the_pages_of_progress_fit_a_phone(portal: Portal, open_page: OpenPage) -> None:
    for account, path in ((portal.student(), "/progress"), (portal.teacher, "/"), (portal.teacher, "/class/tasks")):
        page = open_page()
        page.set_viewport_size({"width": 390, "height": 800})
        sign_in(page, account, portal.url)
        page.goto(f"{portal.url}{path}")
        expect(page.locator("main")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
