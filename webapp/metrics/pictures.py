"""The charts of a dashboard as its page draws them: titles, how to draw, and addresses."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from webapp.metrics import gallery
from webapp.metrics.boards import Board, BoardChart
from webapp.metrics.catalogue import CHARTS, DESCRIBED
from webapp.metrics.dashboard_queries import title_of
from webapp.metrics.models import MetricKind
from webapp.metrics.series_queries import Source
from webapp.metrics.source_pages import Links


@dataclass(frozen=True)
class Picture:
    """One chart: `src` gives its lines, `href` is its page, `csv` its numbers."""

    id: int
    title: str
    source: str
    page: str
    src: str
    href: str
    csv: str
    ceiling: float | None
    stacked: bool
    picked: tuple[int, ...]


def pictures(board: Board, dashboard_id: int) -> list[Picture]:
    """The charts of a board in their order; no statement."""
    return [_picture(chart, dashboard_id) for chart in board.charts]


def source_of(chart: BoardChart) -> Source:
    """The host or service that the chart is of."""
    return Source(MetricKind(chart.kind), chart.source)


def _picture(chart: BoardChart, dashboard_id: int) -> Picture:
    links = Links(source_of(chart))
    measure = next(
        (DESCRIBED[n] for n in gallery.names_of(chart.chart, DESCRIBED) if n in DESCRIBED), None
    )
    known = CHARTS.get(chart.chart)
    picked: dict[str, Any] = {"pick": chart.picked} if chart.picked else {}
    return Picture(
        chart.id,
        f"{title_of(chart.chart)}, {chart.source}",
        chart.source,
        links.page(),
        links.lines(chart.chart),
        links.series(chart=chart.chart, **picked),
        url_for("csv.of_dashboard", dashboard_id=dashboard_id, chart_id=chart.id),
        measure.ceiling if measure and known else None,
        bool(known and known.stacked),
        chart.picked,
    )
