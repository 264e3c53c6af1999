"""What is asked of Prometheus, and what becomes of its answer."""

import subprocess
from datetime import UTC, datetime

import pytest

from ops import metrics
from ops.console import StopError
from ops.engine import Engine

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
ANSWER = """[{"metric": {"__name__": "lab_task_done", "student": "s01"}, "value": [1777888800, "1"]},
{"metric": {"__name__": "lab_task_done", "student": "s02", "task": "a,b"},
 "values": [[1777888800, "0"], [1777888815.5, "1"]]}]"""


class Answers(Engine):
    """Promtool's part."""

    def __init__(self, code: int, out: str, error: str = "") -> None:
        super().__init__("unix:///nowhere")
        self.answer = (code, out, error)
        self.asked: tuple[str, ...] = ()

    def run(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        del given
        self.asked = arguments
        return subprocess.CompletedProcess(arguments, *self.answer)


def test_a_query_is_handed_on_as_it_is_and_cannot_be_an_option() -> None:
    engine = Answers(0, "[]")
    assert metrics.ask(engine, "dev", metrics.command("-v", "", "15s", NOW)) == []
    assert engine.asked[:3] == ("exec", "mentor-dev-prometheus", "promtool")
    assert engine.asked[-2:] == ("--", "-v")


def test_a_range_ends_now() -> None:
    words = metrics.command("up", "2h", "1m", NOW)
    assert words[0] == "range"
    assert {"--start=1777881600", "--end=1777888800", "--step=60s"} < set(words)


@pytest.mark.parametrize("text", ["2", "h", "-2h", "2w", "1.5h", "0m", "²h"])
def test_what_is_no_duration_is_said_so(text: str) -> None:
    with pytest.raises(StopError, match=r"RANGE=.*such as"):
        metrics.command("up", text, "15s", NOW)


def test_a_table_has_a_column_for_each_label_and_a_row_for_each_value() -> None:
    assert metrics.table(metrics.ask(Answers(0, ANSWER), "dev", [])).splitlines() == [
        "name,student,task,time,value",
        "lab_task_done,s01,,2026-05-04T10:00:00+00:00,1",
        'lab_task_done,s02,"a,b",2026-05-04T10:00:00+00:00,0',
        'lab_task_done,s02,"a,b",2026-05-04T10:00:15+00:00,1',
    ]


def test_prometheus_own_words_are_handed_on() -> None:
    with pytest.raises(StopError, match=r"^metrics: bad_data: unexpected end of input$"):
        metrics.ask(Answers(1, "", "query error: bad_data: unexpected end of input\n"), "dev", [])


def test_a_number_alone_is_no_series() -> None:
    with pytest.raises(StopError, match="vector"):
        metrics.ask(Answers(0, '[1777888800,"2"]'), "dev", [])


@pytest.mark.parametrize(
    ("given", "says"), [({}, "QUERY"), ({"QUERY": "up", "FORMAT": "xml"}, "FORMAT=xml"), ({"QUERY": " "}, "QUERY")]
)
def test_what_is_missing_or_wrong_is_named(given: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("QUERY", "FORMAT", "RANGE", "STEP"):
        monkeypatch.delenv(key, raising=False)
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    with pytest.raises(StopError, match=says):
        metrics.main()
