"""A class that signs in with its school's own accounts: nothing is made there, and no password is told."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops import cards
from tests.ground import listing
from tests.live import image_kit as kit
from tests.live.portal_kit import sign_in
from tests.waiting import until
from tests.workshop_kit import Workshop

FILES = Path(__file__).parent / "school"
READER = 'reader "of #all\\ cards'
PASSWORDS = {"s01": "the school's own: 1", "teacher": "the school's own: 2"}
SERVE = """cd /etc/mentor && mkdir /tmp/school && slapadd -f slapd.conf -l people.ldif &&
exec slapd -d 0 -f slapd.conf -h 'ldap:/// ldaps:///'"""


class School:
    """Somebody else's directory, published on an address of this machine that every container reaches."""

    def __init__(self, folder: Path, ground: kit.Ground) -> None:
        network = json.loads(kit.docker("network", "inspect", ground.token).stdout)
        self.address = network[0]["IPAM"]["Config"][0]["Gateway"]
        self.authority = kit.Authority.new(folder / "school")
        pair = self.authority.issue(self.address)
        files = {path.name: path.read_text() for path in FILES.iterdir()}
        files |= {"tls.crt": pair.certificate, "tls.key": pair.key}
        self.container = ground.container(
            "school", kit.image("directory"), files, "-p", f"{self.address}::389", "-p", f"{self.address}::636",
            "--entrypoint", "sh", command=["-c", SERVE],
        )  # fmt: skip
        search = ["ldapsearch", "-xLLL", "-ZZ", "-H", "ldap://localhost", "-b", "", "-s", "base"]
        ask = ("exec", "-e", "LDAPTLS_REQCERT=never", self.container, *search)
        until(lambda: kit.docker(*ask, check=False).returncode == 0, lambda: kit.logs(self.container))

    def settings(self, scheme: str) -> dict[str, Any]:
        """The section ``directory`` but for the password, which is a secret."""
        port = kit.published(self.container, {"ldap": 389, "ldaps": 636}[scheme])
        return {
            "url": f"{scheme}://{self.address}:{port}",
            "base": "ou=accounts,dc=school,dc=example",
            "bindDn": "cn=lab reader,dc=school,dc=example",
            "attribute": "employeeNumber",
            "ca": str(self.authority.folder / "ca.crt"),
        }


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with kit.ground() as ground:
        yield School(tmp_path_factory.mktemp("school"), ground)


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    return workshop_factory("school", students=1)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_people_sign_in_with_the_passwords_that_they_have(lab: Workshop, school: School, scheme: str) -> None:
    lab.set(directory=school.settings(scheme))
    lab.pulumi("config", "set", "--secret", "--path", "directory.bindPassword", READER)
    assert READER not in lab.file.read_text()
    done = lab.up()
    assert READER not in done.stdout + done.stderr
    outputs = lab.outputs()
    for person, password in PASSWORDS.items():
        assert sign_in(outputs["portalUrl"], person, password, outputs["caCertificate"]).status_code == 303
        for wrong in ("", "not the password"):
            answer = sign_in(outputs["portalUrl"], person, wrong, outputs["caCertificate"])
            assert answer.status_code == 401, answer.text
        with psycopg.connect(
            host="127.0.0.1", port=lab.database_port, user=person, dbname=person, password=password, sslmode="require"
        ) as connection:
            assert connection.execute("select current_user").fetchone() == (person,)
    # The teacher's password opens the teacher's account alone, and the school's user name is none here.
    assert sign_in(outputs["portalUrl"], "s01", PASSWORDS["teacher"], outputs["caCertificate"]).status_code == 401
    assert sign_in(outputs["portalUrl"], "u1001", PASSWORDS["s01"], outputs["caCertificate"]).status_code == 401


def test_no_account_and_no_password_is_made(lab: Workshop) -> None:
    state = json.loads(lab.pulumi("stack", "export").stdout)["deployment"]["resources"]
    names = {each["urn"].rsplit("::", 1)[-1] for each in state}
    assert "s01-machine" in names
    assert not {name for name in names if name.endswith(("-password", "-account"))}
    assert {thing for thing in listing(lab.stack) if "directory" in thing} == set()


def test_the_cards_ask_for_the_password_that_one_has(lab: Workshop) -> None:
    outputs = lab.outputs()
    everybody = [*outputs["credentials"], *outputs["teachers"], *outputs["multipass"]]
    assert {record["password"] for record in everybody} == {None}
    page = cards.page("Workshop", outputs["credentials"], outputs["teachers"], outputs["caCertificate"])
    assert page.count("your usual one") == 2


def test_a_refresh_changes_nothing_and_a_password_stays_a_secret(lab: Workshop) -> None:
    lab.up("--refresh", "--expect-no-changes")
    state = "\n".join(path.read_text() for path in (lab.folder / "state").rglob("*.json*"))
    for secret in (READER, *PASSWORDS.values()):
        assert json.dumps(secret)[1:-1] not in state
