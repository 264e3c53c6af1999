import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.standins.random_plugin import RandomPassword, password
from offline.standins.values import Values

KINDS = ("lower", "upper", "numeric", "special")
PASSWORD = RandomPassword()


def full(**inputs: object) -> Values:
    least = {f"min{kind.capitalize()}": 0 for kind in KINDS}
    return dict.fromkeys(KINDS, True) | least | inputs


@given(st.integers(1, 64), st.integers(0, 5), st.integers(0, 5))
def test_length_and_minimums_hold(length: int, upper: int, numeric: int) -> None:
    result = password(full(length=length + upper + numeric, minUpper=upper, minNumeric=numeric))
    assert len(result) == length + upper + numeric
    assert sum(letter.isupper() for letter in result) >= upper
    assert sum(letter.isdigit() for letter in result) >= numeric


def test_an_alphabet_of_ones_own_counts_as_special() -> None:
    own = dict.fromkeys(("lower", "upper", "numeric"), False)
    assert set(password(full(length=100, overrideSpecial="ab", **own))) <= set("ab")


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({"length": 8}, []),
        ({}, ["length"]),
        ({"length": 0}, ["length"]),
        ({"length": 3, "minLower": 4}, ["length"]),
        ({"length": 8} | dict.fromkeys(KINDS, False), ["special"]),
    ],
)
def test_what_the_official_plugin_refuses_is_refused(inputs: Values, named: list[str]) -> None:
    assert [name for name, _ in PASSWORD.complaints(inputs)] == named


def test_any_change_makes_a_new_one_and_the_result_is_secret() -> None:
    old = full(length=8) | {"result": "x"}
    changed = PASSWORD.diff(old, {}, full(length=9), frozenset()).changes
    assert changed["length"].replaces
    assert not PASSWORD.diff(old, {}, full(length=8), frozenset()).changes
    assert "result" in PASSWORD.secrets(set())
