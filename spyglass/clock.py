"""How long the event still lasts, for every page: the class's file in, words and minutes out.

The end may be moved while the class goes on: the next `up` brings it, and the pages say so.
"""

import math
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from spyglass.classroom import ClassFile, Event

DAY = 24 * 60  # minutes: what ends later than that is named by its date
SOON = 15  # minutes before the end in which the pages remind
OVER = 12 * 60  # minutes after the end: then it is yesterday's, and nobody is told of it


def told(course: ClassFile, now: float | None = None) -> dict[str, Any] | None:
    """When it ends and how many minutes are left, below 1 once it is over; None without an end, or long after it."""
    event = course.event
    if event.end is None:
        return None
    end = event.end.timestamp()
    minutes = math.ceil((end - (time.time() if now is None else now)) / 60)
    if minutes < -OVER:
        return None
    return {"end": end, "at": _clock(event, end, minutes), "minutes": minutes, "soon": 0 < minutes <= SOON}


def _clock(event: Event, end: float, minutes: int) -> str:
    local = datetime.fromtimestamp(end, ZoneInfo(event.time_zone))
    return event.clock(end) if minutes < DAY else f"{local:%a} {local.day} {local:%b}, {event.clock(end)}"
