"""`make verify`: a class that is well, and each thing that can be wrong with it found, named, and mended as it says."""

import datetime as dt
import json
import re
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from tests.faults.fault_kit import operate, quick, said
from tests.live.portal_kit import own_terminal
from tests.waiting import until
from tests.workshop_kit import Workshop, docker

WELL = re.compile(r"ok +s0\d +signed in after [\d.]+ s, terminal after [\d.]+ s, a key in \d+ ms, psql in [\d.]+ s")


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    workshop = quick(workshop_factory("verify", students=2, spares=1))
    workshop.up()
    return workshop


def verify(lab: Workshop) -> tuple[int, list[str]]:
    done = operate(lab, "verify")
    return done.returncode, said(done).splitlines()


def is_well(lab: Workshop) -> None:
    status, lines = verify(lab)
    assert status == 0, lines
    assert len([line for line in lines if WELL.fullmatch(line)]) == 2, lines
    assert lines[-1] == "verify: all is well with 4 people"


def only(lines: list[str], who: str, what: str, how: str) -> None:
    """Nobody but him is not well; what is wrong with him, and what mends it."""
    (failed,) = [line for line in lines if line.startswith("FAILED")]
    assert re.match(rf"FAILED +{who} ", failed), failed
    assert what in failed
    assert lines[-2] == "verify: to mend it"
    assert lines[-1].startswith(f"  {who}: ")
    assert how in lines[-1]


def test_a_class_that_is_well_is_a_line_each_and_nobody_is_disturbed(lab: Workshop) -> None:
    outputs = lab.outputs()
    with own_terminal(outputs["portalUrl"], "s01", lab.passwords()["s01"], outputs["caCertificate"]) as screen:
        is_well(lab)
        screen.send(b"tmux list-clients | wc -l\r")
    left = "ls -A ~ | tr '\\n' ' '; [ -e $XDG_RUNTIME_DIR/welcomed ] && echo welcomed; tmux ls; tmux -L aside ls; true"
    assert "bash_history" not in lab.inside("s02", left)
    assert "welcomed" not in lab.inside("s02", left)
    until(lambda: lab.inside("s02", "pgrep -xc tmux; true") == "0", "no terminal is left")
    # Nothing says that s02 or the spare seat's owner has been there: it is free, and he is missing.
    known = (
        "import sqlite3; base = sqlite3.connect('/var/lib/spyglass/spyglass.db')\n"
        "for table, who in (('sessions', 'person'), ('known', 'person'), ('activity', 'student')): "
        "print(table, *sorted(row[0] for row in base.execute(f'SELECT DISTINCT {who} FROM {table}')))"
    )
    assert docker("exec", lab.container("spyglass"), "python3", "-c", known).splitlines() == [
        "sessions s01", "known s01", "activity s01"
    ]  # fmt: skip


def test_a_machine_that_was_stopped(lab: Workshop) -> None:
    docker("stop", "-t", "1", lab.container("seat-s02"))
    status, lines = verify(lab)
    assert status == 1
    only(lines, "s02", "his machine does not answer", "`make up`")
    assert operate(lab, "up").returncode == 0
    is_well(lab)


def test_a_password_that_is_not_the_cards(lab: Workshop) -> None:
    docker("exec", "-i", lab.container("directory"), "account", "reset", "s01", input="another-password-1")
    status, lines = verify(lab)
    assert status == 1
    only(lines, "s01", "the password on the card is refused", "/students/s01")
    docker("exec", "-i", lab.container("directory"), "account", "reset", "s01", input=lab.passwords()["s01"])
    is_well(lab)


def test_a_database_that_lost_its_role(lab: Workshop) -> None:
    def admin(statement: str, database: str = "postgres") -> None:
        docker("exec", "-u", "postgres", lab.container("postgres"), "psql", "-XqAt", "-v", "ON_ERROR_STOP=1",
               "-d", database, "-c", statement)  # fmt: skip

    admin("REASSIGN OWNED BY s02 TO provisioner; DROP OWNED BY s02", "s02")
    admin("DROP OWNED BY s02")
    admin("DROP ROLE s02")
    status, lines = verify(lab)
    assert status == 1
    only(lines, "s02", "his database does not answer: ", "`pulumi up --refresh`")
    lab.up("--refresh")
    is_well(lab)


def test_a_certificate_that_has_expired(lab: Workshop) -> None:
    resources = json.loads(lab.pulumi("stack", "export", "--show-secrets").stdout)["deployment"]["resources"]
    made = next(one for one in resources if one["urn"].endswith("::authority"))["outputs"]["stdout"]
    bundle = json.loads(made["plaintext"]) if isinstance(made, dict) else made
    key = serialization.load_pem_private_key(bundle.encode(), None)
    authority = x509.load_pem_x509_certificate(bundle[bundle.index("-----BEGIN CERTIFICATE") :].encode())
    now = docker("exec", lab.container("gateway"), "cat", "/etc/mentor/tls.crt")
    leaf = x509.load_pem_x509_certificate(now.encode())
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    old = x509.CertificateBuilder(
        authority.subject, leaf.subject, leaf.public_key(), leaf.serial_number + 1,
        yesterday - dt.timedelta(days=9), yesterday, list(leaf.extensions),
    ).sign(key, hashes.SHA256())  # type: ignore[arg-type]  # fmt: skip
    docker("exec", "-i", "-u", "0", lab.container("gateway"), "sh", "-c", "cat > /etc/mentor/tls.crt",
           input=old.public_bytes(serialization.Encoding.PEM).decode())  # fmt: skip
    docker("restart", lab.container("gateway"))
    until(lambda: docker("inspect", "-f", "{{.State.Health.Status}}", lab.container("gateway")) == "healthy", "gateway")
    status, lines = verify(lab)
    assert status == 1
    only(lines, "portal", "certificate has expired", "gateway-certificate")
    lab.up("--replace", "**gateway-certificate")
    is_well(lab)
