"""A class that nobody has to sit in: a wall whose stream of events says what a test says.

In: values as spyglass/wall/ makes them. Out: a page that believes them, and what it says back of the tiles in sight.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playwright.sync_api import Page, Route

Seats = list[dict[str, Any]]
Opened = Callable[..., Seats]

# In the place of the browser's own: says what it is told to say, at once and later, and stays open.
SOURCE = """
(told) => {
  const sources = new Set();
  const say = (source, kind, data) => source.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  window.tell = (kind, data) => sources.forEach((source) => say(source, kind, data));
  window.EventSource = class extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 2;
    readyState = 1;
    constructor() {
      super();
      sources.add(this);
      setTimeout(() => {
        this.dispatchEvent(new Event("open"));
        for (const [kind, data] of told) say(this, kind, data);
      }, 100);
    }
    close() { this.readyState = 2; sources.delete(this); }
  };
}
"""


def told(page: Page, seats: Sequence[Mapping[str, Any]], asked: Seats | None = None, **changes: Any) -> Seats:
    """From its next load on the page hears of these seats; comes back: what it says it has in sight, as it says it.

    ``asked``: requests in the help queue.
    """
    said: Seats = []

    def hear(route: Route) -> None:
        said.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(status=204)

    page.route("**/wall/sight", hear)
    events = [("page", {"page": "told"}), *(("tile", one) for one in seats), ("class", whole(seats, **changes))]
    events.append(("queue", queue(asked or [])))
    page.add_init_script(f"({SOURCE})({json.dumps(events)})")
    return said


def tell(page: Page, kind: str, data: Mapping[str, Any]) -> None:
    """One more event on the stream that is open."""
    page.evaluate("([kind, data]) => tell(kind, data)", [kind, data])


def seat(number: int, **changes: Any) -> dict[str, Any]:
    """As spyglass/wall/tiles.py says it."""
    data = {"id": f"s{number:02}", "name": f"Somebody {number}", "group": "", "spare": False, "free": False}
    data |= {"state": "working", "shape": "●", "reason": "3 min on “Joins”", "task": "Joins", "minutes": 3}
    data |= {"tasks": 9, "done": 3, "terminals": 1, "watchers": [], "typists": [], "visited": None}
    return data | {"answers": True, "engine": True, "database": True, "asked": None} | changes


def needing(one: Mapping[str, Any], reason: str = "14 min on “Joins”, usual 5 min") -> dict[str, str]:
    """As spyglass/progress/table.py says it."""
    return {"id": one["id"], "name": one["name"], "reason": reason, "visited": "nobody was there yet"}


def asking(one: Mapping[str, Any], number: int, **changes: Any) -> dict[str, Any]:
    """As spyglass/help/words.py says it of a request."""
    data = {"number": number, "id": one["id"], "name": one["name"], "group": "", "question": f"question {number}"}
    data |= {"task": "", "title": "", "minutes": 3, "visited": "nobody was there yet", "by": "", "by_id": ""}
    return data | {"closed": ""} | changes


def queue(requests: Sequence[Mapping[str, Any]], paused: str | None = None) -> dict[str, Any]:
    """As spyglass/help/words.py says it of all of them."""
    waiting = sum(not one["closed"] and not one["by_id"] for one in requests)
    return {"requests": list(requests), "waiting": waiting, "paused": paused}


def whole(seats: Sequence[Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """As spyglass/wall/tiles.py says it of the class."""
    return {"ids": [one["id"] for one in seats], "needs": [], "flagged": [], "grader": True} | changes


def picture(one: Mapping[str, Any], text: str, **changes: Any) -> dict[str, Any]:
    """As spyglass/wall/picture.py says it."""
    return {"id": one["id"], "columns": 80, "rows": 24, "full": False, "cursor": None, "text": text} | changes
