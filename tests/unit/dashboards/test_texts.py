"""Names and titles are what somebody wrote: none of it becomes a choice, a variable, a query or a link of its own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.catalogue import dashboards
from dashboards.facts import STUDENT, TASK, Facts
from dashboards.texts import choices, ids, people, plain
from tests.boards_kit import ALL, FACTS, HOSTILE, model, queries

NAMES = st.text(min_size=1, max_size=30).filter(str.strip) | st.text(alphabet=",:\\$ {}[]a", min_size=1).filter(
    str.strip
)
VARIABLE = re.compile(r"\$\w+|\$\{\w+[^}]*\}|\[\[\w+[^]]*\]\]")


def as_grafana_reads(query: str) -> dict[str, str]:
    """Labels by value: it splits at commas without a backslash, and each at its last colon between spaces."""
    found = {}
    for part in re.split(r"(?<!\\),", query):
        label, _, value = part.replace("\\,", ",").rpartition(" : ")
        found[value.strip()] = label.strip()
    return found


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True), NAMES, min_size=1, max_size=4))
def test_a_choice_is_there_for_everybody_with_his_whole_name(names: dict[str, str]) -> None:
    labels = {key: plain(label) for key, label in people(names).items()}
    assert as_grafana_reads(choices(labels)) == labels


@given(NAMES)
def test_no_variable_is_found_in_a_text_and_what_it_shows_stays(text: str) -> None:
    shown = plain(text)
    assert not VARIABLE.search(shown)
    assert shown.replace("\u2060", "") == " ".join(text.split()).replace("\u2060", "")


@pytest.mark.parametrize(("uid", "expected"), [(STUDENT, ["s01", "s02", "s03"]), (TASK, ["tables", "joins"])])
def test_a_hostile_name_makes_no_choice_of_its_own(uid: str, expected: list[str]) -> None:
    (choice,) = model(ALL[uid])["templating"]["list"]
    assert list(as_grafana_reads(choice["query"])) == expected
    assert [option["value"] for option in choice["options"]] == expected
    assert as_grafana_reads(choice["query"]) == {each["value"]: each["text"] for each in choice["options"]}


def test_two_people_with_one_name_are_two_choices_that_can_be_told_apart() -> None:
    (choice,) = model(ALL[STUDENT])["templating"]["list"]
    texts = [option["text"] for option in choice["options"]]
    assert texts[0] == "Ada Lovelace (s01)"
    assert texts[2] == "Ada Lovelace (s03)"


def test_what_people_and_tasks_are_called_is_in_no_query() -> None:
    plain_facts = Facts(title="x", portal=FACTS.portal, time_zone=FACTS.time_zone, names={"s01": "x"}, tasks={"a": "x"})
    unnamed = {asked.query for asked in queries(dashboards(plain_facts, "names"))}
    assert {asked.query for asked in queries(ALL.values())} == unnamed


@pytest.mark.parametrize("uid", ALL)
def test_what_grafana_reads_variables_in_holds_none_but_ours(uid: str) -> None:
    def texts(value: object, key: str = "") -> list[str]:
        if isinstance(value, dict):
            return [text for name, inner in value.items() for text in texts(inner, str(name))]
        if isinstance(value, list):
            return [text for inner in value for text in texts(inner, key)]
        return [value] if isinstance(value, str) and key != "text" else []

    board = model(ALL[uid])
    # Its own title and the words of value mappings are shown as they are.
    del board["title"]
    ours = {"$student", "$task", "$__interval", "${student:percentencode}", "${__value.raw:percentencode}",
            "${__field.labels.task:percentencode}"}  # fmt: skip
    seen = {match[0] for text in texts(board) for match in VARIABLE.finditer(text)}
    assert seen <= ours


def test_an_id_is_one_part_of_an_address() -> None:
    assert ids("a/b?c&d=é #") == "a%2Fb%3Fc%26d%3D%C3%A9%20%23"


def test_the_hostile_text_is_as_bad_as_it_should_be() -> None:
    assert VARIABLE.search(HOSTILE)
    assert set(',:"<>\\$[{|\n') <= set(HOSTILE)
