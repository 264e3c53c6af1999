"""The registry of dashboards: each uid and each title once."""

import json

import pytest

from dashboards.catalogue import Dashboard, registered


def board(uid: str, title: str) -> Dashboard:
    return Dashboard(uid=uid, folder="class", json=json.dumps({"uid": uid, "title": title}))


def test_a_uid_is_there_once() -> None:
    with pytest.raises(ValueError, match='two dashboards have the uid "a"'):
        registered([board("a", "One"), board("a", "Two")])


def test_a_title_is_there_once() -> None:
    with pytest.raises(ValueError, match='two dashboards have the title "One"'):
        registered([board("a", "One"), board("b", "One")])


def test_a_dashboard_is_called_as_its_model_is() -> None:
    with pytest.raises(ValueError, match='"a" calls itself "b"'):
        registered([Dashboard(uid="a", folder="class", json=board("b", "One").json)])


def test_two_different_ones_may_be() -> None:
    made = [board("a", "One"), board("b", "Two")]
    assert registered(made) == made
