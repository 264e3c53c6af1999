"""The words, shapes and colours of states: a colour never stands alone.

In: nothing. Out: for each value that a series has, a word with a shape of its own and a colour; and PromQL that makes a
number of a student's state, because Grafana's timelines map numbers.
"""

from collections.abc import Mapping
from typing import TypeAlias

GREEN, AMBER, RED, GREY, BLUE, PURPLE = "green", "orange", "red", "text", "blue", "purple"

Words: TypeAlias = Mapping[str, tuple[str, str]]
"""By value: the word, and the colour or nothing."""

STATES: Words = {
    "asked": ("◆ asked", PURPLE),
    "stuck": ("▲ stuck", RED),
    "working": ("● working", GREEN),
    "idle": ("◐ idle", AMBER),
    "not started": ("○ not started", GREY),
    "finished": ("✔ finished", BLUE),
    "unknown": ("? unknown", GREY),
}
DONE: Words = {"1": ("✔ done", GREEN), "0": ("· not yet", GREY)}
UP: Words = {"1": ("✔ up", GREEN), "0": ("✘ DOWN", RED)}
SEVERITIES: Words = {"3": ("✘ critical", RED), "2": ("▲ warning", AMBER), "1": ("· info", BLUE)}
NOT_STUCK: Words = {"0": ("· not stuck", GREY)}

STATE_NUMBERS: Words = {str(number): word for number, word in enumerate(STATES.values(), start=1)}


def state_number(labels: str) -> str:
    """PromQL for the number of a student's state; of the states one series is 1 and the others are 0."""
    each = (f'lab_student_state{{{labels}, state="{state}"}} * {n}' for n, state in enumerate(STATES, start=1))
    return f"sum by (student) ({' or '.join(each)})"


def labelled(texts: Mapping[str, str]) -> Words:
    """Ids shown as something else, without a colour."""
    return {key: (text, "") for key, text in texts.items()}
