"""Who may be in a class, under which id, and what the report says about those who may not."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from mentor.roster import names

from .conftest import Reads, Report


def ids(reads: Reads, *students: object) -> list[str]:
    return [person.id for person in reads(students=list(students)).roster.students]


def test_a_number_makes_counted_ids(reads: Reads) -> None:
    people = reads(students=101, spares=2).roster
    assert [person.id for person in people.students[:2]] == ["s01", "s02"]
    assert people.students[-1].id == "s101"
    assert [person.id for person in people.spares] == ["spare01", "spare02"]
    assert [(person.id, person.role) for person in people.teachers] == [("teacher", "teacher")]
    assert len(people.people) == 104


def test_a_list_of_names_and_mappings(reads: Reads) -> None:
    anna, li = reads(
        students=[
            "Anna Nováková",
            {"name": "Li Na", "id": "lina", "email": "li@b.org", "group": 3, "subnet": "10.9.0.0/28"},
        ]
    ).roster.students
    assert (anna.id, anna.name, anna.email, anna.group) == ("anna-novakova", "Anna Nováková", None, None)
    assert (li.id, li.name, li.email, li.group) == ("lina", "Li Na", "li@b.org", "3")
    assert li.subnet == IPv4Network("10.9.0.0/28")


def test_an_id_alone_is_a_name_too(reads: Reads) -> None:
    [person] = reads(students=[{"id": "anna"}]).roster.students
    assert person.name == "anna"


@pytest.mark.parametrize("nothing", [None, ""])
def test_b1_students_are_required(report: Report, nothing: object) -> None:
    [line] = report(students=nothing)
    assert line.startswith("mentor:students: is required: give a number from 1 to 500, a list of names, or the path of")


@pytest.mark.parametrize("number", [0, -1, 2.5, "2.5", "-3", True, False, 10**30, "1e3"])
def test_b2_b3_b4_students_are_counted_from_1_to_500(report: Report, number: object) -> None:
    line = report(students=number)[0]
    assert line.startswith("mentor:students: ")
    assert "is not a whole number from 1 to 500" in line


def test_b5_a_number_in_words(report: Report) -> None:
    [line] = report(students="ten")
    assert line.startswith('mentor:students: "ten" is neither a number nor a list nor a file')


def test_b6_too_many_are_told_what_they_would_need(report: Report) -> None:
    first, second = report(students=100000)
    assert first.startswith("mentor:students: 100000 is not a whole number from 1 to 500")
    assert "100000 people need about 19532 GiB of memory" in second


def test_b8_an_empty_list(report: Report) -> None:
    assert report(students=[]) == ["mentor:students: is an empty list: give at least one"]


def test_b9_a_list_written_as_text(report: Report) -> None:
    [line] = report(students="anna, ben")
    assert "is neither a number nor a list nor a file" in line


@pytest.mark.parametrize("entry", [None, 7, 1.5, [], ["anna"]])
def test_b10_b11_an_entry_that_is_no_name(report: Report, entry: object) -> None:
    [line] = report(students=["anna", "ben", entry])
    assert line.startswith("mentor:students[2]: expected a name or a mapping (id, name, email, group, subnet), got ")


def test_b65_the_norway_problem(report: Report) -> None:
    [line] = report(students=["anna", False])
    assert line.endswith('write it in quotes, "no"')
    [line] = report(students=[{"name": True}])
    assert line.startswith("mentor:students[0].name: true is not a name; YAML reads no")


def test_b12_a_name_twice(report: Report) -> None:
    [line] = report(students=["ben", "anna", "cyn", "dan", "anna"])
    assert line.startswith('mentor:students[4]: "anna" is a duplicate of students[1]: remove one, or give one an id')


def test_b13_names_that_differ_in_case_only(report: Report) -> None:
    [line] = report(students=["Anna", "anna"])
    assert line == 'mentor:students[1]: "anna" and students[0] "Anna" both become the id "anna": set id: on one of them'


def test_b14_names_that_look_alike(report: Report) -> None:
    [line] = report(students=["ana", "\u0430na"])
    assert '"<U+0430>na" and students[0] "ana" both become the id "ana"' in line
    # Cyrillic Er looks like P and reads as R: other ids, one look.
    [line] = report(students=["Pete", "\u0420\u0435t\u0435"])
    assert '"<U+0420><U+0435>t<U+0435>" and students[0] "Pete" look the same: give one of them an id of its own' in line
    assert report(students=["Pete", {"name": "\u0420\u0435t\u0435", "id": "rete"}]) == []


def test_b15_one_name_composed_and_decomposed(report: Report) -> None:
    [line] = report(students=["Jos\u00e9", "Jose\u0301"])
    assert '"Jose<U+0301>" and students[0] "Jos<U+00E9>" both become the id "jose"' in line


def test_b16_two_names_one_id(report: Report) -> None:
    [line] = report(students=["a.b", "a-b"])
    assert line.endswith('"a-b" and students[0] "a.b" both become the id "a-b": set id: on one of them')
    assert report(students=["a.b", {"name": "a-b", "id": "ab"}]) == []


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "is empty"),
        ("  ", "is nothing but spaces"),
        ("a\nb", "U+000A at position 2"),
        ("a\tb", "U+0009 at position 2"),
        ("a\0b", "U+0000 at position 2"),
        (" anna", "has a space (U+0020) at position 1"),
        ("anna\u00a0", "has a space (U+00A0) at position 5"),
        ("an\u202ena", "has the control or format character U+202E at position 3"),
        ("an\u200dna", "U+200D at position 3"),
        ("\ufeffanna", "U+FEFF at position 1"),
        ("an\ud800", "U+D800 at position 3"),
        ("x" * 101, "is 101 characters long: at most 100"),
        ("\U0001f600" * 200, "is 200 characters long"),
        ("...", "no id comes from it: give one"),
    ],
)
def test_b17_b18_b19_b20_b21_b22_b34_names_that_cannot_be(report: Report, name: str, rule: str) -> None:
    [line] = report(students=["ben", name])
    assert line.startswith("mentor:students[1]: ")
    assert rule in line
    assert line.isprintable()


def test_b21_a_long_name_is_cut_and_stays_distinct(reads: Reads) -> None:
    one, two = ids(reads, "x" * 63 + "a", "x" * 63 + "b")
    assert len(one) == len(two) == 31
    assert one != two
    assert one[:25] == two[:25] == "x" * 25
    [emoji] = ids(reads, "\U0001f600" * 20)
    assert names.ID.fullmatch(emoji)


def test_b23_one_letter_is_a_name(reads: Reads) -> None:
    assert ids(reads, "w") == ["w"]


@pytest.mark.parametrize(
    "name",
    [
        "postgres",
        "template1",
        "public",
        "pg_x",
        "root",
        "admin",
        "teacher",
        "grafana",
        "cn",
        "www",
        "api",
        "ws",
        "Root",
        "student",
        "provisioner",
        "course",
        "spare07",
        "all",
        "p\u043estgres",
    ],
)
def test_b24_reserved_names(report: Report, name: str) -> None:
    [line] = report(students=[name])
    assert line.startswith("mentor:students[0]: ")
    assert "is a reserved name" in line
    [line] = report(students=[{"name": "Anna", "id": names.slug(name)}])
    assert line.startswith("mentor:students[0].id: ")


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("-rf", "rf"),
        ("--help", "help"),
        ("../x", "x"),
        ("a/b", "a-b"),
        ("$(reboot)", "reboot"),
        ("`id`", "id"),
        (";x", "x"),
        ("x'; DROP ROLE --", "x-drop-role"),
        ("*)(uid=*", "uid-x"),
        ("uid=x,ou=y", "uid-x-ou-y"),
        ("{{7*7}}", "s-7-7"),
        ("%n", "n"),
        ("<script>", "script"),
        ('"><img src=x onerror=alert(1)>', "img-src-x-onerror-alert-1"),
        ("con", "con"),
        ("nul", "nul"),
        ("=cmd()", "cmd"),
        ("xn--bcher-kva", "xn-bcher-kva"),
    ],
)
def test_b25_to_b33_hostile_names_are_kept_for_display_beside_a_safe_id(
    reads: Reads, name: str, identifier: str
) -> None:
    if identifier == "uid-x":
        name += "x"  # without it the id is `uid`, which is reserved
    [person] = reads(students=[name]).roster.students
    assert (person.id, person.name) == (identifier, name)


def test_b29_a_filter_alone_is_reserved(report: Report) -> None:
    assert "is a reserved name (id uid)" in report(students=["*)(uid=*"])[0]


def test_b35_an_address_twice(report: Report) -> None:
    students = [{"name": "a", "email": "x@b.org"}, {"name": "b", "email": "X@B.org"}]
    [line] = report(students=students)
    assert line == 'mentor:students[1].email: "X@B.org" is the address of students[0] ("a") too'


@pytest.mark.parametrize(
    "email",
    [
        "anna",
        "anna@",
        "@b.org",
        "a@b",
        "a b@c.org",
        "a@b..org",
        "a@b.org, c@d.org",
        "mailto:a@b.org",
        "A <a@b.org>",
        7,
        "",
    ],
)
def test_b36_malformed_addresses(report: Report, email: object) -> None:
    [line] = report(students=[{"name": "a", "email": email}])
    assert line.startswith("mentor:students[0].email: ")


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("Анна Иванова", "anna-ivanova"),
        ("王伟", "wangwei"),
        ("Ελένη", "eleni"),
        ("Jörg Groß", "jorg-gross"),
        ("Łukasz Żółw", "lukasz-zolw"),
        ("Sinéad O\u2019Connor", "sinead-oconnor"),
        ("김철수", "gimcheolsu"),
        ("Nguyễn Văn An", "nguyen-van-an"),
        ("\uff26\uff55\uff4c\uff4c", "full"),
        ("3PO", "s-3po"),
        ("Anna_B.", "anna-b"),
        ("María Fernanda Gutiérrez de la Torre", "maria-fernanda-gutierrez-fcaa6"),
    ],
)
def test_ids_of_these_names_stay_what_they_are_for_ever(reads: Reads, name: str, identifier: str) -> None:
    """A changed id deletes one student's seat and makes another: this table may grow, and never change."""
    assert ids(reads, name) == [identifier]


