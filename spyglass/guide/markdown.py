"""Markdown in, HTML of which nothing acts by itself out, and the blocks of code that it holds.

No HTML of the course passes: it is shown as text, unless the workshop lets it; even then no script in it runs, by the
policy of every page. Ids begin with ``g-``, so that no heading takes the name of a part of the page. Links lead to
other pages of the guide, to files of the material or, in a tab of their own, elsewhere; pictures come from there.
"""

import html
import itertools
import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from spyglass.guide import fences
from spyglass.guide.fences import Fence

VARIABLE = re.compile(r"\$\$([a-z]+)\$\$")
NAMED = ("h1", "h2", "h3")

Place = Callable[[str], str | None]
"""The address of a file of the material, by its path there; None where no such file is."""

Parts = Mapping[str, Callable[[str], str]]
"""The HTML of what ``:::KIND ID`` stands for, by its kind; escaped where it is made."""


@dataclass(frozen=True)
class Heading:
    """A heading below the page's own, by which it is found."""

    anchor: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """One page: its HTML, still with its variables, its headings and its blocks."""

    html: str
    headings: tuple[Heading, ...]
    fences: tuple[Fence, ...]


def render(text: str, file: str, place: Place, parts: Parts | None = None, *, has_html: bool = False) -> Rendered:
    """Render a file of the material, ``file`` by its path there, from which its links lead; ``has_html``: as it is."""
    markdown = MarkdownIt("commonmark", {"html": has_html}).enable(["table", "strikethrough"])
    markdown.use(container_plugin, "hint", render=_hint)
    if parts:
        markdown.block.ruler.before("fence", "part", _part_rule(parts), {"alt": ["paragraph", "blockquote", "list"]})
        markdown.add_render_rule("part", _part)
    for name, rule in (("fence", _fence), ("code_block", _fence), ("table_open", _table), ("table_close", _table_end)):
        markdown.add_render_rule(name, rule)
    tokens = markdown.parse(text)
    _name_headings(tokens)
    env: dict[str, list[Fence]] = {"fences": []}
    for token in tokens:
        _lead(token.children or (), posixpath.dirname(file), place)
    found = markdown.renderer.render(tokens, markdown.options, env)
    return Rendered(found, tuple(_headings(tokens)), tuple(env["fences"]))


def fill_in(rendered: str, values: Mapping[str, str]) -> str:
    """Put what is this person's in place of ``$$name$$`` in HTML, in its text and never inside a tag."""
    parts = re.split(r"(<[^>]*>)", rendered)
    return "".join(
        part if part.startswith("<") else VARIABLE.sub(lambda found: _value(found, values, html.escape), part)
        for part in parts
    )


def fill_in_text(text: str, values: Mapping[str, str]) -> str:
    """The same in plain text."""
    return VARIABLE.sub(lambda found: _value(found, values, str), text)


def _value(found: "re.Match[str]", values: Mapping[str, str], written: Callable[[str], str]) -> str:
    value = values.get(found[1])
    return found[0] if value is None else written(value)


def _slug(title: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(one))
    return "g-" + "-".join(re.findall(r"\w+", plain))[:80]


def _name_headings(tokens: Sequence[Token]) -> None:
    """So that they can be led to. Of several that are called the same the later ones are numbered."""
    seen: Counter[str] = Counter()
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.tag in NAMED:
            slug = _slug(_words(inline))
            token.attrs["id"] = f"{slug}-{seen[slug]}" if seen[slug] else slug
            seen[slug] += 1


def _words(inline: Token) -> str:
    return "".join(one.content for one in inline.children or () if one.type != "html_inline")


def _headings(tokens: Sequence[Token]) -> list[Heading]:
    return [
        Heading(str(token.attrs.get("id", "")), _words(inline))
        for token, inline in itertools.pairwise(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]


def _lead(tokens: Sequence[Token], folder: str, place: Place) -> None:
    """Let links and pictures lead where they may."""
    for token in tokens:
        if token.type == "link_open":
            _lead_link(token, folder, place)
        elif token.type == "image":
            source = str(token.attrs.get("src", ""))
            address = None if urlsplit(source).netloc or urlsplit(source).scheme else place(_join(folder, source))
            if address:
                token.attrs |= {"src": address, "loading": "lazy"}
            else:  # its words stay
                token.type, token.tag, token.content = "text", "", f"[{token.content}]"


def _lead_link(token: Token, folder: str, place: Place) -> None:
    target = str(token.attrs.get("href", ""))
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        token.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
        return
    anchor = f"#{_slug(unquote(parts.fragment).removeprefix('g-'))}" if parts.fragment else ""
    if not parts.path:
        token.attrs["href"] = anchor
    elif address := place(_join(folder, target)):
        token.attrs["href"] = address + anchor
    else:
        del token.attrs["href"]


def _join(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, unquote(urlsplit(target).path))).lstrip("/")


def _part_rule(parts: Parts) -> Callable[[StateBlock, int, int, bool], bool]:
    """A line ``:::task ID`` is a part of the page; a ``:::`` right below it, as other tools want it, belongs to it."""
    pattern = re.compile(rf":::[ ]*({'|'.join(parts)})[ ]+([a-z0-9-]+)[ ]*")

    def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        found = pattern.fullmatch(_line(state, start))
        if found is None or state.is_code_block(start):
            return False
        if not silent:
            state.line = start + (2 if start + 1 < end and _line(state, start + 1).strip() == ":::" else 1)
            token = state.push("part", "", 0)
            token.content = parts[found[1]](found[2])
        return True

    return rule


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _part(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    return tokens[index].content


def _hint(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    opens = '<details class="guide-hint"><summary>Hint</summary>\n'
    return opens if tokens[index].nesting == 1 else "</details>\n"


def _table(_renderer: RendererHTML, _tokens: Sequence[Token], _index: int, _options: object, _env: object) -> str:
    return '<div class="guide-table" tabindex="0" role="region" aria-label="Table"><table>\n'


def _table_end(_renderer: RendererHTML, _tokens: Sequence[Token], _index: int, _options: object, _env: object) -> str:
    return "</table></div>\n"


def _fence(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: object, env: dict[str, list[Fence]]
) -> str:
    fence = fences.parse(tokens[index].info, tokens[index].content)
    number = len(env["fences"])
    env["fences"].append(fence)
    tools = [
        _button(act, words)
        for act, words, is_there in (
            ("run", "Run", fence.needs),
            ("copy", "Copy", fence.can_copy),
            ("save", f"Save as {fence.save_as}", fence.save_as),
        )
        if is_there
    ]
    said = '<span class="code-by-hand">✎ Type this yourself</span>' if fence.is_typed else ""
    code = f'<pre tabindex="0"><code>{html.escape(fence.text)}</code></pre>'
    if not tools and not said:
        return f'<div class="code">{code}</div>\n'
    language = f'<span class="code-language">{html.escape(fence.language)}</span>'
    head = f'<div class="code-head">{language}{said}<span class="code-tools">{"".join(tools)}</span></div>'
    status = '<p class="code-said" role="status"></p>' if tools else ""
    return f'<div class="code" data-number="{number}">{head}{code}{status}</div>\n'


def _button(act: str, words: str) -> str:
    return f'<button type="button" class="quiet" data-act="{act}">{html.escape(words)}</button>'
