"""What the configuration may say, section by section, and what it gets told when it says something else."""

import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from mentor.settings.problems import SettingsError
from mentor.workshop import read

from .conftest import Reads, Report

PEM = "-----BEGIN {0}-----\nAAAA\n-----END {0}-----\n"


def test_students_alone_are_enough(reads: Reads) -> None:
    workshop = reads()
    settings = workshop.settings
    assert (settings.event.name, settings.event.time_zone, settings.event.end) == ("Workshop", "UTC", None)
    assert settings.address == ("localhost", "127.0.0.1")
    assert settings.host.url == "unix:///var/run/docker.sock"
    assert (settings.seat.cpus, settings.seat.memory_mib, settings.seat.isolation) == (1.0, 1024, "rootless")
    assert (settings.database.port, settings.database.bind, settings.database.connections) == (5432, "127.0.0.1", 8)
    assert settings.network.pool == IPv4Network("10.64.0.0/10")
    assert (settings.archive.maximum_mib, settings.archive.timeout) == (10240, 600)
    assert workshop.stack == "dev"
    assert workshop.course.title == "A course"


def test_settings_cannot_be_changed(reads: Reads) -> None:
    with pytest.raises(ValidationError):
        reads().settings.seat.cpus = 2


def test_numbers_may_come_as_text_as_pulumi_config_set_stores_them(reads: Reads) -> None:
    workshop = reads(students="4", spares="1", seat={"cpus": "1.5", "processes": "300"}, https={"port": "9443"})
    assert len(workshop.roster.students) == 4
    assert (workshop.settings.seat.cpus, workshop.settings.seat.processes) == (1.5, 300)
    assert workshop.settings.https.port == 9443


def test_one_address_and_one_host_need_no_list(reads: Reads) -> None:
    settings = reads(address="Lab.Example.org.", hosts="unix:///run/user/1000/docker.sock").settings
    assert settings.address == ("lab.example.org",)
    assert settings.host.url == "unix:///run/user/1000/docker.sock"


def test_null_in_a_section_is_the_default(reads: Reads) -> None:
    assert reads(seat={"memory": None}, https=None).settings.seat.memory == "1g"


def test_every_problem_of_settings_roster_and_course_is_in_one_report(root: Path) -> None:
    (root / "workshop" / "lab.yaml").write_text("titel: x\nmaterial: nowhere\n")
    config = {"seat": {"memory": "x"}, "https": {"tls": "acme"}, "students": ["root", ""], "spares": -1}
    with pytest.raises(SettingsError) as caught:
        read(config, root, "Dev")
    starts = [line.split(" ")[0].rstrip(":") for line in caught.value.problems]
    assert starts == [
        "mentor:seat.memory",
        "stack",
        "mentor:https.email",
        "mentor:https.port",
        "mentor:address",
        "mentor:students[1]",
        "mentor:spares",
        "mentor:students[0]",
        "workshop/lab.yaml:1",
        "workshop/lab.yaml:1",
        "workshop/lab.yaml:2",
    ]


def test_the_report_names_the_project_that_pulumi_new_may_have_renamed(root: Path) -> None:
    with pytest.raises(SettingsError, match=r"^databases101:students: is required"):
        read({}, root, "dev", "databases101")


def test_b64_unknown_key_names_the_near_one(report: Report) -> None:
    assert report(studnets=3) == ['mentor:studnets: unknown key; did you mean "students"?']
    assert report(seat={"memmory": "1g"}) == ['mentor:seat.memmory: unknown key; did you mean "memory"?']
    assert report(event={"time_zone": "UTC"}) == ['mentor:event.time_zone: unknown key; did you mean "timeZone"?']
    [line] = report(database={"zzz": 1})
    assert line == "mentor:database.zzz: unknown key; known here: port, bind, connections"


@pytest.mark.parametrize(
    ("old", "new"),
    [("users_num", "students"), ("tz", "event.timeZone"), ("workshop_src", "course"), ("count", "students")],
)
def test_b67_b7_a_key_of_another_time_is_not_guessed_but_explained(report: Report, old: str, new: str) -> None:
    assert report(**{old: 3}) == [f"mentor:{old}: unknown key; write {new} instead"]


