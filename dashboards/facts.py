"""What the dashboards are told: the class and the course as plain values, and where things are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The uids are fixed, so that a link works in every workshop, and begin alike, so that nothing in a Grafana that is
# there already is called so; there they end in a mark of the workshop (`marks`).
PROMETHEUS = "mentor-prometheus"
"""The data source's uid."""

POSTGRES = "mentor-postgres"
"""The uid of the data source for teachers' own questions; no dashboard asks it."""

OVERVIEW, STUDENT, TASK = "mentor-class", "mentor-student", "mentor-task"
HOST, PUBLIC, PROJECTOR = "mentor-host", "mentor-public", "mentor-projector"
"""The dashboards' uids, which other dashboards and pages link to."""

UIDS = frozenset({PROMETHEUS, OVERVIEW, STUDENT, TASK, HOST, PUBLIC, PROJECTOR})
"""What dashboards name."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """``names`` maps student ids to names, in the roster's order; ``tasks`` maps task ids to titles, in the course's.

    ``portal`` is the address of the web app without a slash at the end; ``time_zone`` an IANA name. Names and titles
    are whatever somebody wrote; ids are what roster and course let pass. ``stack`` keeps this workshop's things apart
    from others' in a Grafana that is not its own; in its own it is empty.
    """

    title: str
    portal: str
    time_zone: str
    names: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    stack: str = ""
