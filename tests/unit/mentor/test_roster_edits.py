"""Whatever is done to a list, only those who were edited change: seats, databases and networks of all others stay."""

from ipaddress import IPv4Network
from itertools import pairwise
from pathlib import Path
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mentor.roster import model as roster
from mentor.roster import names
from mentor.roster.model import Person
from mentor.settings.problems import Problems

POOL = IPv4Network("10.64.0.0/10")
NAMES = st.text(st.characters(blacklist_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), min_size=1, max_size=60)
IDS = st.text("abcxyz019", min_size=1, max_size=30).map("p".__add__)
STUDENTS = st.lists(NAMES, min_size=1, max_size=30, unique=True)


def read(students: object, stack: str = "dev") -> dict[str, Person] | None:
    """Everybody by id, or nothing when the report has something to say."""
    problems = Problems("mentor")
    found = roster.parse({"students": students}, Path(), stack, POOL, problems)
    return None if problems else {person.id: person for person in found.people}


def changed(before: dict[str, Person], after: dict[str, Person]) -> set[str]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


@given(STUDENTS, st.randoms())
def test_sorting_changes_nobody(students: list[str], random: Random) -> None:
    before, after = read(students), read(random.sample(students, len(students)))
    assume(before is not None)
    assert before == after


@given(STUDENTS, NAMES, st.integers(0, 30))
def test_one_more_anywhere_changes_only_him(students: list[str], new: str, place: int) -> None:
    before, after = read(students), read([*students[:place], new, *students[place:]])
    if before is not None and after is not None:
        assert changed(before, after) == {names.slug(new)}


@given(STUDENTS, st.data())
def test_one_less_changes_only_him(students: list[str], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(students))
    before, after = read(students), read([name for name in students if name != gone] or ["somebody"])
    if before is not None and after is not None and len(students) > 1:
        assert changed(before, after) == {names.slug(gone)}


@given(st.lists(IDS, min_size=2, max_size=30, unique=True), NAMES)
def test_a_new_name_under_the_old_id_keeps_seat_and_network(ids: list[str], new: str) -> None:
    before = read([{"id": one} for one in ids])
    after = read([{"id": ids[0], "name": new}, *({"id": one} for one in ids[1:])])
    if before is not None and after is not None:
        assert changed(before, after) <= {ids[0]}
        assert before[ids[0]].subnet == after[ids[0]].subnet


@settings(max_examples=20)
@given(st.integers(1, 500), st.integers(1, 500))
def test_counting_further_changes_only_the_new(few: int, more: int) -> None:
    before, after = read(few), read(more)
    if before is not None and after is not None:
        assert changed(before, after) == {f"s{number:02d}" for number in range(min(few, more) + 1, max(few, more) + 1)}


@given(NAMES)
def test_every_id_holds_as_user_role_uid_and_dns_label(name: str) -> None:
    identifier = names.slug(name)
    if identifier is not None:
        assert names.ID.fullmatch(identifier)
        assert names.id_trouble(identifier) is None
        assert "--" not in identifier
        assert len(identifier) <= 31


@given(NAMES)
def test_a_name_is_read_or_refused_and_never_changed(name: str) -> None:
    found = read([name])
    if found is None:
        problems = Problems("mentor")
        roster.parse({"students": [name]}, Path(), "dev", POOL, problems)
        assert all(line.startswith("mentor:students[0]") and line.isprintable() for line in problems)
    else:
        assert name in {person.name for person in found.values()}


@given(
    st.lists(
        st.one_of(NAMES, st.none(), st.integers(), st.booleans(), st.dictionaries(NAMES, NAMES, max_size=3)), max_size=8
    )
)
def test_no_list_breaks_the_reader(students: list[object]) -> None:
    read(students)


@given(STUDENTS)
def test_no_two_networks_meet(students: list[str]) -> None:
    found = read(students)
    if found is not None:
        networks = sorted(person.subnet for person in found.values())
        assert not any(one.overlaps(other) for one, other in pairwise(networks))