def test_b37_a_password_in_the_configuration_is_refused_and_not_repeated(report: Report) -> None:
    directory = {"url": "ldaps://ldap.example.org", "base": "dc=example", "bindDn": "cn=reader,dc=example"}
    [line] = report(directory={**directory, "bindPassword": "canary-1"})
    assert line.startswith("mentor:directory.bindPassword: (not shown) is in plain text: use --secret")
    [line] = report(password="canary-2")
    assert "passwords are generated" in line
    assert "canary" not in line
    [line] = report(students=[{"name": "anna", "pasword": "canary-3"}])
    assert line.startswith("mentor:students[0].pasword: unknown key; passwords are generated")
    assert "canary" not in line


@pytest.mark.parametrize("password", ["a:b'c\\d%e\"f", "pässwörd ☃", " x ", "short"])
def test_b39_b38_a_directory_may_have_any_password(reads: Reads, password: str) -> None:
    directory = {"url": "ldaps://ldap.example.org", "base": "dc=example", "bindDn": "cn=reader,dc=example"}
    found = reads(directory={**directory, "bindPassword": SecretStr(password)}).settings.directory.bind_password
    assert found is not None
    assert found.get_secret_value() == password
    assert password not in repr(found)


def test_b39_but_no_empty_one_and_none_of_two_lines(report: Report) -> None:
    directory = {"url": "ldaps://ldap.example.org", "base": "dc=example", "bindDn": "cn=reader,dc=example"}
    for password in ("", "canary\nx", "canary\0"):
        [line] = report(directory={**directory, "bindPassword": SecretStr(password)})
        assert line.startswith("mentor:directory.bindPassword: ")
        assert "canary" not in line


def test_b41_ports_are_in_range_and_distinct(report: Report) -> None:
    assert report(https={"port": 0}) == ["mentor:https.port: 0 is not a whole number from 1 to 65535"]
    assert report(https={"port": 70000}) == ["mentor:https.port: 70000 is not a whole number from 1 to 65535"]
    assert report(https={"port": True}) == ["mentor:https.port: true is not a whole number from 1 to 65535"]
    assert report(https={"port": 5432}) == ["mentor:database.port: 5432 is https.port too: choose another"]


@pytest.mark.parametrize(
    ("host", "rule"),
    [
        (
            "tcp://192.0.2.7:2375",
            'is refused: whoever reaches an engine\'s TCP port is root on that host; write "ssh://root@192.0.2.7"',
        ),
        ("https://x", "is refused"),
        ("ssh://lab.example.org", 'names no user; did you mean "ssh://root@lab.example.org"?'),
        ("ssh://anna:canary@lab", "holds a password"),
        ("ssh://anna@lab/x", 'is more than a host; did you mean "ssh://anna@lab"?'),
        ("ssh://anna@lab:0", "has no valid port"),
        ("ssh://anna@lab:99999", "has no valid port"),
        ("ssh://-oProxyCommand=x@lab", "has a user name that SSH does not take"),
        ("ssh://anna@-lab", "is not a host name or IP address"),
        ("unix://var/run/docker.sock", "needs the full path"),
        ("/var/run/docker.sock", 'did you mean "unix:///var/run/docker.sock"?'),
        ("localhost", "is not a host: write unix:///"),
        (7, "is not text"),
    ],
)
def test_b42_only_the_local_socket_and_ssh_are_hosts(report: Report, host: object, rule: str) -> None:
    [line] = report(hosts=[host])
    assert line.startswith("mentor:hosts[0]: ")
    assert rule in line


def test_exactly_one_host(report: Report) -> None:
    two = ["unix:///a", "unix:///b"]
    assert report(hosts=two) == ['mentor:hosts: ["unix:///a", "unix:///b"] has 2 entries: give 1']
    assert report(hosts=[]) == ["mentor:hosts: [] is empty: give at least one"]


def test_a_host_is_taken_apart(reads: Reads) -> None:
    there = {"database": {"bind": "192.0.2.7"}, "address": ["lab.example.org"]}
    host = reads(hosts=["ssh://anna@[2001:db8::7]:2022"], **there).settings.host
    assert (host.name, host.user, host.port, host.is_remote) == ("2001:db8::7", "anna", 2022, True)
    assert not reads().settings.host.is_remote


