"""How texts that somebody wrote get into a dashboard without becoming part of its language.

In: names, titles and ids. Out: texts for the places where Grafana reads more than text: headings and choices, in which
it looks for variables, and addresses. Value mappings and dashboard titles are shown as they are and need none of this.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

JOINER = "\u2060"
"""Takes no room and has no shape. Grafana has no way to escape a variable, so this keeps one from being one."""

CELL = "${__value.raw:percentencode}"
"""In a link: what is in the cell it is on. The other ways of asking (``__data.fields``, ``__value.text``) give what the
cell shows, and that is the name where ids are shown as names."""

SERIES_TASK = "${__field.labels.task:percentencode}"
"""In a link: the task that a line or bar is about."""


def one_line(text: str) -> str:
    """Without line breaks and runs of spaces, at which patterns end."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """One line in which Grafana finds no variable: neither ``$x``, ``${x}`` nor ``[[x]]``."""
    return re.sub(r"\$(?=[\w{])|\[(?=\[)", rf"\g<0>{JOINER}", one_line(text))


def choices(labels: Mapping[str, str]) -> str:
    """The values of a variable as Grafana reads them, from label by value.

    It splits at commas that no backslash precedes, and takes what stands behind the last colon between spaces as the
    value.
    """
    escaped = {value: label.replace(",", "\\,") for value, label in labels.items()}
    return ", ".join(f"{label} : {value}" for value, label in escaped.items())


def people(names: Mapping[str, str]) -> dict[str, str]:
    """Students as a list shows them: two people may have one name, so the id is there too."""
    return {key: f"{one_line(name)} ({key})" for key, name in names.items()}


def board_path(uid: str, variable: str, value: str) -> str:
    """The address of another dashboard with a choice made. Grafana itself puts before it what it is served under."""
    return f"/d/{uid}?var-{variable}={value}"


def ids(value: str) -> str:
    """An id as part of an address."""
    return quote(value, safe="")
