"""The guide beside the terminal: read, run, saved, folded away, and new when the course is."""

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import OpenPage, Portal, connected, run_in, sign_in, type_line
from tests.browser.axe import serious
from tests.waiting import until

Course = Callable[[dict[str, str]], None]

HOSTILE = """# Hostile

<script>window.owned = 1</script> <img src=x onerror="window.owned = 2"> [x](javascript:window.owned=3)

# screen

```sql save-as=<b>.sql
x
```
"""
SAVED = "# Saved\n\n```sql save-as=queries/first.sql\nSELECT '$$id$$';\n```\n"


def desk(open_page: OpenPage, portal: Portal, width: int = 1366, height: int = 768) -> Page:
    page = open_page()
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, portal.student(), portal.url)
    connected(page)
    return page


def turn_to(page: Page, title: str) -> None:
    """By the contents; the page may be the one that is shown, and is then another copy of it."""
    page.locator("#guide").evaluate("guide => { guide.dataset.former = 'yes' }")
    page.get_by_role("button", name="Contents").click()
    page.get_by_role("navigation", name="Contents").get_by_role("link", name=title, exact=True).click()
    expect(page.locator("#guide[data-former]")).to_have_count(0)
    expect(page.get_by_role("article", name=title)).to_be_visible()


def width_of(page: Page) -> float:
    box = page.locator("#guide-pane").bounding_box()
    assert box
    return box["width"]


@pytest.fixture
def course(portal: Portal) -> Iterator[Course]:
    """Delivers other material, as `up` does; at the end the class has its own again."""
    if portal.containers is None:
        pytest.skip("this portal's course is not ours to change")
    container = f"{portal.containers}spyglass"

    def put(packed: bytes) -> None:
        version = hashlib.sha256(packed).hexdigest()[:16]
        command = ["docker", "exec", "-i", "-u", "0", container, "course-put", version]
        subprocess.run(command, input=packed, check=True)

    def deliver(files: dict[str, str]) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, text in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                tar.addfile(entry, io.BytesIO(text.encode()))
        put(packed.getvalue())

    own = ["docker", "exec", container, "tar", "-C", "/course/current/", "-c", "."]
    before = subprocess.run(own, check=True, stdout=subprocess.PIPE).stdout
    yield deliver
    put(before)


def test_a_student_reads_runs_a_block_and_comes_back_to_his_page(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal)
    turn_to(page, "Welcome")
    run_in(page)  # the shell waits
    page.get_by_role("article").get_by_role("button", name="Run").first.click()
    expect(page.locator(".code-said").first).to_have_text("Ran in your terminal.")
    expect(page.locator(".xterm-rows")).to_contain_text("01-psql.md")
    expect(page.locator(".xterm-helper-textarea")).to_be_focused()
    page.get_by_role("link", name="Next page").click()
    first = page.get_by_role("article", name="First queries")
    expect(first).to_contain_text(f"{portal.student().id} is yours alone")
    sql = page.locator(".code", has_text="SELECT DISTINCT").get_by_role("button", name="Run")
    sql.click()
    expect(page.locator(".code-said", has_text="type psql there first")).to_be_visible()
    expect(page.locator(".xterm-rows")).not_to_contain_text("SELECT DISTINCT")
    place = page.locator("#guide-pane").evaluate("pane => pane.scrollTop")
    assert place > 0
    until(lambda: str(int(place)) in page.evaluate("localStorage['spyglass.guide.places'] ?? ''"), "the place is kept")
    page.reload()
    expect(page.get_by_role("article", name="First queries")).to_be_visible()
    until(lambda: abs(page.locator("#guide-pane").evaluate("pane => pane.scrollTop") - place) < 2, "he is where he was")


def test_the_browsers_way_back_turns_the_page(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal)
    turn_to(page, "Welcome")
    turn_to(page, "Indexes")
    page.get_by_role("article").get_by_role("link").count()
    page.go_back()
    expect(page.get_by_role("article", name="Welcome")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("article", name="Indexes")).to_be_visible()
    connected(page)