def test_a_far_host_needs_a_database_address_that_this_machine_reaches(report: Report) -> None:
    [line] = report(hosts=["ssh://root@lab.example.org"], address=["lab.example.org"])
    assert line.startswith('mentor:database.bind: "127.0.0.1" cannot be reached from here')
    assert line.endswith("for all of its addresses")
    far = {"hosts": ["ssh://root@lab.example.org"], "database": {"bind": "192.0.2.7"}}
    [line] = report(**far, address=["localhost"])
    assert line.startswith('mentor:address: ["localhost"] leads nobody to lab.example.org')
    said: list[dict[str, Any]] = [{}, {"address": []}, {"address": ["localhost"], "https": {"bind": "127.0.0.1"}}]
    for reached in said:
        assert report(**far, **reached) == []


def test_people_open_a_far_host_by_its_own_name_where_nothing_is_said(reads: Reads) -> None:
    tunnel = {"bind": "127.0.0.1"}
    assert (
        reads(hosts=["ssh://root@lab"], database={"bind": "0.0.0.0"}, https=tunnel).settings.address[0] == "localhost"
    )
    nothing: list[dict[str, Any]] = [{}, {"address": []}]
    for said in nothing:
        far = reads(hosts=["ssh://root@lab.example.org"], database={"bind": "0.0.0.0"}, **said).settings
        assert far.address == ("lab.example.org",)
        assert reads(**said).settings.address == ("localhost", "127.0.0.1")


def test_docker_is_installed_on_a_far_host_alone(reads: Reads, report: Report) -> None:
    entry = {"url": "ssh://anna@lab.example.org:2022", "install": "docker"}
    host = reads(hosts=[entry], database={"bind": "0.0.0.0"}).settings.host
    assert (host.url, host.user, host.name, host.install) == (entry["url"], "anna", "lab.example.org", True)
    plain = reads(hosts=[{"url": "ssh://anna@lab"}], database={"bind": "0.0.0.0"}).settings.host
    assert not plain.install
    for wrong, rule in (
        ({"url": "unix:///var/run/docker.sock", "install": "docker"}, "is this machine"),
        ({"url": "ssh://anna@lab", "install": ["podman"]}, "write install: docker"),
        ({"url": "ssh://anna@lab", "instal": "docker"}, 'did you mean "install"?'),
        ({"install": "docker"}, "names no host"),
        ({"url": "ssh://lab", "install": "docker"}, "names no user"),
        ({"url": 7}, "is not text"),
    ):
        [line] = report(hosts=[wrong])
        assert line.startswith("mentor:hosts[0]: ")
        assert rule in line


@pytest.mark.parametrize(
    ("memory", "rule"),
    [
        (512, 'write a whole number with m or g; did you mean "512m"?'),
        ("512mb", 'did you mean "512m"?'),
        ("2GiB", 'did you mean "2g"?'),
        ("0.5g", 'did you mean "512m"?'),
        ("1.5 GB", 'did you mean "1536m"?'),
        ("-1", "is not a size"),
        ("much", "is not a size: write a whole number with m or g"),
        (True, "is not a size"),
        ([], "is not a size"),
        ("4m", "is too small: at least 128m"),
        ("127m", "is too small: at least 128m"),
    ],
)
def test_b51_memory_has_a_unit_and_a_minimum(report: Report, memory: object, rule: str) -> None:
    [line] = report(seat={"memory": memory})
    assert line.startswith("mentor:seat.memory: ")
    assert rule in line


@pytest.mark.parametrize(("memory", "mib"), [("128m", 128), ("2g", 2048), ("2G", 2048), (" 512M ", 512)])
def test_b51_sizes_that_are_fine(reads: Reads, memory: str, mib: int) -> None:
    assert reads(seat={"memory": memory}).settings.seat.memory_mib == mib


