"""The numbers of any chart as CSV: of a host, a service or a dashboard, over the page's range."""

from collections.abc import Sequence
from typing import Annotated, Literal

from flask import Blueprint, Response, request, stream_with_context
from pydantic import Field

from webapp.core.access import Role, identity, needs
from webapp.core.problems import Problem
from webapp.metrics import counts, dashboards, gallery, series_queries, timelines
from webapp.metrics.aggregates import AGGREGATES, ENDS
from webapp.metrics.asked import LinesQuery, asked, time_range
from webapp.metrics.boards import read_board
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.csv_lines import csv_of
from webapp.metrics.pictures import source_of
from webapp.metrics.ranges import TimeRange
from webapp.metrics.series_queries import Series, Source
from webapp.metrics.strokes import Buckets
from webapp.metrics.timelines import Timelines

MOST_LINES = 200
USUAL_POINTS = 1000

blueprint = Blueprint("csv", __name__)


class CsvQuery(LinesQuery):
    """How fine, which series, and what of each step's readings; by default as it is drawn."""

    points: Annotated[int, Field(ge=1, le=10_000)] = USUAL_POINTS
    aggregate: Literal["mean", "min", "max", "sum", "count"] | None = None


@blueprint.get("/machines/<source:host>/charts/<source:chart>.csv")
@needs(Role.VIEWER)
def of_host(host: str, chart: str) -> Response:
    """A chart of a host."""
    return _csv(series_queries.host(host), chart, asked(CsvQuery), time_range())


@blueprint.get("/services/<source:service>/charts/<source:chart>.csv")
@needs(Role.VIEWER)
def of_service(service: str, chart: str) -> Response:
    """A chart of a service."""
    return _csv(series_queries.service(service), chart, asked(CsvQuery), time_range())


@blueprint.get("/dashboards/<int:dashboard_id>/charts/<int:chart_id>.csv")
@needs(Role.VIEWER)
def of_dashboard(dashboard_id: int, chart_id: int) -> Response:
    """A chart of one's own dashboard."""
    who = identity()
    board = read_board(dashboards.own((who and who.user_id) or 0, dashboard_id).content)
    chart = board.chart(chart_id)
    if chart is None:
        raise Problem(404, "There is no such chart on this dashboard.")
    query, chosen = asked(CsvQuery), time_range()
    if not {"range", "from", "to"} & request.args.keys():
        chosen = chosen.called(board.range)
    wanted = query.model_copy(update={"pick": query.pick or list(chart.picked)})
    return _csv(source_of(chart), chart.chart, wanted, chosen)


def _csv(source: Source, chart: str, query: CsvQuery, chosen: TimeRange) -> Response:
    if not gallery.names_of(chart, DESCRIBED):
        raise Problem(404, "There is no such chart.")
    series = _series(source, chart, query.pick)
    if not series:
        raise Problem(404, "This chart has no lines.")
    lines, found = _lines(series, query, chosen)
    labels = [_label(one, is_drawn=query.aggregate is None) for one in series]
    number = AGGREGATES[query.aggregate or "mean"]
    pieces = csv_of(labels, lines, found.from_ms, found.step_ms, number)
    answer = Response(stream_with_context(pieces), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=_file_name(source.name, chart))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _series(source: Source, chart: str, picked: Sequence[int]) -> list[Series]:
    found, _total = series_queries.search(source, "", chart, 0, MOST_LINES)
    return [one for one in found if one.id in picked] if picked else found


def _lines(
    series: Sequence[Series], query: CsvQuery, chosen: TimeRange
) -> tuple[list[Buckets], Timelines]:
    """The buckets of each series; of counts their rate, as they are drawn, unless asked else."""
    is_drawn = query.aggregate is None
    least_ms = counts.least_step_ms(one.unit for one in series) if is_drawn else 0
    ids = [one.id for one in series]
    found = timelines.read(
        *(ids, chosen.from_ms, chosen.to_ms, query.points, chosen.now_ms),
        least_step_ms=least_ms,
        ends=query.aggregate in ENDS,
    )
    lines: list[Buckets] = [found.lines.get(one.id, []) for one in series]
    if is_drawn:
        over = found.from_ms, found.step_ms, chosen.now_ms
        pairs = zip(lines, series, strict=True)
        lines = [counts.drawn(line, one.unit, *over) for line, one in pairs]
    return lines, found


def _label(one: Series, *, is_drawn: bool) -> str:
    unit = counts.drawn_unit(one.unit) if is_drawn else one.unit
    return f"{one.label} ({unit})" if unit else one.label


def _file_name(source: str, chart: str) -> str:
    """Letters, digits, dots and dashes: what every file system takes."""
    plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in f"{source}-{chart}")
    return f"{plain.strip('.-')[:120]}.csv"
