"""The directory image, by itself: accounts that survive, and what a hostile account cannot do."""

import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap3
import pytest
from ldap3.core.exceptions import LDAPPasswordIsMandatoryError

from tests.live import image_kit as kit
from tests.waiting import PATIENCE

READER = 'reader-canary "#\\ö'
KEEPER = 'keeper-canary "#\\ö'
FIRST = "first-password"
BASE = "ou=people,dc=mentor"


@dataclass(frozen=True)
class Running:
    """A directory that answers, and where."""

    ground: kit.Ground
    container: str
    volume: str
    authority: kit.Authority
    files: dict[str, str]

    def put(self, person: str, password: str = FIRST, **fields: str | None) -> None:
        done = kit.put_account(self.container, person, password, **fields)
        assert (done.returncode, done.stderr) == (0, "")

    def account(self, *args: str, stdin: str = "") -> kit.Completed:
        return kit.docker("exec", "-i", self.container, "account", *args, stdin=stdin, check=False)

    def connection(self, dn: str, password: str) -> Any:
        tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_data=self.authority.certificate, valid_names=["directory"])
        port = kit.published(self.container, 636)
        server = ldap3.Server("127.0.0.1", port, use_ssl=True, tls=tls, get_info=ldap3.NONE, connect_timeout=PATIENCE)
        connection = ldap3.Connection(server, dn, password)
        connection.bind()
        return connection

    def signs_in(self, person: str, password: str) -> bool:
        connection = self.connection(f"uid={person},{BASE}", password)
        return bool(connection.bound)

    def entry(self, person: str) -> dict[str, Any]:
        reader = self.connection("cn=reader,dc=mentor", READER)
        reader.search(BASE, f"(uid={person})", attributes=["*", "memberOf"])
        assert len(reader.response) <= 1
        return dict(reader.response[0]["attributes"]) if reader.response else {}

    def members(self, group: str) -> set[str]:
        reader = self.connection("cn=reader,dc=mentor", READER)
        reader.search(f"cn={group},ou=groups,dc=mentor", "(objectClass=*)", attributes=["member"])
        return {dn.split(",")[0].removeprefix("uid=") for dn in reader.response[0]["attributes"]["member"]}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with kit.ground() as ground:
        authority = kit.Authority.new(tmp_path_factory.mktemp("directory") / "ca")
        files = kit.directory_files(authority, READER, keeper=KEEPER)
        volume = ground.volume("ldap")
        container = start(ground, files, volume)
        yield Running(ground, container, volume, authority, files)


def start(ground: kit.Ground, files: dict[str, str], volume: str, name: str = "directory") -> str:
    container = ground.container(
        name, kit.image("directory"), files, "-v", f"{volume}:/var/lib/ldap", "-p", "127.0.0.1::636"
    )
    kit.wait_healthy(container)
    return container


def test_put_makes_an_account_in_its_group(running: Running) -> None:
    running.put("m01", "first-password", name='Zoë "Q" O\'Neil, <x>', email="zoe@example.org", group="teachers")
    entry = running.entry("m01")
    assert entry["cn"] == ['Zoë "Q" O\'Neil, <x>']
    assert entry["mail"] == ["zoe@example.org"]
    assert entry["memberOf"] == ["cn=teachers,ou=groups,dc=mentor"]
    assert running.signs_in("m01", "first-password")


def test_put_again_updates_all_but_a_changed_password(running: Running) -> None:
    running.put("m02", "first-password", email="old@example.org")
    own = running.connection(f"uid=m02,{BASE}", "first-password")
    assert own.extend.standard.modify_password(None, "first-password", "my-own-password")
    running.put("m02", "first-password", name="New Name", email=None, group="teachers")
    assert running.signs_in("m02", "my-own-password")
    assert not running.signs_in("m02", "first-password")
    entry = running.entry("m02")
    assert (entry["cn"], entry.get("mail")) == (["New Name"], None)
    assert "m02" in running.members("teachers")
    assert "m02" not in running.members("students")


def test_32_accounts_put_at_once_are_all_there(running: Running) -> None:
    people = {f"p{number:02d}" for number in range(32)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(running.put, sorted(people)))
        list(pool.map(running.put, sorted(people)))
    assert people <= running.members("students")
    assert running.entry("p31")["memberOf"] == ["cn=students,ou=groups,dc=mentor"]


