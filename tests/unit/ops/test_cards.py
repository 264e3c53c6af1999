"""The page of cards: what it shows, what it must not let in, who may read it."""

import csv
import io
import re
import stat
import subprocess
from pathlib import Path

import pytest

from ops import cards, private_file

ADA = {
    "id": "s01",
    "name": "Ada",
    "username": "s01",
    "password": "kq7mzp4hwx2c",
    "url": "https://class.example:8443",
    "database": "postgresql://s01@class.example:5432/s01?sslmode=require",
}


def test_a_card_shows_everything_a_person_needs() -> None:
    page = cards.page("SQL", [ADA], [])
    for part in ("SQL", "Ada", "https://class.example:8443", "s01", "postgresql://s01@class.example"):
        assert part in page
    assert page.count("<svg") == 1


def test_the_password_is_grouped_for_the_eye_and_copied_without_gaps() -> None:
    page = cards.page("SQL", [ADA], [])
    shown = re.search(r'<dd class="password"><code>(.*?)</code>', page)
    assert shown is not None
    assert shown[1] == "<span>kq7m</span><span>zp4h</span><span>wx2c</span>"
    assert re.sub("<[^>]*>", "", shown[1]) == "kq7mzp4hwx2c"


@pytest.mark.parametrize("field", ["name", "username", "password", "database"])
def test_nothing_in_a_record_becomes_markup(field: str) -> None:
    page = cards.page("SQL", [ADA | {field: '"><img src=x onerror=alert(1)>{{7*7}}'}], [])
    assert "<img" not in page
    assert "49" not in re.sub("<[^>]*>", "", page)


def test_nothing_in_the_events_name_becomes_markup() -> None:
    assert "<script" not in cards.page("<script>alert(1)</script>", [ADA], [])


def test_nothing_comes_from_outside() -> None:
    page = cards.page("SQL", [ADA], [])
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


def test_teachers_get_a_sheet_of_their_own() -> None:
    page = cards.page("SQL", [ADA], [ADA | {"name": "Grace"}])
    assert page.index("Ada") < page.index("<h1>Teachers</h1>") < page.index("Grace")


def test_an_external_directory_has_no_password_to_print() -> None:
    page = cards.page("SQL", [ADA | {"password": None, "database": None}], [])
    assert "your usual one" in page
    assert "Database" not in page


def test_the_authoritys_fingerprint_is_the_one_openssl_prints(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "ca.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    make = ["openssl", "req", "-x509", *curve, "-subj", "/CN=x", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(make, check=True, capture_output=True)
    ask = ["openssl", "x509", "-in", str(certificate), "-noout", "-fingerprint", "-sha256"]
    printed = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip().partition("=")[2]
    assert printed == cards.fingerprint(certificate.read_text())
    assert printed in cards.page("SQL", [ADA], [], certificate.read_text())


def test_the_file_is_its_owners_alone_even_when_it_was_not_before(tmp_path: Path) -> None:
    file = tmp_path / "cards-dev.html"
    file.write_text("old")
    file.chmod(0o644)
    private_file.write(file, "new")
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_the_table_holds_the_same_and_computes_nothing() -> None:
    formula = ADA | {"id": "s02", "username": "s02", "name": '=HYPERLINK("http://evil","Ada, \\"x\\"")'}
    unnamed = ADA | {"username": "teacher", "name": None, "password": None, "database": None}
    text = cards.table([ADA, formula], [unnamed])
    assert text.startswith("\ufeffrole,name,username,password,url,database\r\n")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == {"role": "student"} | {
        key: ADA[key] for key in ("name", "username", "password", "url", "database")
    }
    assert rows[1]["name"] == "'" + str(formula["name"])
    assert (rows[2]["role"], rows[2]["name"], rows[2]["password"]) == ("teacher", "teacher", "")


def test_the_page_and_the_table_are_their_owners_alone(tmp_path: Path) -> None:
    private_file.write(tmp_path / "cards-dev.csv", cards.table([ADA], []))
    assert stat.S_IMODE((tmp_path / "cards-dev.csv").stat().st_mode) == 0o600
    assert (tmp_path / "cards-dev.csv").read_bytes().count(b"\r\n") == 2
