"""The wall's pure scripts, run by the Node.js that Playwright brings: pictures, and where tiles stand."""

import re
from typing import Any

import pytest

from tests.unit.spyglass.node_kit import needs_node, run

pytestmark = needs_node


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


@pytest.mark.parametrize(
    "evil", ["<img src=x onerror=alert(1)>", "javascript:alert(1)", "url(//evil.example)", "\u202ered"]
)
def test_a_style_holds_nothing_but_colours_that_were_computed_here(evil: str) -> None:
    rows = styles(f"\x1b[38;2;1;2;3m{evil}\x1b[48;5;9m{evil}\x1b[1;2;3;4;7;8;9;99999;-1m{evil}")
    for _text, style in rows[0]:
        for value in style.values():
            assert re.fullmatch(r"#[0-9a-f]{6}|700|0\\.6|italic|[a-z -]+", value), value


def tile(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name, "name": name.upper(), "group": "", "spare": False, "free": False, "state": "working", "task": "",
        "minutes": 0, "done": 0, "tasks": 4, "terminals": 0, "visited": None, "answers": True, "database": True,
        **changes,
    }  # fmt: skip


CLASS = [
    tile("a", state="finished", done=4, group="red"),
    tile("b", free=True, spare=True, state="not started"),
    tile("c", done=2, minutes=3, group="blue"),
    tile("d", state="stuck", minutes=9, group="red", answers=False),
    tile("e", state="stuck", minutes=20, done=1),
]


def layout(script: str, tiles: list[dict[str, Any]] = CLASS, saved: object = None) -> Any:
    """What a script makes of a layout ``own`` of these ``tiles``; it ends with an expression."""
    *lines, last = [line.strip() for line in script.split(";")]
    begin = "const tiles = new Map(a[0].map(one => [one.id, one])); const own = new it.Layout(a[1]);"
    body = f"{begin} own.follow(a[0].map(one => one.id)); {'; '.join([*lines, ''])} return {last}"
    return run("wall_layout.js", f"(() => {{ {body} }})()", tiles, saved)


def test_everybody_stands_as_in_the_roster_until_the_teacher_moves_him() -> None:
    assert layout("own.order") == list("abcde")
    assert layout("own.move('e', 'b', false, tiles, false); own.order") == list("aebcd")
    assert layout("own.move('a', 'd', true, tiles, false); own.order") == list("bcdae")
    assert layout("own.move('a', 'a', true, tiles, false); own.order") == list("abcde")
    assert layout("[own.step('b', 1, tiles, false), own.step('e', 1, tiles, false), own.order]") == [
        True, False, list("acbde"),
    ]  # fmt: skip


def test_nothing_that_happens_moves_a_tile() -> None:
    states = [one | {"state": "stuck", "minutes": 99 - place} for place, one in enumerate(CLASS)]
    assert layout("own.sections(tiles, false)[0].ids", states, {"order": list("edcba")}) == list("edcba")


def test_who_is_new_stands_last_and_who_has_gone_leaves_nothing() -> None:
    saved = {"order": ["x", "c", "a"], "pinned": ["x", "c"], "groups": {"x": "gone", "a": "mine"}}
    assert layout("own.saved", CLASS, saved) == {
        "order": list("cabde"), "pinned": ["c"], "groups": {"a": "mine"},
    }  # fmt: skip


@pytest.mark.parametrize("saved", [None, 5, [], {"order": 7, "pinned": "x", "groups": [1]}, {"order": [1, None]}])
def test_what_was_not_saved_here_is_nothing(saved: object) -> None:
    assert layout("own.order", CLASS, saved) == list("abcde")