@pytest.mark.parametrize("cpus", [0, -1, "0", "many", True, 1e9, "1e3", "nan", float("nan")])
def test_cpus_are_a_number_above_zero(report: Report, cpus: object) -> None:
    [line] = report(seat={"cpus": cpus})
    assert line.startswith("mentor:seat.cpus: ")
    assert line.endswith("is not a number from 0.1 to 256")


@pytest.mark.parametrize("isolation", ["yes", True, "Rootless", "priviledged"])
def test_b65_a_word_of_few(report: Report, isolation: object) -> None:
    [line] = report(seat={"isolation": isolation})
    assert "is not one of rootless or privileged" in line


def test_b65_a_section_is_no_scalar_and_a_list_no_mapping(report: Report) -> None:
    [line] = report(seat="yes")
    assert line.startswith('mentor:seat: "yes" is not a section: write keys below it (cpus, memory, ')
    assert report(address={"a": 1}) == ['mentor:address: {"a": 1} is not a list']
    assert report(event={"name": False})[0].startswith("mentor:event.name: false is not text: YAML reads no")


def test_b63_an_unknown_time_zone_gets_three_near_ones(report: Report) -> None:
    [line] = report(event={"timeZone": "Mars/Base"})
    assert line.startswith('mentor:event.timeZone: "Mars/Base" is not a time zone')
    assert len(line.rsplit("near: ", 1)[1].split(", ")) == 3
    assert "near: Europe/Prague, " in report(event={"timeZone": "Prague"})[0]
    assert "America/New_York" in report(event={"timeZone": "new york"})[0]
    assert "Europe/Berlin" in report(event={"timeZone": "Europe/Berln"})[0]
    assert report(event={"timeZone": "../../etc/passwd"})
    assert report(event={"timeZone": "Europe/Prague"}) == []


def test_the_end_is_a_moment_in_the_events_zone(reads: Reads, report: Report) -> None:
    event = {"timeZone": "Europe/Prague", "end": "2030-05-31T17:00"}
    end = reads(event=event).settings.event.end
    assert end is not None
    assert end.utcoffset() == timedelta(hours=2)
    assert reads(event={"end": "2030-05-31T17:00:00Z"}).settings.event.end == datetime(2030, 5, 31, 17, tzinfo=UTC)
    for wrong in ("2030-05-31", "tomorrow", 17, "2030-13-31T17:00", "2030-05-31T25:00"):
        [line] = report(event={"end": wrong})
        assert "is not a moment: write date and time" in line


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("https://lab.example.org:8443/x", 'did you mean "lab.example.org"?; the port belongs to https.port'),
        ("lab.example.org:8443", 'did you mean "lab.example.org"?; the port belongs to https.port'),
        ("[2001:db8::1]", 'did you mean "2001:db8::1"?'),
        ("bücher.example", 'did you mean "xn--bcher-kva.example"?'),
        ("a b", "letters, digits, hyphens and dots only"),
        ("my_host", "letters, digits, hyphens and dots only"),
        ("-rf", "letters, digits"),
        ("*.example.org", "letters, digits"),
        ("999.1.1.1", "letters, digits"),
        ("x" * 64, "letters, digits"),
        ("::", "is not an address that a browser can open"),
        ("", "is empty"),
        ("lab\u202e.org", "U+202E at position 4"),
    ],
)
def test_b62_addresses_are_names_or_addresses(report: Report, address: str, rule: str) -> None:
    [line] = report(address=["localhost", address])
    assert line.startswith("mentor:address[1]: ")
    assert rule in line


def test_an_address_twice(report: Report) -> None:
    assert report(address=["a.org", "A.org."]) == ['mentor:address[1]: "a.org" is address[0] again: remove one']


def test_acme_needs_a_public_name_an_address_to_write_to_and_port_443(report: Report) -> None:
    lines = report(https={"tls": "acme"})
    assert [line.split(": ")[0] for line in lines] == ["mentor:https.email", "mentor:https.port", "mentor:address"]
    for private in ("localhost", "10.0.0.1", "lab", "lab.local", "lab.home.arpa"):
        [line] = report(https={"tls": "acme", "email": "a@b.org", "port": 443}, address=[private])
        assert "holds no public DNS name" in line
    assert report(https={"tls": "acme", "email": "a@b.org", "port": 443}, address=["lab.example.org"]) == []


