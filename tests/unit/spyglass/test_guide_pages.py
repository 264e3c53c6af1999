"""The guide's pages over the web: which there are, in which order, for whom, and what comes of the material besides."""

import re
from pathlib import Path

import pytest

from spyglass import events, terminal
from spyglass.guide import shown
from tests.unit.spyglass.guide_kit import edition, put_material, with_chapters
from tests.unit.spyglass.people import PEOPLE, World, class_json

PNG = b"\x89PNG\r\n\x1a\n"
DATABASE = "postgresql://s01@lab.example:5433/s01?sslmode=require"


@pytest.fixture
def guided(world: World) -> World:
    with_chapters(world)
    put_material(
        world,
        {
            "01-a.md": "# A\n\nsee [b](02-b.md) and ![p](pics/p.png), [tool](tool.sh)\n",
            "02-b.md": "# B\n\n```bash run\nls\n```\n",
            "00-extra.md": "text\n\n# Extra *page*\n",
            "pics/p.png": PNG,
            "pics/p.svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "tool.sh": "#!/bin/sh\n",
        },
    )
    return world


def test_chapters_come_in_the_courses_order_and_then_what_else_there_is(guided: World) -> None:
    book = guided.services.books.current(guided.course().course)
    assert [(page.id, page.title) for page in book.pages] == [
        ("02-b", "Second <first>"),
        ("01-a", "First"),
        ("00-extra", "Extra *page*"),
    ]
    assert guided.browser("s01").get("/guide").headers["location"] == "/guide/02-b"


def test_a_page_shows_its_text_the_contents_and_its_neighbours(guided: World) -> None:
    page = guided.browser("s01").get("/guide/01-a").text
    assert 'href="/guide/02-b"' in page
    assert 'src="/material/aaaaaa/pics/p.png"' in page
    assert 'href="/material/aaaaaa/tool.sh"' in page
    assert "Second &lt;first&gt;" in page
    assert "<first>" not in page
    assert 'aria-current="page">First</a>' in page
    assert "2 of 3" in page


def test_the_desk_comes_with_the_page_that_was_open_last(guided: World) -> None:
    browser = guided.browser("s01")
    assert 'data-page="02-b"' in browser.get("/").text
    browser.cookies.set("guide-blue", "01-a")
    assert 'data-page="01-a"' in browser.get("/").text
    for gone in ("gone", "%3Cscript%3E", "..%2F..%2Fetc"):
        browser.cookies.set("guide-blue", gone)
        assert 'data-page="02-b"' in browser.get("/").text


def test_a_class_without_material_has_a_desk_with_a_terminal(world: World) -> None:
    page = world.browser("s01").get("/").text
    assert 'id="guide"' not in page
    assert 'id="splitter"' not in page
    assert 'id="screen"' in page
    assert world.browser("s01").get("/guide").status_code == 404


def test_what_is_a_persons_own_is_on_his_page_alone(world: World) -> None:
    world.put(class_json([person | {"database": DATABASE} for person in PEOPLE if person["id"] != "s02"] + [PEOPLE[1]]))
    put_material(world, {"a.md": "$$id$$ $$name$$ $$database$$ $$host$$ $$port$$ `$$connection$$`"})
    assert f"s01 Ada s01 lab.example 5433 <code>{DATABASE}</code>" in world.browser("s01").get("/guide/a").text
    page = world.browser("s02").get("/guide/a").text
    assert "s02 &quot;&gt;&lt;img src=x onerror=alert(1)&gt;{{7*7}} $$database$$" in page
    assert "<img src=x" not in page