def test_sorting_is_once_on_purpose_and_is_undone() -> None:
    assert layout("own.sort('state', tiles); own.order") == list("edcab")
    assert layout("own.sort('minutes', tiles); own.order") == list("edcab")
    assert layout("own.sort('done', tiles); own.order") == list("decab")
    assert layout("own.sort('group', tiles); own.order") == list("cadbe")
    assert layout("own.step('a', 1, tiles, false); own.sort('roster', tiles); own.order") == list("abcde")
    assert layout("own.sort('state', tiles); own.sort('done', tiles); own.unsort(); own.order") == list("abcde")
    assert layout("own.sort('done', tiles); own.move('a', 'd', false, tiles, false); own.unsort(); own.order") == list(
        "adecb"
    ), "who was moved by hand since then is where he was put"


def test_pinned_ones_come_first_and_go_back_to_their_place() -> None:
    sections = "own.sections(tiles, false).map(({ key, ids }) => [key, ids])"
    assert layout(f"own.pin('d'); {sections}") == [["pinned", ["d"]], ["others", list("abce")]]
    assert layout(f"own.pin('d'); own.pin('d'); {sections}") == [["others", list("abcde")]]
    assert layout(f"own.pin('d'); own.move('b', 'd', true, tiles, false); {sections}") == [
        ["pinned", list("db")], ["others", list("ace")],
    ]  # fmt: skip
    assert layout(f"own.pin('d'); own.move('d', 'a', false, tiles, false); {sections}") == [["others", list("dabce")]]


def test_groups_are_the_rosters_or_the_teachers_own() -> None:
    sections = "own.sections(tiles, true).map(({ title, ids }) => [title, ids])"
    assert layout(sections) == [["blue", ["c"]], ["red", ["a", "d"]], ["Without a group", ["b", "e"]]]
    assert layout(f"own.group('e', 'By the window', tiles); {sections}")[0] == ["blue", ["c"]]
    assert layout(f"own.group('e', 'By the window', tiles); {sections}")[1] == ["By the window", ["e"]]
    assert layout(f"own.move('c', 'a', true, tiles, true); {sections}")[0] == ["red", list("acd")]
    assert layout("own.group('a', 'blue', tiles); own.group('a', 'red', tiles); own.saved.groups") == {}
    assert layout("own.group('a', '', tiles); own.placed(tiles.get('a')).group") == ""


def test_search_looks_at_everything_that_is_said() -> None:
    def found(words: str) -> list[str]:
        ids: list[str] = run(
            "wall_layout.js", "a[0].filter(one => it.matches(one, a[1])).map(one => one.id)", CLASS, words
        )
        return ids

    assert found("") == list("abcde")
    assert found("stuck red") == ["d"]
    assert found("NOT answer") == ["d"]
    assert found("free") == ["b"]
    assert found("(") == []


def test_tiles_are_as_large_as_fits_and_not_larger_than_useful() -> None:
    limits = {"gap": 10, "beside": 80, "heading": 40, "least": 150, "most": 700}

    def width(*counts: int, size: tuple[int, int] = (1600, 900)) -> int:
        found: int = run("wall_layout.js", "it.fitting(a[0], a[1], a[2], a[3])", counts, *size, limits)
        return found

    assert width(1) == 700
    assert width(32) > 150
    columns = (1600 + 10) // (width(32) + 10)
    assert -(-32 // columns) * (width(32) * 10 / 16 + 90) <= 900
    assert width(16, 16) <= width(32)
    assert width(500) == 150
    assert width() == 700
    assert width(8, size=(370, 600)) == 150


def test_times_are_short_words() -> None:
    assert run("wall_tile.js", "[0, 59, 66].map(it.minutes)") == ["0 min", "59 min", "1 h 06"]


def test_a_picture_shows_what_is_written_and_where_the_cursor_is() -> None:
    def part(**changes: Any) -> Any:
        seen = {"text": "a\n\nbc", "columns": 200, "rows": 50, "cursor": [3, 4], "full": False, **changes}
        return run("wall_picture.js", "it.partOf(a[0])", seen)

    assert part() == {"columns": 60, "last": 4}
    assert part(text="x" * 61) == {"columns": 80, "last": 4}
    assert part(text="x" * 150, cursor=None) == {"columns": 200, "last": 0}
    assert part(full=True) == {"columns": 200, "last": 49}
