"""The audit log, as a page and as CSV."""

import csv
import io
from datetime import datetime

from tests.unit.spyglass.people import World


def test_it_is_newest_first_and_can_be_searched(world: World) -> None:
    record = world.services.audit.record
    record(actor="teacher", action="take-over", subject="s01", address="198.51.100.1")
    record(actor="teacher", action="new password", subject="s02", address="198.51.100.1")
    browser = world.browser("teacher")
    text = browser.get("/audit").text
    assert text.index("new password") < text.index("take-over")
    assert "Europe/Berlin" in text
    assert "<img src=x" not in text
    found = browser.get("/audit", params={"find": "ADA take"}).text
    assert "take-over" in found
    assert "new password" not in found
    assert "Nothing matches" in browser.get("/audit", params={"find": "<script>nothing"}).text
    for start in ("-1", "x", "9" * 30, "²"):
        assert browser.get("/audit", params={"from": start}).status_code == 200


def test_a_long_log_has_pages(world: World) -> None:
    for number in range(201):
        world.services.audit.record(actor="teacher", action=f"number {number}", subject="s01", address="x")
    browser = world.browser("teacher")
    first, second = browser.get("/audit").text, browser.get("/audit?find=&from=200").text
    assert "number 200<" in first
    assert "number 0<" not in first
    assert "Older" in first
    assert "number 0<" in second
    assert "Newer" in second


def test_the_csv_holds_no_formula(world: World) -> None:
    world.services.audit.record(actor="teacher", action="=cmd()", subject="s01", address="198.51.100.1")
    answer = world.browser("teacher").get("/audit.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    (heading, line) = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heading[0] == "time"
    assert line[1:] == ["teacher", "Grace", "'=cmd()", "s01", "Ada", "198.51.100.1"]
    assert datetime.fromisoformat(line[0]).utcoffset() is not None