def test_delete_removes_the_account_and_its_membership(running: Running) -> None:
    running.put("m03")
    assert running.account("delete", "m03").returncode == 0
    assert running.entry("m03") == {}
    assert "m03" not in running.members("students")
    assert running.account("delete", "m03").returncode == 0
    running.put("m03", "another-password")
    assert running.signs_in("m03", "another-password")


def test_reset_sets_a_password(running: Running) -> None:
    running.put("m04")
    assert running.account("reset", "m04", stdin="reset-password\n").returncode == 0
    assert running.signs_in("m04", "reset-password")
    short = running.account("reset", "m04", stdin="short")
    assert (short.returncode, short.stderr) == (1, "account: m04: a password has at least 8 characters\n")
    nobody = running.account("reset", "nobody", stdin="reset-password")
    assert nobody.returncode == 1
    assert nobody.stderr.startswith("account: nobody: ")


@pytest.mark.parametrize(
    ("person", "password", "fields", "message"),
    [
        ("X01", "first-password", {}, '"X01" is not an id'),
        ("x01\ny", "first-password", {}, "is not an id"),
        ("x01)(uid=*", "first-password", {}, "is not an id"),
        ("x01", "short", {}, "at least 8 characters"),
        ("x01", "{SSHA}canary-canary", {}, "taken for a hash"),
        ("x01", "", {}, "stdin must be"),
        ("x01", "first-password", {"group": "admins"}, "stdin must be"),
        ("x01", "first-password", {"name": ""}, "stdin must be"),
    ],
)
def test_a_wrong_account_is_refused_by_name(
    running: Running, person: str, password: str, fields: dict[str, str], message: str
) -> None:
    done = kit.put_account(running.container, person, password, **fields)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "canary" not in done.stderr
    assert running.entry("x01") == {}


def test_stdin_that_is_not_json_is_refused(running: Running) -> None:
    done = running.account("put", stdin='{"password": "canary-canary')
    assert (done.returncode, done.stderr) == (1, "account: stdin is not the JSON of one person\n")


def test_t11_nobody_asks_without_a_name(running: Running) -> None:
    assert not running.connection("", "").search("dc=mentor", "(objectClass=*)")
    with pytest.raises(LDAPPasswordIsMandatoryError):
        running.signs_in("m01", "")
    # The server by itself refuses too, whatever its client lets through.
    bare = kit.docker("exec", "-e", "LDAPTLS_REQCERT=never", running.container, "ldapwhoami", "-x", "-H",
                      "ldaps://127.0.0.1", "-D", f"uid=m01,{BASE}", "-w", "", check=False)  # fmt: skip
    assert bare.returncode == 53
    unbound = kit.docker("exec", "-e", "LDAPTLS_REQCERT=never", running.container, "ldapsearch", "-x", "-LLL", "-H",
                         "ldaps://127.0.0.1", "-b", "dc=mentor", check=False)  # fmt: skip
    assert (unbound.returncode, unbound.stdout) == (48, "")


def test_t11_nobody_reads_or_changes_another_ones_password(running: Running) -> None:
    running.put("a01")
    running.put("a02")
    attacker = running.connection(f"uid=a01,{BASE}", "first-password")
    assert not attacker.search("dc=mentor", "(uid=a02)", attributes=["*", "+"])
    assert not attacker.search("dc=mentor", "(userPassword=*)", attributes=["userPassword"])
    change = {"userPassword": [(ldap3.MODIFY_REPLACE, ["taken-over-now"])]}
    assert not attacker.modify(f"uid=a02,{BASE}", change)
    assert not attacker.extend.standard.modify_password(f"uid=a02,{BASE}", None, "taken-over-now")
    assert not attacker.modify(
        f"uid=a01,{BASE}", {"memberOf": [(ldap3.MODIFY_ADD, ["cn=teachers,ou=groups,dc=mentor"])]}
    )
    assert not attacker.modify("cn=teachers,ou=groups,dc=mentor", {"member": [(ldap3.MODIFY_ADD, [f"uid=a01,{BASE}"])]})
    assert running.signs_in("a02", "first-password")
    reader = running.connection("cn=reader,dc=mentor", READER)
    assert reader.search(BASE, "(uid=a02)", attributes=["*", "+"])
    assert "userPassword" not in reader.response[0]["attributes"]
    assert not reader.modify(f"uid=a02,{BASE}", change)