def test_nothing_is_typed_into_what_is_running(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal)
    turn_to(page, "Welcome")
    type_line(page, "clear; echo now''here; sleep 600")
    expect(page.locator(".xterm-rows")).to_contain_text("nowhere")
    page.get_by_role("article").get_by_role("button", name="Run").first.click()
    expect(page.locator(".code-said").first).to_contain_text("Something else is running")
    page.locator(".xterm-helper-textarea").focus()
    page.keyboard.press("Control+C")
    run_in(page)


def test_a_block_can_be_copied(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn_to(page, "Welcome")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator(".code-said").first).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "ls -l ~/workshop"


def test_panes_are_moved_and_folded_and_stay_so(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal)
    before = width_of(page)
    page.get_by_role("separator").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert width_of(page) > before + 100
    box = page.get_by_role("separator").bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(500, box["y"] + 200, steps=4)
    page.mouse.up()
    assert abs(width_of(page) - 500) < 15
    page.get_by_role("button", name="Guide", exact=True).click()
    expect(page.locator("#guide-pane")).to_be_hidden()
    page.reload()
    connected(page)
    expect(page.locator("#guide-pane")).to_be_hidden()
    page.get_by_role("button", name="Guide", exact=True).click()
    assert abs(width_of(page) - 500) < 15
    page.get_by_role("button", name="Terminal", exact=True).click()
    expect(page.locator("#screen")).to_be_hidden()
    page.get_by_role("button", name="Terminal", exact=True).click()
    run_in(page)


def test_the_keyboard_alone_is_enough(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal)
    turn_to(page, "Welcome")
    run_in(page)
    page.keyboard.press("Shift+F6")
    reached = page.locator("#guide-text [data-act='run']").first
    for _ in range(40):
        if reached.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(reached).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".xterm-rows")).to_contain_text("01-psql.md")


def test_on_a_phone_it_is_the_guide_or_the_terminal(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal, 390, 844)
    expect(page.get_by_role("article")).to_be_visible()
    expect(page.locator("#screen")).to_be_hidden()
    page.get_by_role("button", name="Terminal", exact=True).click()
    expect(page.get_by_role("article")).to_be_hidden()
    run_in(page)
    page.get_by_role("button", name="Guide", exact=True).click()
    expect(page.get_by_role("article")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768), (390, 844)])
def test_axe_finds_nothing_serious_and_everything_fits(
    portal: Portal, open_page: OpenPage, width: int, height: int
) -> None:
    page = desk(open_page, portal, width, height)
    for address in ("/", "/guide/01-psql", "/guide/05-cluster"):
        page.goto(f"{portal.url}{address}")
        expect(page.get_by_role("article")).to_be_visible()
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(portal.url)
    page.get_by_role("button", name="Contents").click()
    assert serious(page) == []


def test_new_text_comes_by_itself_and_nothing_of_it_acts(portal: Portal, open_page: OpenPage, course: Course) -> None:
    page = desk(open_page, portal)
    word = run_in(page)
    course({"00-welcome.md": "# New\n\nThe teacher has corrected this.\n", "50-hostile.md": HOSTILE})
    expect(page.get_by_role("article")).to_contain_text("The teacher has corrected this.")
    turn_to(page, "Hostile")
    expect(page.get_by_role("article")).to_contain_text("<script>window.owned = 1</script>")
    assert page.evaluate("window.owned") is None
    assert page.locator("#guide-text :is(script, img, a[href^='javascript'])").count() == 0
    assert page.locator("#guide-text button").count() == 0
    expect(page.locator(".xterm-rows")).to_contain_text(word)  # the terminal's line was not touched
    connected(page)


