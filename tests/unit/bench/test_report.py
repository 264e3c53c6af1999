"""The report says what was measured, what was not, and where mentor is slower; its picture is well formed."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench.compare import report
from bench.compare.figures import Figures
from bench.compare.picture import picture, scale
from tests.unit.bench.runs import run, step

RUNS = [run("loop", 10, 1, 2, 2, 4), run("mentor", 25, 5, 1, 8, 16), run("compose", 7, day=1)]
SPACE = "{http://www.w3.org/2000/svg}"


def said(*runs: object, **missing: str) -> str:
    return report.report([*RUNS, *runs], missing, "x.svg")  # type: ignore[list-item]


def test_a_cell_has_seconds_and_the_ratio_to_the_loop() -> None:
    text = said()
    assert "| students | step | shell loop | mentor | docker compose |" in text
    assert "| 8 | up | 10.0 | 25.0 (2.5) | 7.0 (0.7) |" in text
    assert "| 8 | destroy | 4.0 | 16.0 (4.0) |  |" in text
    assert "| 8 | runs | 1 | 1 | 1 |" in text
    assert "2026-03-14 to 2026-03-15, 3 runs" in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for table in (report.times(Figures.of(RUNS)), report.processor(Figures.of(RUNS))):
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_where_mentor_is_slower_stands_with_what_was_measured() -> None:
    text = said()
    assert "* *up*, 8 students, against docker compose: in all 25.0 s against 7.0; processor time" in text
    assert "* *no change*, 8 students, against shell loop: in all 5.0 s against 1.0" in text
    assert "* *one more*" not in text


def test_where_mentor_is_nowhere_slower_nothing_is_said_of_it() -> None:
    assert report.losses(Figures.of([run("loop", 10), run("mentor", 9)])) == ""


def test_what_is_missing_failed_or_not_yet_measured_is_named() -> None:
    text = said(run("loop", 1, students=64, error="up: no room"), ansible="pip has no way")
    assert "* Ansible was not measured: pip has no way." in text
    assert "* Not measured yet: mentor, with archives." in text
    assert "* Failed: loop, 64 students, 2026-03-14 09:00: up: no room" in text
    assert "| 64 |" not in text


def test_each_measured_tool_says_what_it_leaves_out_and_its_version() -> None:
    text = said()
    for title in ("shell loop", "mentor", "docker compose"):
        assert f"\n* {title}: " in text
        assert f"\n* Version of {title}: 1." in text
    assert "\n* Ansible: " not in text


def test_who_was_cut_off_is_said() -> None:
    steps = (step("one more", 3, made_anew=("postgres",)),)
    text = said(run("compose").model_copy(update={"steps": steps}))
    assert "* docker compose, *one more*: made anew or restarted, postgres: whoever" in text


def test_nothing_measured_is_a_report_too() -> None:
    text = report.report([], {}, "x.svg")
    assert text.startswith("Nothing has been measured yet.")
    ET.fromstring(picture(Figures.of([])))  # noqa: S314 - our own


def test_files_lie_beside_the_runs(tmp_path: Path) -> None:
    text = report.write(RUNS, tmp_path / "runs", {}, 3, ["x.json: Invalid JSON"])
    assert text.endswith(
        "* Not read: x.json: Invalid JSON\n* Not counted: 3 runs of other versions or of another machine."
    )
    assert (tmp_path / "runs" / "report.md").read_text() == text + "\n"
    assert (tmp_path / "runs" / report.PICTURE).read_text() == picture(Figures.of(RUNS))


def test_the_page_keeps_all_but_what_is_between_the_marks(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    page = tmp_path / "measurements.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.into_docs(RUNS, tmp_path, {})
    text = page.read_text()
    assert text.startswith(f"before\n{report.BEGIN}\na machine; ")
    assert text.endswith(f"\n{report.END}\nafter\n")
    assert "old" not in text
    assert "(images/compare.svg)" in text
    assert (tmp_path / "images" / "compare.svg").exists()


def test_a_page_without_marks_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "measurements.md"
    page.write_text("a page")
    with pytest.raises(ValueError, match="lacks the marks"):
        report.into_docs(RUNS, tmp_path, {})
    assert page.read_text() == "a page"


def test_the_page_of_this_repository_has_the_marks() -> None:
    text = (Path(__file__).parents[3] / "docs" / "measurements.md").read_text()
    assert text.index(report.BEGIN) < text.index(report.END)


def test_the_picture_has_a_panel_for_each_step_and_a_mark_for_each_median() -> None:
    drawn = ET.fromstring(picture(Figures.of([*RUNS, run("mentor", 40, students=32)])))  # noqa: S314 - our own
    panels = drawn.findall(f"{SPACE}g")
    assert len(panels) == 6
    up = panels[0]
    assert next(up.iter(f"{SPACE}text")).text == "up, seconds"
    assert len([mark for mark in up.iter(f"{SPACE}path") if mark.get("fill")]) == 4
    [line] = up.iter(f"{SPACE}polyline")
    (x1, y1), (x2, y2) = (map(float, point.split(",")) for point in str(line.get("points")).split())
    assert x1 < x2, "32 students are right of 8"
    assert y1 > y2, "40 seconds are above 25"


def test_a_legend_names_only_what_was_measured() -> None:
    assert "docker compose" in picture(Figures.of(RUNS))
    assert "Ansible" not in picture(Figures.of(RUNS))


@pytest.mark.parametrize(
    ("most", "top"), [(0.0, 0.04), (0.05, 0.08), (3.9, 4), (4.1, 8), (8.1, 20), (149, 200), (201, 400)]
)
def test_a_scale_ends_at_a_round_number_above_all(most: float, top: float) -> None:
    assert scale(most) == pytest.approx(top)