def test_own_files_must_be_there_and_be_pem(root: Path, report: Report) -> None:
    assert [line.split(": ")[0] for line in report(https={"tls": "files"})] == [
        "mentor:https.certificate",
        "mentor:https.key",
    ]
    for name in ("", "other-"):
        new: list[str | Path] = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=lab"]
        out: list[str | Path] = ["-keyout", root / f"{name}k.pem", "-out", root / f"{name}c.pem"]
        subprocess.run([*new, *out], check=True, capture_output=True)
    (root / "empty.pem").write_text(PEM.format("CERTIFICATE"))
    (root / "e.pem").write_text(PEM.format("ENCRYPTED PRIVATE KEY"))
    files = {"tls": "files", "certificate": "c.pem", "key": "k.pem"}
    assert report(https=files) == []
    assert "cannot be read" in report(https={**files, "key": "nowhere.pem"})[0]
    assert "holds no PRIVATE KEY in PEM form" in report(https={**files, "key": "c.pem"})[0]
    assert "is encrypted" in report(https={**files, "key": "e.pem"})[0]
    assert "is not the key of https.certificate" in report(https={**files, "key": "other-k.pem"})[0]
    assert "cannot be used" in report(https={**files, "certificate": "empty.pem"})[0]
    [one, other] = report(https={**files, "tls": "internal"})
    assert "is used only with https.tls: files" in one
    assert "is used only with https.tls: files" in other


def test_a_directory_of_ones_own_is_all_or_nothing(report: Report, root: Path) -> None:
    lines = report(directory={"url": "ldaps://ldap.example.org"})
    assert [line.split(": ")[0] for line in lines] == [
        "mentor:directory.base",
        "mentor:directory.bindDn",
        "mentor:directory.bindPassword",
    ]
    [line] = report(directory={"base": "dc=example"})
    assert line.startswith("mentor:directory.base: belongs to an LDAP directory of your own: set directory.url too")
    (root / "ca.pem").write_text(PEM.format("CERTIFICATE"))
    whole = {
        "url": "ldap://ldap.example.org:3389",
        "base": "ou=people,dc=example,dc=org",
        "bindDn": "cn=reader,dc=example,dc=org",
        "bindPassword": SecretStr("x"),
        "ca": "ca.pem",
        "attribute": "sAMAccountName",
    }
    assert report(directory=whole) == []
    for url, rule in (
        ("https://ldap.example.org", "is not an LDAP URL"),
        ("ldap.example.org", "is not an LDAP URL"),
        ("ldap://ldap.example.org/dc=x", "is more than scheme, host and port"),
        ("ldap://localhost", "is this machine as the containers see themselves"),
        ("ldap://x:99999", "has no valid port"),
    ):
        [line] = report(directory={**whole, "url": url})
        assert rule in line


@pytest.mark.parametrize(
    "name",
    [
        "dc=example",
        "ou=people,dc=example,dc=org",
        "cn=a b\\, c, dc=x",
        "uid=a,dc=x",
        "2.5.4.3=x,dc=y",
        "cn=\\C4\\8C,dc=x",
    ],
)
def test_b61_dns_that_are_fine(report: Report, name: str) -> None:
    lines = report(directory={"url": "ldaps://l.org", "base": name, "bindDn": name, "bindPassword": SecretStr("x")})
    assert lines == []


@pytest.mark.parametrize(
    "name",
    [
        "dc=",
        "people",
        "=x",
        "dc=example,,dc=org",
        "dc=a b",
        "dc=example.org",
        "cn=a;b",
        'cn="a"',
        "cn= ,dc=x",
        "ou=x,dc=a_b",
        "cn=a\\",
    ],
)
def test_b61_b62_malformed_dns(report: Report, name: str) -> None:
    [line] = report(directory={"url": "ldaps://l.org", "base": name, "bindDn": "cn=x", "bindPassword": SecretStr("x")})
    assert line.startswith("mentor:directory.base: ")
    assert "is not a DN" in line


