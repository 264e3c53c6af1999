"""Is my computer ready? Looked at by somebody without an account, and read by the teacher."""

import pytest
from playwright.sync_api import expect

from tests.browser.actions import OpenPage, Portal, sign_in
from tests.browser.axe import serious


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_computer_is_looked_at_and_its_code_found(
    portal: Portal, open_page: OpenPage, width: int, height: int
) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": width, "height": height})
    page.goto(portal.url)
    page.get_by_role("link", name="is my computer ready?").click()
    for finding in ("tls", "browser", "line", "latency"):
        expect(page.locator(f"#findings [data-id='{finding}']")).to_have_attribute("data-mark", "good")
    page.get_by_role("button", name="Try copy and paste").click()
    expect(page.locator("#findings [data-id='clipboard']")).to_have_attribute("data-mark", "good")
    page.locator("#keys").fill("|\\~{}[]@$;")
    expect(page.locator("#findings [data-id='keyboard']")).to_have_attribute("data-mark", "good")
    expect(page.locator("#findings [data-id='screen']")).to_have_attribute(
        "data-mark", "good" if width > 1000 else "so-so"
    )
    page.get_by_label("Your name").fill(f"Ada at {width}")
    page.get_by_role("button", name="Send what was found").click()
    code = page.locator("#code .mono")
    expect(code).to_be_visible()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    teacher = open_page()
    sign_in(teacher, portal.teacher, portal.url)
    teacher.get_by_role("link", name="Computers").click()
    row = teacher.locator("tr", has_text=code.inner_text())
    expect(row).to_contain_text(f"Ada at {width}")
    expect(row).to_contain_text("ready" if width > 1000 else "will do")
    assert serious(teacher) == []


def test_a_line_that_lets_no_websocket_pass_is_named(portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(
        "WebSocket = class extends EventTarget { constructor() { super();"
        " setTimeout(() => this.dispatchEvent(new Event('close')), 50) } close() {} }"
    )
    page.goto(f"{portal.url}/check")
    expect(page.locator("#findings [data-id='line']")).to_have_attribute("data-mark", "bad")
    expect(page.locator("#findings [data-id='line'] .words")).to_contain_text("is blocked")