def test_the_keeper_sets_a_students_password_within_the_policy(running: Running) -> None:
    running.put("k01")
    keeper = running.connection("cn=keeper,dc=mentor", KEEPER)
    assert keeper.extend.standard.modify_password(f"uid=k01,{BASE}", None, "a-new-password")
    assert running.signs_in("k01", "a-new-password")
    assert not running.signs_in("k01", "first-password")
    assert not keeper.extend.standard.modify_password(f"uid=k01,{BASE}", None, "short")
    assert keeper.result["description"] == "constraintViolation"
    assert not keeper.modify(f"uid=k01,{BASE}", {"userPassword": [(ldap3.MODIFY_REPLACE, ["{CLEARTEXT}x"])]})
    assert running.signs_in("k01", "a-new-password")
    stored = kit.docker("exec", running.container, "slapcat", "-f", "/etc/ldap/slapd.conf", "-a", "(uid=k01)").stdout
    assert "userPassword:: e0FSR09OMn0k" in stored  # {ARGON2}$


def test_the_keeper_can_do_nothing_else(running: Running) -> None:
    running.put("k02")
    running.put("k03", group="teachers")
    keeper = running.connection("cn=keeper,dc=mentor", KEEPER)
    assert not keeper.search("dc=mentor", "(objectClass=*)", attributes=["*", "userPassword"])
    assert not keeper.search(BASE, "(uid=k02)")
    assert not keeper.compare(f"uid=k02,{BASE}", "userPassword", "first-password")
    other = [
        (f"uid=k03,{BASE}", "userPassword", "taken-over-now"),  # a teacher's
        ("cn=reader,dc=mentor", "userPassword", "taken-over-now"),
        (f"uid=k02,{BASE}", "cn", "Somebody Else"),
        (f"uid=k02,{BASE}", "mail", "me@example.org"),
        (f"uid=k02,{BASE}", "pwdPolicySubentry", "cn=default,ou=policies,dc=mentor"),
        ("cn=default,ou=policies,dc=mentor", "pwdMinLength", "1"),
    ]
    for dn, attribute, value in other:
        assert not keeper.modify(dn, {attribute: [(ldap3.MODIFY_REPLACE, [value])]}), (dn, attribute)
    for group in ("teachers", "students"):
        dn = f"cn={group},ou=groups,dc=mentor"
        assert not keeper.modify(dn, {"member": [(ldap3.MODIFY_ADD, ["cn=keeper,dc=mentor"])]})
    assert not keeper.extend.standard.modify_password(f"uid=k03,{BASE}", None, "taken-over-now")
    assert not keeper.add(f"uid=k04,{BASE}", ["inetOrgPerson"], {"cn": "x", "sn": "x"})
    assert not keeper.delete(f"uid=k02,{BASE}")
    assert not keeper.modify_dn(f"uid=k02,{BASE}", "uid=k05")
    assert running.signs_in("k02", FIRST)
    assert running.signs_in("k03", FIRST)
    assert running.connection("cn=reader,dc=mentor", READER).bound


def test_who_became_a_teacher_is_out_of_the_keepers_reach_at_once(running: Running) -> None:
    running.put("k06")
    running.put("k06", group="teachers")
    keeper = running.connection("cn=keeper,dc=mentor", KEEPER)
    assert not keeper.extend.standard.modify_password(f"uid=k06,{BASE}", None, "taken-over-now")
    assert running.signs_in("k06", FIRST)


def test_a_directory_from_before_the_keeper_gets_one(running: Running) -> None:
    volume = running.ground.volume("older")
    container = start(running.ground, running.files, volume, "older")
    kit.put_account(container, "s01", FIRST)
    kit.docker("exec", container, "ldapdelete", "-Q", "-Y", "EXTERNAL", "-H", "ldapi:///", "cn=keeper,dc=mentor")
    running.ground.remove(container)
    again = start(running.ground, running.files, volume, "older")
    renewed = Running(running.ground, again, volume, running.authority, running.files)
    keeper = renewed.connection("cn=keeper,dc=mentor", KEEPER)
    assert keeper.extend.standard.modify_password(f"uid=s01,{BASE}", None, "a-new-password")
    assert renewed.signs_in("s01", "a-new-password")