@pytest.mark.parametrize(
    "identifier", ["Anna", "a_b", "1a", "-a", "a-", "", "a" * 32, "ä", "a b", "a.b", "a\n", 7, False]
)
def test_a_given_id_must_hold_everywhere(report: Report, identifier: object) -> None:
    [line] = report(students=[{"name": "Anna", "id": identifier}])
    assert line.startswith("mentor:students[0].id: ")
    assert "is not an id" in line


def test_a_given_id_is_suggested(report: Report) -> None:
    assert report(students=[{"id": "Anna B"}])[0].endswith('did you mean "anna-b"?')


def test_two_given_ids(report: Report) -> None:
    [line] = report(students=[{"name": "A", "id": "x"}, {"name": "B", "id": "x"}])
    assert line == 'mentor:students[1]: the id "x" is the id of students[0] ("A") too: choose another'


def test_an_entry_without_name_and_id(report: Report) -> None:
    assert report(students=[{"email": "a@b.org"}]) == ["mentor:students[0]: has neither name nor id: give one of them"]


def test_an_unknown_key_of_an_entry(report: Report) -> None:
    assert report(students=[{"nam": "x", "id": "x"}]) == ['mentor:students[0].nam: unknown key; did you mean "name"?']


def test_teachers_are_people_too(reads: Reads, report: Report) -> None:
    people = reads(teachers=["Eva", {"name": "teacher"}]).roster
    assert [(person.id, person.role) for person in people.teachers] == [("eva", "teacher"), ("teacher", "teacher")]
    [line] = report(students=["Eva"], teachers=["eva"])
    assert line.startswith('mentor:teachers[0]: "eva" and students[0] "Eva" both become the id "eva"')
    assert report(teachers=[]) == ["mentor:teachers: is an empty list: give at least one"]
    assert "`pulumi config set --path 'teachers[0]' anna` begins one" in report(teachers="anna")[0]
    assert "is a reserved name" in report(teachers=["admin"])[0]
    assert report(teachers=[{"name": "Eva", "group": "x"}])[0].startswith("mentor:teachers[0].group: unknown key")