@pytest.mark.parametrize(
    ("pool", "rule"),
    [
        ("10.64.0.1/10", 'has host bits set; did you mean "10.64.0.0/10"?'),
        ("8.8.0.0/16", "is not private"),
        ("127.0.0.0/8", "is not private"),
        ("10.0.0.0/7", "is not private"),
        ("fd00::/8", "is not an IPv4 network"),
        ("lan", "is not an IPv4 network"),
        (10, "is not an IPv4 network"),
        ("10.64.0.0/27", "holds 0 seats' networks"),
        ("10.64.0.0/26", "holds 4 seats' networks (/28) and 4 people plus the services need 8"),
    ],
)
def test_b53_the_pool_is_private_and_large_enough(report: Report, pool: object, rule: str) -> None:
    [line] = report(network={"pool": pool})
    assert line.startswith("mentor:network.pool: ")
    assert rule in line


def test_packages_are_names_of_packages(report: Report) -> None:
    [line] = report(seat={"packages": ["pgbadger", "-o=x; reboot"]})
    assert line == 'mentor:seat.packages[1]: "-o=x; reboot" is not the name of a Debian package'
    [line] = report(seat={"packages": ["vim", "vim"]})
    assert line.startswith('mentor:seat.packages[1]: "vim" is there twice')


def test_a_dockerfile_must_be_there(report: Report, root: Path) -> None:
    assert "is not there" in report(seat={"dockerfile": "my/Dockerfile"})[0]
    (root / "my").mkdir()
    (root / "my" / "Dockerfile").write_text("ARG SEAT\n")
    assert report(seat={"dockerfile": "my/Dockerfile"}) == []


@pytest.mark.parametrize(
    ("place", "holds"),
    [("Dockerfile", "the project"), ("workshop/Dockerfile", "the course"), ("../Dockerfile", "the project")],
)
def test_a_dockerfiles_folder_holds_neither_project_nor_course(
    report: Report, root: Path, place: str, holds: str
) -> None:
    """All of a folder is sent to the engine and is part of the image: stack files and printed cards too."""
    (root / place).write_text("ARG SEAT\n")
    [line] = report(seat={"dockerfile": place})
    assert line.startswith(f'mentor:seat.dockerfile: "{place}" lies in ')
    assert holds in line
    assert "a folder of its own, as in seat/Dockerfile" in line


def test_the_archive_goes_to_a_full_path(report: Report) -> None:
    assert report(archive={"folder": "archive"})[0].endswith("is not a full path: start it with / or ~/")
    assert report(archive={"folder": "/srv/archive", "maximum": "1g", "timeout": 60}) == []
    assert report(archive={"timeout": 1})[0].endswith("is not a whole number from 10 to 86400")


def test_visibility_is_one_of_three(report: Report) -> None:
    assert report(visibility="name") == [
        'mentor:visibility: "name" is not one of own, anonymous or names; did you mean "names"?'
    ]


@pytest.mark.parametrize("stack", ["Dev", "a_b", "a.b", "-x", "x-", "x" * 41, "é"])
def test_a_stack_name_that_cannot_name_machines(report: Report, stack: str) -> None:
    assert any(line.startswith("stack: ") and "choose a stack name" in line for line in report(stack=stack))


def test_machines_names_stay_within_dns(report: Report) -> None:
    [line] = report(stack="a" * 30, students=["b" * 31])
    assert line.startswith("stack: ")
    assert "choose a stack name of 19 or fewer" in line
    assert report(stack="a" * 19, students=["b" * 31]) == []


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -5, 1.5, "", " ", "no", [], {}, [[]], [None], {"x": [1]}, "x" * 10_000, "\u202e", float("inf")],
)
@pytest.mark.parametrize(
    "key",
    [
        "students",
        "teachers",
        "spares",
        "event",
        "address",
        "https",
        "hosts",
        "seat",
        "database",
        "directory",
        "network",
        "visibility",
        "course",
        "archive",
        "other",
    ],
)
def test_no_value_whatever_leads_to_anything_but_a_report(report: Report, key: str, value: object) -> None:
    for line in report(**{key: value}):
        assert line.startswith(("mentor:", "stack:"))
        assert line.isprintable()