def test_a_person_changes_his_own_password_within_the_policy(running: Running) -> None:
    running.put("a03")
    own = running.connection(f"uid=a03,{BASE}", "first-password")
    assert not own.extend.standard.modify_password(None, "first-password", "short")
    assert own.result["description"] == "constraintViolation"
    assert "quality" in own.result["message"]
    assert not own.extend.standard.modify_password(None, "not-the-old-one", "my-own-password")
    # A hash has no length that could be checked, so it would be a way round the policy.
    hashed = {"userPassword": [(ldap3.MODIFY_REPLACE, ["{CLEARTEXT}x"])]}
    assert not own.modify(f"uid=a03,{BASE}", hashed)
    assert own.extend.standard.modify_password(None, "first-password", "my-own-password")
    assert running.signs_in("a03", "my-own-password")
    # By "modify", as some tools do it, it is hashed as well.
    assert own.modify(f"uid=a03,{BASE}", {"userPassword": [(ldap3.MODIFY_REPLACE, ["my-third-password"])]})
    stored = kit.docker("exec", running.container, "slapcat", "-f", "/etc/ldap/slapd.conf", "-a", "(uid=a03)").stdout
    assert "userPassword:: e0FSR09OMn0k" in stored  # {ARGON2}$


def test_t13_wrong_passwords_lock_nobody_out(running: Running) -> None:
    running.put("a04")
    for _ in range(12):
        assert not running.signs_in("a04", "wrong-password")
    assert running.signs_in("a04", "first-password")


def test_only_tls_is_spoken(running: Running) -> None:
    plain = kit.docker("exec", running.container, "bash", "-c", ": < /dev/tcp/127.0.0.1/389", check=False)
    assert plain.returncode != 0


def test_no_secret_in_log_argv_or_environment(running: Running) -> None:
    running.put("a05", "password-canary")
    assert not running.signs_in("a05", "wrong-canary")
    seen = kit.logs(running.container) + kit.docker("top", running.container, "-eo", "pid,args").stdout
    seen += (
        kit.docker("inspect", running.container).stdout
        + kit.docker("history", "--no-trunc", kit.image("directory")).stdout
    )
    assert "canary" not in seen


def test_accounts_survive_a_restart_and_a_new_container(running: Running, tmp_path: Path) -> None:
    running.put("a06")
    kit.docker("restart", running.container)
    kit.wait_healthy(running.container)
    assert running.signs_in("a06", "first-password")
    # A new container brings a new certificate and a new password for the reader.
    running.ground.remove(running.container)
    authority = kit.Authority.new(tmp_path / "ca")
    start(running.ground, kit.directory_files(authority, "another-reader\n"), running.volume)
    renewed = Running(running.ground, running.container, running.volume, authority, running.files)
    assert renewed.signs_in("a06", "first-password")
    assert not renewed.connection("cn=reader,dc=mentor", READER).bound
    assert renewed.connection("cn=reader,dc=mentor", "another-reader").bound
    running.ground.remove(running.container)
    start(running.ground, running.files, running.volume)


def test_a_first_start_that_was_killed_is_begun_again(running: Running) -> None:
    volume = running.ground.volume("half")
    kit.docker("run", "--rm", "-v", f"{volume}:/v", "--entrypoint", "sh", kit.image("directory"), "-c",
               "mkdir /v/.first; echo junk > /v/.first/data.mdb")  # fmt: skip
    container = start(running.ground, running.files, volume, "half")
    assert kit.put_account(container, "s01", "first-password").returncode == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reader_password": ""}, "directory: /etc/mentor/reader_password is missing or empty"),
        ({"keeper_password": ""}, "directory: /etc/mentor/keeper_password is missing or empty"),
        (
            {"tls.crt": "wrong name"},
            "directory: the certificate in /etc/mentor/tls.crt is not one for the name 'directory'",
        ),
    ],
)
def test_a_start_that_cannot_work_says_why(running: Running, change: dict[str, str], message: str) -> None:
    if "tls.crt" in change:
        change = {"tls.crt": running.authority.issue("elsewhere").certificate}
    container = running.ground.container("wrong", kit.image("directory"), running.files | change)
    assert kit.wait_exited(container) == 1
    assert message in kit.logs(container)
    running.ground.remove(container)
