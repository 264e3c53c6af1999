"""The one file that knows Grafana's schema: panels with a unit, a description and an axis that starts at zero.

In: titles, PromQL, words and links as plain values. Out: builders of the Grafana foundation SDK, and the JSON of a
whole dashboard.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar

from grafana_foundation_sdk.builders import bargauge, dashboard, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.facts import PROMETHEUS, Facts
from dashboards.shapes import Choice, Column, Link, Mark
from dashboards.texts import choices, one_line, plain
from dashboards.words import AMBER, GREEN, RED, Words

SOURCE = common.DataSourceRef(type_val="prometheus", uid=PROMETHEUS)
CLOCK = "dateTimeAsLocalNoDateIfToday"
"""The unit of milliseconds since 1970: the time of the day, and the day when it is another."""

Query: TypeAlias = prometheus.Dataquery
Number: TypeAlias = stat.Panel
Lines: TypeAlias = timeseries.Panel
Bars: TypeAlias = bargauge.Panel
States: TypeAlias = statetimeline.Panel
Grid: TypeAlias = table.Panel
Panel: TypeAlias = Number | Lines | Bars | States | Grid
Rows: TypeAlias = Sequence[tuple[int, Sequence[tuple[int, Panel]]]]
"""A height, and panels with their widths, of 24."""
Titled = TypeVar("Titled", Number, Lines, Bars, States)


def board(
    uid: str,
    title: str,
    facts: Facts,
    description: str,
    rows: Rows,
    *,
    choice: Choice | None = None,
    links: Sequence[Link] = (),
    marks: Sequence[Mark] = (),
) -> str:
    """Put a dashboard together, which code alone changes."""
    made = dashboard.Dashboard(one_line(title)).uid(uid).description(description).tags(["workshop"])
    made = made.timezone(facts.time_zone).refresh("10s").time("now-3h", "now").readonly()
    made = made.tooltip(models.DashboardCursorSync.CROSSHAIR)
    if choice:
        made = made.with_variable(_variable(choice))
    for mark in marks:
        made = made.annotation(_annotation(mark))
    for link_title, url in links:
        made = made.link(dashboard.DashboardLink(link_title).url(url).type(models.DashboardLinkType.LINK))
    panels = [panel.span(width).height(height) for height, row in rows for width, panel in row]
    for number, panel in enumerate(panels, start=1):
        made = made.with_panel(panel.id(number))
    model = json.loads(JSONEncoder().encode(made.build()))
    for link in model.get("links", []):
        del link["placement"]  # the SDK writes "inControlsMenu" whatever is said: then newer Grafanas hide the link
    return json.dumps(model, sort_keys=True, ensure_ascii=False)


def over_time(expression: str, legend: str = "__auto", ref: str = "A") -> Query:
    """One PromQL query over the shown time."""
    return Query().datasource(SOURCE).expr(expression).legend_format(legend).ref_id(ref).range()


def now(expression: str, legend: str = "__auto") -> Query:
    """One PromQL query as of now."""
    return Query().datasource(SOURCE).expr(expression).legend_format(legend).ref_id("A").instant()


def number(title: str, description: str, unit: str, one: Query, **levels: float) -> Number:
    """One value as of now; ``amber`` and ``red`` are the levels where it changes colour."""
    panel = stat.Panel().title(title).description(description).datasource(SOURCE).unit(unit).min(0)
    panel = panel.thresholds(_thresholds(levels)).graph_mode(common.BigValueGraphMode.NONE)
    return panel.reduce_options(_last()).no_value("not known").with_target(one)


def lines(title: str, description: str, unit: str, *queries: Query) -> Lines:
    """Values over time, from zero."""
    panel = timeseries.Panel().title(title).description(description).datasource(SOURCE).unit(unit).min(0)
    legend = common_builders.VizLegendOptions().show_legend(True).placement(common.LegendPlacement.BOTTOM)
    panel = panel.line_width(2).fill_opacity(8).legend(legend.display_mode(common.LegendDisplayMode.LIST))
    panel = panel.no_value("not known").tooltip(
        common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
    )
    return panel.targets(list(queries))


def bars(title: str, description: str, unit: str, one: Query) -> Bars:
    """One bar for each series as of now, from zero."""
    panel = bargauge.Panel().title(title).description(description).datasource(SOURCE).unit(unit).min(0)
    panel = panel.orientation(common.VizOrientation.HORIZONTAL).display_mode(common.BarGaugeDisplayMode.BASIC)
    panel = panel.thresholds(_thresholds({})).reduce_options(_last())
    return panel.no_value("not known").with_target(one)


def states(title: str, description: str, words: Words, *queries: Query) -> States:
    """States over time, as words in a band of their colour."""
    panel = statetimeline.Panel().title(title).description(description).datasource(SOURCE).mappings([_mapping(words)])
    panel = panel.show_value(common.VisibilityMode.AUTO).row_height(0.8).fill_opacity(70)
    return panel.no_value("not known").targets(list(queries))


def grid(title: str, description: str, queries: Sequence[str], columns: Sequence[Column], order: Column) -> Grid:
    """Fill a table as of now, largest first; the queries are called A, B and so on, and rows with equal labels meet."""
    letters = [chr(ord("A") + number) for number in range(len(queries))]
    names = {
        each.source: f"Value #{each.source}" if each.source in letters and len(letters) > 1 else each.source
        for each in columns
    }
    if len(letters) == 1:
        names["A"] = "Value"
    panel = table.Panel().title(title).description(description).datasource(SOURCE).no_value("·")
    panel = panel.targets([_column(text, letter) for letter, text in zip(letters, queries, strict=True)])
    shown = [names[each.source] for each in columns]
    panel = panel.transformations(
        [
            models.DataTransformerConfig(id_val="merge", options={}),
            models.DataTransformerConfig(id_val="filterFieldsByName", options={"include": {"names": shown}}),
            models.DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {},
                    "indexByName": {name: index for index, name in enumerate(shown)},
                    "renameByName": {names[each.source]: each.title for each in columns},
                },
            ),
            models.DataTransformerConfig(
                id_val="sortBy", options={"fields": {}, "sort": [{"field": order.title, "desc": True}]}
            ),
        ]
    )
    for each in columns:
        panel = panel.override_by_name(each.title, _shown(each))
    return panel


def matrix(title: str, description: str, query: str, words: Words, row: Column, columns: Sequence[Column]) -> Grid:
    """Fill a table with a row for each value of a label and a column for each task: a word, or else a time, in red.

    The ``columns`` are the tasks in order, with their ids as ``source``.
    """
    corner = f"{row.source}\\task"
    panel = table.Panel().title(title).description(description).datasource(SOURCE).no_value("? not known")
    times = models.DashboardRangeMapOptions(from_val=2, result=models.ValueMappingResult(color=RED, index=len(words)))
    panel = panel.with_target(_column(query, "A")).mappings([_mapping(words), models.RangeMap(options=times)])
    panel = panel.unit("s").decimals(0).cell_options(common.TableColorTextCellOptions())
    grouped = {"columnField": "task", "rowField": row.source, "valueField": "Value", "emptyValue": "null"}
    places = {name: index for index, name in enumerate([corner, *(each.source for each in columns)])}
    panel = panel.transformations(
        [
            models.DataTransformerConfig(id_val="groupingToMatrix", options=grouped),
            models.DataTransformerConfig(
                id_val="organize", options={"excludeByName": {}, "indexByName": places, "renameByName": {}}
            ),
        ]
    )
    for name, each in [(corner, row), *((each.source, each) for each in columns)]:
        panel = panel.override_by_name(name, [_property("displayName", plain(each.title)), *_shown(each)])
    return panel


def titled(panel: Titled, titles: Mapping[str, str]) -> Titled:
    """Series that are called by an id shown under a title."""
    for key, title in titles.items():
        panel = panel.override_by_name(key, [_property("displayName", plain(title))])
    return panel


def with_names(panel: Number) -> Number:
    """Show what each value is called beside it."""
    return panel.text_mode(common.BigValueTextMode.VALUE_AND_NAME)


def linked(panel: Titled, link: Link) -> Titled:
    """Every line or bar leads somewhere."""
    title, url = link
    return panel.data_links([dashboard.DashboardLink(title).url(url).type(models.DashboardLinkType.LINK)])


def _column(expression: str, ref: str) -> Query:
    return Query().datasource(SOURCE).expr(expression).ref_id(ref).instant().format(PromQueryFormat.TABLE)


def _last() -> common_builders.ReduceDataOptions:
    return common_builders.ReduceDataOptions().calcs(["lastNotNull"])


def _property(name: str, value: object) -> models.DynamicConfigValue:
    return models.DynamicConfigValue(id_val=name, value=value)


def _shown(column: Column) -> list[models.DynamicConfigValue]:
    found = []
    if column.unit:
        found += [_property("unit", column.unit), _property("decimals", 0), _property("min", 0)]
    if column.words:
        coloured = any(color for _, color in column.words.values())
        found += [_property("mappings", [_mapping(column.words)])]
        found += [_property("custom.cellOptions", common.TableColorTextCellOptions())] if coloured else []
    if column.links:
        links = [{"title": title, "url": url, "targetBlank": False} for title, url in column.links]
        found.append(_property("links", links))
    return found


def _mapping(words: Words) -> models.ValueMap:
    return models.ValueMap(
        options={
            value: models.ValueMappingResult(text=word, color=color or None, index=index)
            for index, (value, (word, color)) in enumerate(words.items())
        }
    )


def _thresholds(levels: Mapping[str, float]) -> dashboard.ThresholdsConfig:
    colours = {"amber": AMBER, "red": RED}
    steps = [models.Threshold(value=None, color=GREEN)]
    steps += [models.Threshold(value=value, color=colours[name]) for name, value in levels.items()]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _variable(choice: Choice) -> dashboard.CustomVariable:
    labels = {value: plain(label) for value, label in choice.labels.items()}
    options = [models.VariableOption(text=label, value=value) for value, label in labels.items()]
    made = dashboard.CustomVariable(choice.name).label(choice.heading).values(choices(labels)).options(options)
    return made.current(options[0]) if options else made


def _annotation(mark: Mark) -> dashboard.AnnotationQuery:
    target = Query().datasource(SOURCE).expr(mark.expression).interval("60s").range().ref_id("A")
    made = dashboard.AnnotationQuery().name(mark.name).datasource(SOURCE).enable(True).icon_color(mark.color)
    return made.target(target).title_format(mark.title).text_format(mark.text)
