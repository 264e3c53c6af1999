"""The wall's pure scripts, run by the Node.js that Playwright brings: pictures, and where tiles stand."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[3] / "spyglass" / "static"


def _node() -> str | None:
    found = find_spec("playwright")
    own = Path(found.origin).parent / "driver" / "node" if found and found.origin else None
    return str(own) if own and own.exists() else shutil.which("node")


NODE = _node()
pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js: pip install playwright")


def run(module: str, expression: str, *arguments: Any) -> Any:
    """The value of an expression over a module ``it`` and arguments ``a``."""
    script = f"""
    const it = await import({json.dumps((STATIC / module).as_uri())});
    const a = {json.dumps(arguments)};
    console.log(JSON.stringify({expression}));
    """
    done = subprocess.run(
        [NODE or "", "--no-warnings", "--input-type=module", "-e", script],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def styles(text: str) -> list[list[list[Any]]]:
    found: list[list[list[Any]]] = run(
        "wall_picture.js", "it.decode(a[0]).map(row => row.map(run => [run.text, it.css(run.style)]))", text
    )
    return found


def test_colours_and_weights_become_styles() -> None:
    rows = styles(
        "plain \x1b[31mred\x1b[39m \x1b[1;4mbold\x1b[0m \x1b[38;5;208morange\x1b[0m \x1b[48;2;1;2;3mtrue\x1b[0m "
        "\x1b[97mwhite\x1b[0m\x1b[2mdim\x1b[22m \x1b[3;9mboth"
    )
    assert rows == [
        [
            ["plain ", {}],
            ["red", {"color": "#ff7b72"}],
            [" ", {}],
            ["bold", {"fontWeight": "700", "textDecoration": "underline"}],
            [" ", {}],
            ["orange", {"color": "#ff8700"}],
            [" ", {}],
            ["true", {"backgroundColor": "#010203"}],
            [" ", {}],
            ["white", {"color": "#ffffff"}],
            ["dim", {"opacity": "0.6"}],
            [" ", {}],
            ["both", {"fontStyle": "italic", "textDecoration": "line-through"}],
        ]
    ]


def test_inverse_swaps_what_is_set_and_what_is_not() -> None:
    rows = styles("\x1b[7mone\x1b[41mtwo\x1b[27mthree")
    assert [style for _text, style in rows[0]] == [
        {"color": "#101615", "backgroundColor": "#e3ebe9"},
        {"color": "#ff7b72", "backgroundColor": "#e3ebe9"},
        {"backgroundColor": "#ff7b72"},
    ]


def test_a_style_goes_on_in_the_next_row() -> None:
    rows = styles("\x1b[32mone\ntwo")
    assert rows == [[["one", {"color": "#6fdd8b"}]], [["two", {"color": "#6fdd8b"}]]]


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("\x1b[38:2:10:20:30mx", "#0a141e"),
        ("\x1b[38:2::10:20:30mx", "#0a141e"),
        ("\x1b[38:5:196mx", "#ff0000"),
        ("\x1b[38;5;232mx", "#080808"),
        ("\x1b[58;5;196;32mx", "#6fdd8b"),
        ("\x1b[38;5;999mx", None),
        ("\x1b[38;2;1mx", None),
        ("\x1b[38mx", None),
    ],
)
def test_colours_come_in_every_notation_and_wrong_ones_are_none(text: str, colour: str | None) -> None:
    assert styles(text)[0][0][1].get("color") == colour


def test_what_is_no_colour_is_not_shown() -> None:
    rows = styles("a\x1b]0;title\x07b\x1b[2Jc<b>d")
    assert "".join(text for text, _style in rows[0]).startswith("a")
    assert all("\x1b" not in text and "\x07" not in text for text, _style in rows[0])


TILES = [
    {"id": "s10", "name": "Ada", "group": "red", "state": "working", "done": 2},
    {"id": "s2", "name": "Zoe", "group": "", "state": "stuck", "done": 1},
    {"id": "s3", "name": "Bo", "group": "blue", "state": "not started", "done": 0},
    {"id": "s4", "name": "Cy", "group": "red", "state": "stuck", "done": 1},
]


@pytest.mark.parametrize(
    ("by", "ids"),
    [
        ("name", "s10 s3 s4 s2"),
        ("id", "s2 s3 s4 s10"),
        ("group", "s3 s10 s4 s2"),
        ("state", "s2 s4 s3 s10"),
        ("done", "s3 s2 s4 s10"),
    ],
)
def test_an_order_is_made_when_it_is_asked_for_and_equals_stay(by: str, ids: str) -> None:
    assert run("wall_order.js", "it.sorted(a[0], a[1])", TILES, by) == ids.split()


def test_tiles_stand_where_they_were_put_pinned_ones_before_and_new_ones_behind() -> None:
    place = "it.placed(a[0], a[1], a[2])"
    ids = ["s1", "s2", "s3", "s4", "s5"]
    assert run("wall_order.js", place, ids, [], []) == ids
    assert run("wall_order.js", place, ids, ["s3", "gone", "s1"], []) == ["s3", "s1", "s2", "s4", "s5"]
    assert run("wall_order.js", place, ids, ["s3", "s2", "s1"], ["s5", "s1"]) == ["s1", "s5", "s3", "s2", "s4"]


@pytest.mark.parametrize(
    ("one", "target", "after"), [("a", "c", "bca"), ("c", "a", "cab"), ("b", "b", "abc"), ("x", "a", "abc")]
)
def test_a_tile_takes_the_place_of_the_one_that_it_is_put_on(one: str, target: str, after: str) -> None:
    assert run("wall_order.js", "it.moved(a[0], a[1], a[2])", list("abc"), one, target) == list(after)


def test_every_word_that_is_searched_for_must_be_there() -> None:
    found = run("wall_order.js", "['', 'ada', 'RED ada', 'ada blue'].map(words => it.matches('ada s01 red', words))")
    assert found == [True, True, True, False]


def test_a_picture_shows_what_is_written_and_where_the_cursor_is() -> None:
    def part(**changes: Any) -> Any:
        seen = {"text": "a\n\nbc", "columns": 200, "rows": 50, "cursor": [3, 4], "full": False, **changes}
        return run("wall_picture.js", "it.partOf(a[0])", seen)

    assert part() == {"columns": 60, "last": 4}
    assert part(text="x" * 61) == {"columns": 80, "last": 4}
    assert part(text="x" * 150, cursor=None) == {"columns": 200, "last": 0}
    assert part(full=True) == {"columns": 200, "last": 49}
