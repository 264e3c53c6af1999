"""Markdown of a course as HTML: nothing acts by itself, blocks do what they say, and links lead where they may."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spyglass.guide import fences, markdown
from spyglass.guide.book import LARGEST_PAGE
from spyglass.guide.markdown import Rendered

FILES = {"01-a.md": "/guide/01-a", "deep/b.md": "/guide/deep/b", "deep/p.png": "/material/v/deep/p.png"}


def render(text: str, file: str = "00-x.md") -> Rendered:
    return markdown.render(text, file, FILES.get)


class Tags(HTMLParser):
    """All tags with what they carry."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


MEANT = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "a", "img", "br", "hr", "ul", "ol"),
    *("section", "form", "fieldset", "legend", "label", "input", "small", "details", "summary"),
    *("li", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "div", "span", "button"),
}
ATTRIBUTES = {"id", "href", "src", "alt", "title", "class", "target", "rel", "loading", "start", "style", "tabindex"}
ATTRIBUTES |= {"role", "aria-label", "type", "data-act", "data-number", "data-task", "data-question", "aria-hidden"}
ATTRIBUTES |= {"name", "value", "hidden", "maxlength", "autocomplete"}


def assert_harmless(found: str) -> None:
    for tag, attributes in Tags(found).found:
        assert tag in MEANT, tag
        assert set(attributes) <= ATTRIBUTES, attributes
        assert not (attributes.get("id") or "g-").partition("g-")[0], attributes
        if "href" in attributes:
            assert re.match(r"(https?:|mailto:|/guide/|/material/|#g-|[^:]*$)", attributes["href"] or "")
        assert (attributes.get("src") or "/material/").startswith("/material/")
        assert re.fullmatch(r"(text-align:(left|right|center))?", attributes.get("style") or "")


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b onclick=alert(1)>b</b> c",
    "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](data:text/html,<script>1</script>) [w](vbscript:x)",
    "[x](<javascript&colon;alert(1)>) ![x](javascript:alert(1)) ![y](data:image/svg+xml,<svg onload=alert(1)>)",
    '[x](https://e.invalid "a\\" onclick=\\"alert(1)")',
    '```bash run" onclick="alert(1)\n$(touch /tmp/x)\n```',
    "```sql save-as=<script>\nx\n```",
    "```<b> run\nx\n```",
    "# screen\n# main\n# __proto__\n# <i>x</i>",
    "&lt;script&gt; &#60;script&#62;",
    "![a<b>](deep/p.png \"t' onerror='x\")",
    "|a|\n|:-:|\n|<b>|",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)> <https://e.invalid/?a=\"b'>",
    "~~~html\n<script>alert(1)</script>\n~~~",
    "    <script>indented</script>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_hostile_course_acts(text: str) -> None:
    assert_harmless(render(text).html)


def test_html_passes_where_it_is_let() -> None:
    text = "<details><summary>More</summary>\n\n*inside* <kbd>$$id$$</kbd>\n\n</details>"
    assert "&lt;details&gt;" in render(text).html
    found = markdown.fill_in(markdown.render(text, "a.md", FILES.get, has_html=True).html, {"id": "<s01>"})
    assert [tag for tag, _ in Tags(found).found] == ["details", "summary", "p", "em", "kbd"]
    assert "<kbd>&lt;s01&gt;</kbd>" in found
    heading = markdown.render("## Use <kbd>Ctrl</kbd>", "a.md", FILES.get, has_html=True)
    assert [(one.anchor, one.text) for one in heading.headings] == [("g-use-ctrl", "Use Ctrl")]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*HOSTILE, "\n", " ", "`", "```", "*", "|", "[", "](", "<", ">", '"', "$$id$$", "- "])))
def test_nor_of_one_that_mixes_them(parts: list[str]) -> None:
    filled = markdown.fill_in(render("".join(parts)).html, {"id": '"><script>alert(1)</script>'})
    assert_harmless(filled)


