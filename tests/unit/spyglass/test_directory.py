"""The directory's answers, from a real slapd of this machine."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ldap3.core.exceptions import LDAPException, LDAPSocketReceiveError
from ldap3.extend import StandardExtendedOperations

from spyglass.directory import (
    Directory,
    DirectoryDownError,
    DirectorySettings,
    RefusedError,
    UnansweredError,
    WrongPasswordError,
)
from tests.ports import free_port
from tests.waiting import PATIENCE, wait_for_server

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/bin")

pytestmark = pytest.mark.skipif(not SLAPD, reason="needs slapd: apt-get install slapd")

CONFIG = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
disallow bind_anon
TLSCertificateFile {folder}/tls.crt
TLSCertificateKeyFile {folder}/tls.key
database mdb
suffix "dc=mentor"
directory {folder}/data
overlay ppolicy
ppolicy_default "cn=default,dc=mentor"
ppolicy_hash_cleartext
access to dn.exact="uid=s01,ou=people,dc=mentor" attrs=userPassword
  by dn.exact="cn=keeper,dc=mentor" =w by self =xw by anonymous auth by * none
access to attrs=userPassword by self =xw by anonymous auth by * none
access to * by dn.exact="cn=reader,dc=mentor" read by self read by * none
"""
ENTRIES = """\
dn: dc=mentor
objectClass: dcObject
objectClass: organization
o: mentor

dn: cn=default,dc=mentor
objectClass: device
objectClass: pwdPolicy
pwdAttribute: userPassword
pwdCheckQuality: 1
pwdMinLength: 8
pwdInHistory: 1

dn: cn=reader,dc=mentor
objectClass: simpleSecurityObject
objectClass: organizationalRole
userPassword: reader-password

dn: cn=keeper,dc=mentor
objectClass: simpleSecurityObject
objectClass: organizationalRole
userPassword: keeper-password

dn: ou=people,dc=mentor
objectClass: organizationalUnit

dn: uid=s01,ou=people,dc=mentor
objectClass: inetOrgPerson
cn: Ada
sn: Ada
userPassword: s01-password

dn: uid=s02,ou=people,dc=mentor
objectClass: inetOrgPerson
cn: Bo
sn: Bo
userPassword:: w7xiZXItZ2VoZWlt
"""
UMLAUT = "über-geheim"  # in base64 above
CERTIFICATES = """set -e
EC="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
openssl req -x509 $EC -days 30 -subj /CN=test -keyout ca.key -out ca.crt
openssl req $EC -subj /CN=test -keyout tls.key -out tls.csr
printf 'basicConstraints=critical,CA:FALSE\\nsubjectAltName=DNS:localhost\\n' > ext
openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out tls.crt
openssl req -x509 $EC -days 30 -subj /CN=other -keyout o.key -out other.crt
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, DirectorySettings, int]]:
    """A folder with certificates, how to ask, and the port for StartTLS."""
    assert SLAPD
    folder = tmp_path_factory.mktemp("slapd")
    (folder / "data").mkdir()
    subprocess.run(["bash", "-c", CERTIFICATES], cwd=folder, check=True, stderr=subprocess.DEVNULL)
    (folder / "slapd.conf").write_text(CONFIG.format(folder=folder))
    load = [SLAPD, "-T", "add", "-f", str(folder / "slapd.conf")]
    subprocess.run(load, input=ENTRIES.encode(), check=True)
    plain, tls = free_port(), free_port()
    urls = f"ldaps://127.0.0.1:{tls} ldap://127.0.0.1:{plain}"
    slapd = subprocess.Popen([SLAPD, "-d", "0", "-f", str(folder / "slapd.conf"), "-h", urls])
    wait_for_server(tls, slapd)
    settings = DirectorySettings(
        host="localhost",
        port=tls,
        tls="ldaps",
        base="ou=people,dc=mentor",
        bind_dn="cn=reader,dc=mentor",
        bind_password="reader-password",
    )
    yield folder, settings, plain
    slapd.terminate()
    slapd.wait(PATIENCE)


@pytest.fixture
def directory(server: tuple[Path, DirectorySettings, int]) -> Directory:
    folder, settings, _ = server
    return Directory(settings, folder / "ca.crt", patience=PATIENCE)


def check(directory: Directory, name: str, password: str) -> bool:
    return asyncio.run(directory.check(name, password))


def test_the_right_password_is_right_and_nothing_else_is(directory: Directory) -> None:
    assert check(directory, "s01", "s01-password")
    assert not check(directory, "s01", "wrong")
    assert not check(directory, "nobody", "s01-password")


def test_letters_beyond_ascii_are_sent_as_typed(directory: Directory) -> None:
    assert check(directory, "s02", UMLAUT)


def test_an_empty_password_is_no_anonymous_bind(directory: Directory) -> None:
    assert not check(directory, "s01", "")
    assert not check(directory, "", "s01-password")


@pytest.mark.parametrize("name", ["*", "s0*", "s02)(uid=*", "a\\,ou=x", "s01/", "s01)(|(uid=*", "\x00", "(", ")"])
def test_odd_names_find_nobody(directory: Directory, name: str) -> None:
    assert not check(directory, name, "s01-password")


def test_start_tls_works_too(server: tuple[Path, DirectorySettings, int]) -> None:
    folder, settings, plain = server
    directory = Directory(replace(settings, port=plain, tls="starttls"), folder / "ca.crt")
    assert check(directory, "s01", "s01-password")
    assert not check(directory, "s01", "wrong")


@pytest.mark.parametrize(
    ("changes", "ca"),
    [
        ({}, "other.crt"),  # somebody else's authority
        ({"host": "127.0.0.1"}, "ca.crt"),  # not the name in the certificate
        ({"bind_password": "wrong"}, "ca.crt"),
        ({"base": "ou=nowhere,dc=mentor"}, "ca.crt"),
    ],
)
def test_who_cannot_be_trusted_or_asked_is_down_or_knows_nobody(
    server: tuple[Path, DirectorySettings, int], changes: dict[str, Any], ca: str
) -> None:
    folder, settings, plain = server
    asked = Directory(replace(settings, **changes), folder / ca)
    if "base" in changes:
        assert not check(asked, "s01", "s01-password")
        return
    with pytest.raises(DirectoryDownError):
        check(asked, "s01", "s01-password")
    if not changes or "host" in changes:
        with pytest.raises(DirectoryDownError):
            check(Directory(replace(settings, **changes, port=plain, tls="starttls"), folder / ca), "s01", "x")


def test_a_server_that_is_not_there_or_says_nothing_is_down(server: tuple[Path, DirectorySettings, int]) -> None:
    folder, settings, _ = server
    with pytest.raises(DirectoryDownError):
        check(Directory(replace(settings, port=free_port()), folder / "ca.crt"), "s01", "s01-password")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = Directory(replace(settings, port=silent.getsockname()[1]), folder / "ca.crt", patience=0.3)
        with pytest.raises(DirectoryDownError, match="no answer"):
            check(mute, "s01", "s01-password")


def test_a_person_changes_his_own_password(directory: Directory) -> None:
    asyncio.run(directory.change_password("s01", "s01-password", "quite another one"))
    assert check(directory, "s01", "quite another one")
    assert not check(directory, "s01", "s01-password")
    with pytest.raises(RefusedError, match="used this password before"):
        asyncio.run(directory.change_password("s01", "quite another one", "quite another one"))
    with pytest.raises(RefusedError, match="too short"):
        asyncio.run(directory.change_password("s01", "quite another one", "short"))
    for wrong in ("s01-password", ""):
        with pytest.raises(WrongPasswordError):
            asyncio.run(directory.change_password("s01", wrong, "again another one"))
    assert check(directory, "s01", "quite another one")


def test_the_keeper_sets_the_passwords_that_he_may_and_says_why_not(
    server: tuple[Path, DirectorySettings, int],
) -> None:
    folder, settings, _ = server
    keeper = replace(settings, keeper_dn="cn=keeper,dc=mentor", keeper_password="keeper-password")
    ours = Directory(keeper, folder / "ca.crt")
    assert ours.can_set_passwords
    asyncio.run(ours.set_password("s01", "set by the teacher"))
    assert check(ours, "s01", "set by the teacher")
    for name, new, words in (
        ("s01", "short", "too short"),
        ("s01", "", "missing"),
        ("s02", "set by the teacher", "from here"),
        ("nobody", "set by the teacher", "no such account"),
    ):
        with pytest.raises(RefusedError, match=words):
            asyncio.run(ours.set_password(name, new))
    assert check(ours, "s02", UMLAUT)
    wrong = Directory(replace(keeper, keeper_password="wrong"), folder / "ca.crt")
    with pytest.raises(DirectoryDownError, match="keeper"):
        asyncio.run(wrong.set_password("s01", "another one here"))
    theirs = Directory(settings, folder / "ca.crt")
    assert not theirs.can_set_passwords
    with pytest.raises(RefusedError, match="from here"):
        asyncio.run(theirs.set_password("s01", "another one here"))


def test_a_new_password_that_was_sent_and_not_answered_may_have_been_set(
    server: tuple[Path, DirectorySettings, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, settings, _ = server
    keeper = replace(settings, keeper_dn="cn=keeper,dc=mentor", keeper_password="keeper-password")
    ours = Directory(keeper, folder / "ca.crt")

    def cut(*_: object, **__: object) -> None:
        raise LDAPSocketReceiveError("the line is gone")

    with monkeypatch.context() as cutting:
        cutting.setattr(StandardExtendedOperations, "modify_password", cut)
        with pytest.raises(UnansweredError, match="line is gone"):
            asyncio.run(ours.set_password("s01", "perhaps this one"))
    absent = Directory(replace(keeper, port=free_port()), folder / "ca.crt")
    with pytest.raises(DirectoryDownError) as nothing_sent:
        asyncio.run(absent.set_password("s01", "never this one"))
    assert not isinstance(nothing_sent.value, UnansweredError)


def test_a_password_that_comes_too_late_is_not_set_any_more(
    server: tuple[Path, DirectorySettings, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, settings, _ = server
    keeper = replace(settings, keeper_dn="cn=keeper,dc=mentor", keeper_password="keeper-password")
    slow = Directory(keeper, folder / "ca.crt", patience=0.1)
    set_now = Directory._set  # noqa: SLF001 - held up as a slow network would

    def set_late(*everything: Any) -> None:
        assert everything[-1].wait(PATIENCE)  # until it is given up
        with contextlib.suppress(DirectoryDownError, LDAPException):
            set_now(*everything)
        done.set()

    done = threading.Event()
    asyncio.run(Directory(keeper, folder / "ca.crt").set_password("s01", "the one that counts"))
    monkeypatch.setattr(Directory, "_set", set_late)
    with pytest.raises(UnansweredError):
        asyncio.run(slow.set_password("s01", "the one that is late"))
    assert done.wait(PATIENCE)
    assert check(Directory(settings, folder / "ca.crt"), "s01", "the one that counts")
