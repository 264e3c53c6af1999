"""A picture of a hostile terminal is text with colours, whatever the terminal says."""

import time

import pytest

from spyglass.wall.control import MOST_BYTES
from spyglass.wall.picture import MOST_STYLES, MOST_TEXT, PLAIN, PLAIN_FOR, QUESTION, Lens, Picture, harmless, picture

ABOUT = [b"80 24 0 5 1"]


def test_a_picture_has_size_cursor_and_coloured_text() -> None:
    assert picture(ABOUT, [b"one", b"\x1b[31mtwo\x1b[39m", b""]) == Picture(
        80, 24, is_full=False, cursor=(5, 1), text="one\n\x1b[31mtwo\x1b[39m"
    )


@pytest.mark.parametrize(
    "about", [[], [b""], [b"80"], [b"0 24 0 1 1"], [b"-1 24 0 1 1"], [b"99999 24 0 1 1"], [b"a b c d e"]]
)
def test_what_has_no_size_is_no_picture(about: list[bytes]) -> None:
    assert picture(about, [b"text"]) is None


def test_a_hidden_cursor_and_one_outside_are_not_shown() -> None:
    for about in (b"80 24 1 - 1", b"80 24 0 80 1", b"80 24 0 1 24", b"80 24"):
        seen = picture([about], [])
        assert seen is None or seen.cursor is None
    full = picture([b"80 24 1 - 1"], [])
    assert full
    assert full.is_full


def test_a_terminal_is_not_larger_than_reasonable() -> None:
    seen = picture([b"9999 9999 0 1 1"], [b"x"] * 2000)
    assert seen
    assert (seen.columns, seen.rows, seen.text.count("\n")) == (500, 300, 299)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"a\x1b]0;title\x07b", "ab"),
        (b"a\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        (b"a\x1b]52;c;ZXZpbA==\x07b", "ab"),
        (b"a\x1b]52;without an end", "a"),
        (b"a\x1b[2J\x1b[1;1H\x1b[?1049hb", "ab"),
        (b"a\x1bPqsixel\x1b\\b", "aqsixelb"),
        (b"a\x1bcb", "ab"),
        (b"\x00\x01\x7f\xc2\x9b31mx", "31mx"),
        ("a\u202eb\u2066c\u200fd".encode(), "abcd"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"<script>&amp;", "<script>&amp;"),
        (b"a\tb", "a b"),
        (b"\x0elqk\x1b[31mx\x0f lqk", "┌─┐\x1b[31m│ lqk"),
        (b"\x1b[38;2;1;2;3mx\x1b[4:3my", "\x1b[38;2;1;2;3mx\x1b[4:3my"),
        (b"\x1b[" + b"1;" * 100 + b"mx", "x"),
    ],
)
def test_only_letters_and_colours_are_left(raw: bytes, text: str) -> None:
    assert harmless(raw) == text


def test_too_many_colours_are_none_and_too_much_text_is_cut() -> None:
    many = harmless(b"\x1b[31mx" * (MOST_STYLES + 1))
    assert many == "x" * (MOST_STYLES + 1)
    assert len(harmless(b"\x1b[31m" + b"x" * 2 * MOST_TEXT)) == MOST_TEXT


@pytest.mark.parametrize("piece", [b"\x1b]", b"\x1b[", b"\x1b[1;", b"\x0e", b"\x1b", b"\x1b[31m", b"\x1b]\x1b"])
def test_no_text_takes_long(piece: bytes) -> None:
    raw = piece * (MOST_BYTES // len(piece))
    started = time.process_time()
    harmless(raw)
    assert time.process_time() - started < 1.0


def test_colours_that_were_too_much_are_left_out_for_a_while() -> None:
    clock = [0.0]
    lens = Lens(lambda: clock[0])
    assert lens.question() == QUESTION
    assert lens.was_too_much()
    assert lens.question() == PLAIN
    assert not lens.was_too_much()  # the text alone is too much: asking at once again does not help
    clock[0] += PLAIN_FOR
    assert lens.question() == QUESTION
