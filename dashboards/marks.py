"""What keeps two workshops apart in one Grafana: their uids end in a mark that is made of the stack's name.

In: a dashboard with the plain uids, a mark. Out: the same dashboard, whose own uid, data source and links are those of
its workshop. Without a mark nothing changes: a Grafana of the workshop's own holds no other.
"""

import hashlib
import re
from collections.abc import Collection
from typing import Any

LONGEST_UID = 40  # Grafana's own limit
LONGEST_MARK = LONGEST_UID - len("workshop-students-")
HASHED = 8


def mark_of(stack: str) -> str:
    """The stack's name, cut where a uid would become too long; then a hash keeps two long names apart."""
    if len(stack) <= LONGEST_MARK:
        return stack
    digest = hashlib.sha256(stack.encode()).hexdigest()[:HASHED]
    return f"{stack[: LONGEST_MARK - HASHED - 1]}-{digest}"


def marked(uid: str, mark: str) -> str:
    """A uid as it is in a Grafana that other workshops may use too."""
    return f"{uid}-{mark}" if mark else uid


def titled(title: str, label: str) -> str:
    """A title there; a label is the stack's whole name."""
    return f"{title} ({label})" if label else title


def placed(model: Any, mark: str, uids: Collection[str]) -> Any:  # noqa: ANN401 -- JSON
    """A dashboard, or part of one, in which these uids and links to them carry the mark."""
    if isinstance(model, dict):
        return {key: _told(key, value, mark, uids) for key, value in model.items()}
    return [placed(each, mark, uids) for each in model] if isinstance(model, list) else model


def _told(key: str, value: Any, mark: str, uids: Collection[str]) -> Any:  # noqa: ANN401 -- JSON
    if key == "uid" and isinstance(value, str) and value in uids:
        return marked(value, mark)
    if key == "url" and isinstance(value, str) and (link := re.match(r"/d/([A-Za-z0-9_-]+)", value)):
        return f"/d/{marked(link[1], mark)}{value[link.end() :]}" if link[1] in uids else value
    return placed(value, mark, uids)