@pytest.mark.parametrize("spares", [-1, 101, "many", True, 1.5])
def test_spares_are_a_number(report: Report, spares: object) -> None:
    assert report(spares=spares)[0].endswith("is not a whole number from 0 to 100")


def test_broken_settings_do_not_hide_the_roster(report: Report) -> None:
    lines = report(network={"pool": "x"}, seat="y", students=["root"])
    assert [line.split(": ")[0] for line in lines] == ["mentor:seat", "mentor:network.pool", "mentor:students[0]"]


def test_more_than_a_class(report: Report) -> None:
    assert report(students=[f"n{number}" for number in range(501)]) == ["mentor:students: has 501 entries: at most 500"]


@pytest.mark.parametrize(
    ("subnet", "rule"),
    [
        ("10.0.0.0", "has 1 addresses: a seat takes a /28"),
        ("10.0.0.0/16", "has 65536 addresses: a seat takes a /28, at most a /24"),
        ("10.0.0.1/28", "is not an IPv4 network"),
        ("8.8.8.0/28", "is not private"),
        ("fd00::/64", "is not an IPv4 network"),
    ],
)
def test_a_subnet_is_a_small_private_network(report: Report, subnet: str, rule: str) -> None:
    [line] = report(students=[{"name": "a", "subnet": subnet}])
    assert line.startswith("mentor:students[0].subnet: ")
    assert rule in line


