import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.standins.random_plugin import RandomPassword, password
from offline.standins.values import Values

KINDS = ("lower", "upper", "numeric", "special")
PASSWORD = RandomPassword()


def full(**inputs: object) -> Values:
    return dict.fromkeys(KINDS, True) | inputs


@given(st.integers(1, 64))
def test_length_holds(length: int) -> None:
    assert len(password(full(length=length))) == length


def test_an_alphabet_of_ones_own_counts_as_special() -> None:
    own = dict.fromkeys(("lower", "upper", "numeric"), False)
    assert set(password(full(length=100, overrideSpecial="ab", **own))) <= set("ab")


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({"length": 8}, []),
        ({}, ["length"]),
        ({"length": 0}, ["length"]),
        ({"length": 8, "minLower": 4}, ["minLower"]),
        ({"length": 8} | dict.fromkeys(KINDS, False), ["special"]),
    ],
)
def test_what_the_official_plugin_refuses_is_refused(inputs: Values, named: list[str]) -> None:
    assert [name for name, _ in PASSWORD.complaints(inputs)] == named


def test_any_change_makes_a_new_one_and_the_result_is_secret() -> None:
    old = full(length=8) | {"result": "x"}
    assert PASSWORD.diff(old, {}, full(length=9), ()) == {"length": "UPDATE_REPLACE"}
    assert not PASSWORD.diff(old, {}, full(length=8), ())
    assert "result" in PASSWORD.secrets(set())