@pytest.mark.parametrize(
    "unit", ["[", "![](", "*a", "> ", "`a", "<a", "&#", "- a\n  ", "|a", "**_", "\\", "$$id$$", "``` run\n", "# a\n"]
)
@pytest.mark.timeout(120)  # seconds: each takes one, and what grew with the square of its length would take minutes
def test_no_page_is_so_made_that_it_takes_for_ever(unit: str) -> None:
    assert_harmless(render(unit * (LARGEST_PAGE // 4 // len(unit))).html)


def test_a_block_does_what_its_first_line_says() -> None:
    page = render(
        "```bash run\nls\n```\n\n```sql type\nSELECT 1;\n```\n\n"
        "```yaml copy save-as=a/b.yaml\nx: 1\n```\n\n```text\nout\n```\n"
    )
    first, second, third, fourth = page.fences
    assert (first.needs, first.can_copy, first.save_as) == ("shell", True, None)
    assert (second.is_typed, second.needs, second.can_copy) == (True, None, False)
    assert (third.needs, third.can_copy, third.save_as) == (None, True, "a/b.yaml")
    assert (fourth.needs, fourth.can_copy, fourth.is_typed) == (None, False, False)
    acts = [attributes["data-act"] for tag, attributes in Tags(page.html).found if tag == "button"]
    assert acts == ["run", "copy", "copy", "save"]
    numbers = [attributes["data-number"] for _, attributes in Tags(page.html).found if "data-number" in attributes]
    assert numbers == ["0", "1", "2"]
    assert "Save as a/b.yaml" in page.html
    assert "Type this yourself" in page.html


def test_only_what_can_wait_for_input_can_be_run() -> None:
    assert fences.parse("python run", "x").needs is None
    assert fences.parse("psql run", "x").needs == "psql"
    assert fences.parse("run", "x").needs is None
    assert fences.parse("bash run type", "x").needs is None


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../x", "a/../../x", "a//b", "-rf", "a/-b", ".", "a b", "$(id)", "a\n", "~/x", "x" * 300],
)
def test_a_block_is_saved_below_the_workshop_folder_and_nowhere_else(name: str) -> None:
    assert fences.parse(f"text save-as={name}", "x").save_as in (None, name.split(" ", maxsplit=1)[0].strip())
    assert not fences.is_a_place(name)


def test_a_blocks_text_carries_nothing_that_a_terminal_obeys() -> None:
    assert fences.parse("bash run", "ls\x1b[201~\x03\n\trm\x9b1\r\n").text == "ls[201~\n\trm1"


def test_links_lead_to_pages_files_and_elsewhere() -> None:
    page = render(
        "[a](01-a.md#Über-uns) [b](deep/b.md) [c](missing.md) [d](https://e.invalid/x) [e](#deep) [f](../../etc/passwd)"
    )
    links = [attributes for tag, attributes in Tags(page.html).found if tag == "a"]
    assert [link.get("href") for link in links] == [
        "/guide/01-a#g-uber-uns",
        "/guide/deep/b",
        None,
        "https://e.invalid/x",
        "#g-deep",
        None,
    ]
    assert (links[3]["target"], links[3]["rel"]) == ("_blank", "noopener noreferrer")
    assert '<h2 id="g-uber-uns"' in render("## Über uns").html
    back = render("[up](../01-a.md) ![p](p.png)", "deep/b.md").html
    assert 'href="/guide/01-a"' in back
    assert 'src="/material/v/deep/p.png"' in back


def test_a_picture_from_elsewhere_is_words() -> None:
    found = render("![the *plan*](https://e.invalid/p.png) and ![gone](gone.png)").html
    assert "<img" not in found
    assert "[the *plan*]" in found
    assert "[gone]" in found


def test_what_is_a_persons_own_is_filled_in_and_escaped() -> None:
    page = render(
        "Hello $$name$$, `$$id$$`, $$nobody$$ [x](https://e.invalid/$$id$$)\n\n```bash run\necho $$name$$ $$\n```"
    )
    values = {"id": "s01", "name": "<b>Ada</b> & $$id$$"}
    found = markdown.fill_in(page.html, values)
    assert "Hello &lt;b&gt;Ada&lt;/b&gt; &amp; $$id$$, <code>s01</code>, $$nobody$$" in found
    assert 'href="https://e.invalid/$$id$$"' in found
    assert markdown.fill_in_text(page.fences[0].text, values) == "echo <b>Ada</b> & $$id$$ $$"


def test_the_contents_know_the_headings() -> None:
    page = render("# Title\n\n## One `two`\n\ntext\n\n### Below\n\n## One two\n")
    assert [(heading.anchor, heading.text) for heading in page.headings] == [
        ("g-one-two", "One two"),
        ("g-one-two-1", "One two"),
    ]
    for heading in page.headings:
        assert f'id="{heading.anchor}"' in page.html