def test_a_block_is_saved_and_the_students_own_file_is_kept(
    portal: Portal, open_page: OpenPage, course: Course
) -> None:
    page = desk(open_page, portal)
    course({"60-saved.md": SAVED})
    expect(page.get_by_role("article", name="Saved")).to_be_visible()
    run_in(page)
    type_line(page, "clear; rm -rf ~/workshop/queries")
    run_in(page)
    save = page.get_by_role("button", name="Save as queries/first.sql")
    save.click()
    expect(page.locator(".code-said")).to_have_text("Saved as queries/first.sql in your workshop folder.")
    type_line(page, "clear; cat ~/workshop/queries/first.sql; echo my''work > ~/workshop/queries/first.sql")
    expect(page.locator(".xterm-rows")).to_contain_text(f"SELECT '{portal.student().id}';")
    run_in(page)
    save.click()
    expect(page.locator(".code-said")).to_contain_text("with another text")
    page.get_by_role("button", name="Replace it").click()
    expect(page.locator(".code-said")).to_have_text("Saved as queries/first.sql in your workshop folder.")
    type_line(page, "clear; cat ~/workshop/queries/first.sql ~/workshop/queries/first.sql.~1~")
    expect(page.locator(".xterm-rows")).to_contain_text("mywork")
    expect(page.locator(".xterm-rows")).to_contain_text(f"SELECT '{portal.student().id}';")


def test_a_task_says_how_far_it_is_and_gives_its_hints(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal)
    turn_to(page, "First queries")
    task = page.locator("#guide .guide-task[data-task='mill-lane']")
    expect(task).to_have_attribute("data-mark", "open")
    expect(task.locator(".guide-task-missing")).to_have_text("there is no view mill_lane")
    for number in (1, 2):
        task.get_by_role("button", name=f"Hint {number} of 2").click()
        expect(task.locator(".hint")).to_have_count(number)
    expect(task.get_by_role("button", name="Hint")).to_have_count(0)
    page.reload()
    expect(task.locator(".hint")).to_have_count(2)
    turn_to(page, "Welcome")
    note = page.locator("#guide .guide-task[data-task='notes']")
    type_line(page, "clear; echo note > ~/workshop/notes.md")
    expect(note).to_have_attribute("data-mark", "done")
    expect(note.locator(".guide-task-state")).to_contain_text("done, first at ")
    page.get_by_role("button", name="Contents").click()
    welcome = page.locator("#guide-contents li", has_text="Welcome").locator(".guide-count")
    expect(welcome).to_have_text("✔ 1 of 1")


def test_a_question_is_answered_and_stays_answered(portal: Portal, open_page: OpenPage) -> None:
    page = desk(open_page, portal)
    turn_to(page, "First queries")
    quiz = page.locator("#guide .guide-quiz[data-question='who-prevents']")
    check = quiz.get_by_role("button", name="Check")
    check.click()
    expect(quiz.locator(".guide-quiz-said")).to_have_text("Choose an answer first.")
    quiz.get_by_label("A right that students do not have").check()
    check.click()
    expect(quiz.locator(".guide-quiz-said")).to_contain_text("Not right yet")
    assert "worth little" not in page.content()
    quiz.get_by_label("The foreign key").check()

    def answered() -> bool:
        """Not within a moment of the last try."""
        check.click()
        page.wait_for_timeout(500)
        return "Right, at the" in quiz.locator(".guide-quiz-said").inner_text()

    until(answered, "the answer is taken")
    expect(quiz.locator(".guide-quiz-because")).to_contain_text("worth little")
    page.reload()
    expect(quiz.locator(".guide-quiz-said")).to_contain_text("Right")
    expect(quiz.get_by_label("The foreign key")).to_be_checked()
    expect(quiz.get_by_label("The foreign key")).to_be_disabled()
    assert serious(page) == []


def test_what_is_pressed_is_only_a_place_in_the_course(portal: Portal, open_page: OpenPage) -> None:
    """The text that is run comes from the course, whatever a request says."""
    page = desk(open_page, portal)
    values = {"page": "00-welcome", "version": "x" * 16, "number": 0, "text": "touch ~/owned"}
    answer = page.evaluate(
        """body => fetch("/desk/run", { method: "POST", body, headers: { "Content-Type": "application/json" } })
            .then(async answer => [answer.status, await answer.text()])""",
        json.dumps(values),
    )
    assert answer[0] == 409
    assert "has just changed" in answer[1]