def test_b53_subnets_that_meet_are_refused_with_a_free_one(report: Report) -> None:
    students = [{"name": "a", "subnet": "10.9.0.0/28"}, {"name": "b", "subnet": "10.9.0.0/27"}]
    [line] = report(students=students)
    assert line.startswith(
        'mentor:students[1].subnet: "b" has 10.9.0.0/27, which meets 10.9.0.0/28 of students[0] ("a")'
    )
    assert "give one of them subnet: 10." in line


def test_b53_networks_that_meet_by_chance_name_the_way_out(reads: Reads, report: Report) -> None:
    """In a pool of sixteen seats somebody meets somebody; the report's own suggestions solve it."""
    pool = {"pool": "10.64.0.0/24"}
    students: list[dict[str, object]] = [{"name": name} for name in ("anna", "ben", "cyn", "dan", "eva")]
    tries = 0
    while lines := report(students=students, network=pool):
        tries += 1
        for line in lines:
            key, _, text = line.partition(": ")
            if key.startswith("mentor:students["):
                index = int(key.removeprefix("mentor:students[").split("]")[0])
                students[index]["subnet"] = text.split("subnet: ")[1].split(" ")[0]
            else:
                assert key == "mentor:teachers[0]"
                pool = {"pool": "10.65.0.0/24"}
        assert tries < 5
    assert len({person.subnet for person in reads(students=students, network=pool).roster.people}) == 6


def test_counted_students_that_meet_are_told_that_a_list_is_needed(report: Report) -> None:
    lines = report(students=9, network={"pool": "10.64.0.0/24"})
    assert lines
    assert all("which meets" in line for line in lines)
    assert any("(s0" in line and "(that needs a list or a CSV file; before the first `up`" in line for line in lines)


def test_networks_lie_in_the_pool_and_differ_between_stacks(reads: Reads) -> None:
    pool = IPv4Network("172.16.0.0/12")
    config = {"students": 20, "network": {"pool": str(pool)}}
    one, other = reads("one", **config).roster, reads("other", **config).roster
    for roster in (one, other):
        assert roster.backplane.prefixlen == 26
        assert all(person.subnet.prefixlen == 28 and person.subnet.subnet_of(pool) for person in roster.people)
    assert {person.subnet for person in one.people}.isdisjoint(person.subnet for person in other.people)
    assert one.backplane != other.backplane


def test_roster_from_a_file_has_the_same_ids_as_from_a_list(root: Path, reads: Reads) -> None:
    (root / "class.csv").write_text("name\nAnna Nováková\n王伟\n")
    from_file = reads(students="class.csv").roster.students
    assert from_file == reads(students=["Anna Nováková", "王伟"]).roster.students
