"""What a student takes home: found from the desk, made with progress, loaded down, and whole."""

import json
import tarfile

from playwright.sync_api import expect

from tests.browser.actions import OpenPage, Portal, connected, run_in, sign_in, type_line
from tests.browser.axe import serious


def content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file, name
    return file.read()


def test_home_and_database_are_taken_home(portal: Portal, open_page: OpenPage) -> None:
    page, student = open_page(), portal.student(1)
    sign_in(page, student, portal.url)
    connected(page)
    run_in(page)
    type_line(page, "echo 'to keep' > ~/workshop/keepsake")
    run_in(page)
    page.get_by_role("button", name="Files", exact=True).click()
    page.get_by_role("link", name="Take all of it home").click()
    assert serious(page) == []
    page.get_by_role("button", name="Make the file").click()
    link = page.get_by_role("link", name="Load it down")
    expect(link).to_be_visible()
    expect(page.get_by_role("button", name="Make it again")).to_be_enabled()
    assert serious(page) == []
    with page.expect_download() as loading:
        link.click()
    assert loading.value.suggested_filename.startswith(f"{student.username}-20")
    with tarfile.open(loading.value.path()) as archive:
        assert json.loads(content(archive, "manifest.json"))["student"] == student.username
        assert content(archive, "database.dump").startswith(b"PGDMP")
        with tarfile.open(fileobj=archive.extractfile("seat.tar")) as seat:
            assert content(seat, "home/workshop/keepsake") == b"to keep\n"


def test_it_is_found_on_the_last_page_of_the_guide_and_on_a_phone(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, portal.student(1), portal.url)
    page.get_by_role("button", name="Contents").click()
    page.get_by_role("navigation", name="Contents").get_by_role("link").last.click()
    page.get_by_role("link", name="Take your work home").click()
    expect(page.get_by_role("heading", name="Take your work home")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