def test_pictures_are_shown_and_kept_and_everything_else_is_a_download(guided: World) -> None:
    browser = guided.browser("s01")
    picture = browser.get("/material/aaaaaa/pics/p.png")
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    assert "immutable" in picture.headers["cache-control"]
    drawing = browser.get("/material/aaaaaa/pics/p.svg")
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert "script-src" not in drawing.headers["content-security-policy"]
    assert "sandbox" in drawing.headers["content-security-policy"]
    for name in ("tool.sh", "01-a.md"):
        other = browser.get(f"/material/aaaaaa/{name}")
        assert other.headers["content-type"] == "application/octet-stream"
        assert other.headers["content-disposition"].startswith("attachment")
        assert other.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "bbbbbb/tool.sh",
        "aaaaaa/pics",
        "aaaaaa/..%2f..%2fclass.json",
        "aaaaaa/%2fetc%2fpasswd",
        "aaaaaa/%00",
        "..%2f..%2f/x",
    ],
)
def test_what_is_no_file_of_this_version_is_not_there(guided: World, path: str) -> None:
    assert guided.browser("s01").get(f"/material/{path}").status_code == 404


def test_a_link_out_of_the_material_leads_nowhere(guided: World, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# secret")
    folder = guided.folder / "course" / "aaaaaa"
    (folder / "out.md").symlink_to(secret)
    (folder / "out.png").symlink_to(secret)
    guided.put(
        class_json(
            course={"sections": [{"title": "Out", "material": "../../secret.md"}, {"title": "O", "material": "out.md"}]}
        )
    )
    browser = guided.browser("s01")
    assert "out" not in [page.id for page in guided.services.books.current(guided.course().course).pages]
    for path in ("/guide/out", "/guide/..%2f..%2fsecret", "/material/aaaaaa/out.png", "/material/aaaaaa/out.md"):
        assert browser.get(path).status_code == 404, path


def test_new_material_is_told_and_shown(guided: World) -> None:
    def told() -> object:
        return shown.told(guided.services, guided.course())

    browser, before = guided.browser("s01"), told()
    assert told() == before
    put_material(guided, {"01-a.md": "# A\n\nthe *new* text\n"}, "bbbbbb")
    assert told() == {"version": edition(guided), "pages": [["01-a", "First"]]}
    assert "the <em>new</em> text" in browser.get("/guide/01-a").text
    assert browser.get("/guide/02-b").status_code == 404
    assert browser.get("/material/aaaaaa/tool.sh").status_code == 404
    assert events.KINDS["guide"].is_for_students


def test_html_of_the_course_is_let_through_with_the_next_class_file(world: World) -> None:
    put_material(world, {"a.md": "# A\n\n<kbd>x</kbd>"})
    with world.browser("s01") as browser:
        assert "&lt;kbd&gt;x" in browser.get("/guide/a").text
        before = edition(world)
        world.put(class_json(course={"title": "A course", "html": True, "sections": []}))
        page = browser.get("/guide/a")
        assert "<kbd>x</kbd>" in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert edition(world) != before, "open pages are told"


def test_a_page_that_is_too_long_is_plain_text(world: World) -> None:
    put_material(world, {"a.md": "<b>" + "*a* " * 100_000})
    page = world.browser("s01").get("/guide/a").text
    assert "<pre>&lt;b&gt;*a* *a*" in page
    assert len(page) < 300_000


def test_what_is_no_text_breaks_nothing(world: World) -> None:
    put_material(world, {"a.md": bytes(range(256)) * 8, "b.md": ""})
    for page in ("a", "b"):
        assert world.browser("s01").get(f"/guide/{page}").status_code == 200


def test_the_desk_asks_for_all_of_its_scripts_at_once(guided: World) -> None:
    """On a slow line each that is found only in another one would cost a round trip more."""
    static = Path(terminal.__file__).parent / "static"
    wanted: set[str] = set()
    waiting = ["desk.js"]
    while waiting:
        text = (static / waiting.pop()).read_text()
        found = set(re.findall(r'^import (?:[^"]* from )?"\./([\w.]+)"', text, re.MULTILINE)) - wanted
        wanted |= found
        waiting += found
    page = guided.browser("s01").get("/").text
    assert set(re.findall(r'rel="modulepreload" href="/static/([\w.]+)"', page)) == wanted
