"""Writes the cards to hand out: one printable page with a card and a QR code per person, and the same as a table.

In: the secret outputs ``credentials`` and ``teachers``, the public ``caCertificate``. Out: ``cards-<stack>.html`` and
``cards-<stack>.csv``, readable by their owner only, with nothing in them that comes from elsewhere.
"""

import csv
import hashlib
import io
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ops import stack_file
from ops.console import StopError, run, say
from ops.private_file import write
from ops.pulumi_cli import Stack

GROUP = 4
"""Characters of a password that the eye takes in at once."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What one card shows."""

    name: str
    address: str
    username: str
    password: tuple[str, ...]
    database: str | None
    code: Markup

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Card":
        """A card from one flat record of an output."""
        password = record.get("password") or ""
        url = str(record["url"])
        return cls(
            name=str(record.get("name") or record["username"]),
            address=url,
            username=str(record["username"]),
            password=tuple(password[start : start + GROUP] for start in range(0, len(password), GROUP)),
            database=record.get("database") or None,
            # The SVG is segno's own; everything else on the page is escaped by the template.
            code=Markup(segno.make(url, error="m", micro=False).svg_inline(border=0, omitsize=True)),  # noqa: S704
        )


def fingerprint(certificate: str) -> str:
    """The SHA-256 of a certificate, written as browsers show it."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.strip())).hexdigest().upper()
    return ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))


def page(
    event: str,
    students: Sequence[Mapping[str, Any]],
    teachers: Sequence[Mapping[str, Any]],
    certificate: str | None = None,
) -> str:
    """The whole page."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
    )
    return templates.get_template("cards.html").render(
        event=event,
        students=[Card.of(record) for record in students],
        teachers=[Card.of(record) for record in teachers],
        fingerprint=fingerprint(certificate) if certificate else None,
    )


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula."""


def table(students: Sequence[Mapping[str, Any]], teachers: Sequence[Mapping[str, Any]]) -> str:
    """The same people for a mail merge or a spreadsheet: RFC 4180 with a heading, in UTF-8 that Excel recognises."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(("role", "name", "username", "password", "url", "database"))
    for role, people in (("student", students), ("teacher", teachers)):
        for record in people:
            cells = [str(record.get(key) or "") for key in ("name", "username", "password", "url", "database")]
            cells[0] = cells[0] or cells[1]
            # Shown as text: a name is never computed, and what this program makes itself never begins like that.
            writer.writerow([role, *(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells)])
    return text.getvalue()


def main() -> int:
    """Run as ``python -m ops.cards``."""
    stack = Stack.from_environment()
    outputs = stack.secrets() if stack.exists() else {}
    students, teachers = outputs.get("credentials") or [], outputs.get("teachers") or []
    if not students and not teachers:
        raise StopError(f"cards: the stack {stack.name} has no accounts yet: `make up` first")
    event = stack_file.setting(stack.file, "event", stack.project)
    https = stack_file.setting(stack.file, "https", stack.project)
    name = event.get("name") if isinstance(event, dict) else None
    own_authority = not isinstance(https, dict) or https.get("tls", "internal") == "internal"
    file = stack.root / f"cards-{stack.name}.html"
    write(
        file, page(str(name or "Workshop"), students, teachers, outputs.get("caCertificate") if own_authority else None)
    )
    write(file.with_suffix(".csv"), table(students, teachers))
    say(f"cards: {len(students)} for students, {len(teachers)} for teachers in {file}; the .csv beside it is the same")
    say("cards: both hold every password: print the page from a browser (A4, 100 %), then delete the two")
    return 0


if __name__ == "__main__":
    run(main)
