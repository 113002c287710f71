"""What the pages of hosts and services share: their links, the answer to a chart, their series."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request, url_for

from webapp.core import clock, htmx
from webapp.core.problems import Problem
from webapp.metrics import chart_queries, gallery, series_queries
from webapp.metrics.asked import PAGE_SIZE, LinesQuery, SeriesListQuery, asked, time_range
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.models import MetricKind
from webapp.metrics.ranges import COMPARISONS, RANGES, TimeRange
from webapp.metrics.series_queries import Series, Source

TABLE_POINTS = 60
NO_CHART = "There is no such chart."


@dataclass(frozen=True)
class Links:
    """The addresses that belong to a host or a service."""

    source: Source

    @property
    def _named(self) -> dict[str, Any]:
        noun = "host" if self.source.kind is MetricKind.SYSTEM else "service"
        return {noun: self.source.name}

    def to(self, view: str, **params: Any) -> str:
        """Path of a view of it: show, chart, series or processes."""
        feature = "metrics" if self.source.kind is MetricKind.SYSTEM else "services"
        return url_for(f"{feature}.{view}", **self._named, **params)

    def page(self, **params: Any) -> str:
        """Its own page."""
        return self.to("show", **params)

    def lines(self, chart: str) -> str:
        """The lines of one of its charts, as JSON."""
        return self.to("chart", chart=chart)

    def series(self, **params: Any) -> str:
        """Its series, or those of one chart."""
        return self.to("series", **params)

    def csv(self, chart: str, **params: Any) -> str:
        """The numbers of one of its charts."""
        view = "of_host" if self.source.kind is MetricKind.SYSTEM else "of_service"
        return url_for(f"csv.{view}", **self._named, chart=chart, **params)


def charts_context(source: Source) -> dict[str, Any]:
    """What a page with all charts of a source shows; one statement."""
    return {
        "links": Links(source),
        "sections": series_queries.sections_of(source),
        "chosen": time_range(),
        "ranges": RANGES,
        "comparisons": COMPARISONS,
    }


def chart_answer(source: Source, chart: str) -> Response:
    """The lines of a chart as JSON, or 304 when the browser has them already."""
    chosen, query = time_range(), asked(LinesQuery)
    if not gallery.names_of(chart, DESCRIBED):
        raise Problem(404, NO_CHART)
    since_ms = chosen.from_ms - chosen.shift_ms
    found, total = series_queries.lines_of(source, chart, since_ms, query.pick)
    answer = Response(content_type="application/json")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(_mark(found, total, chosen))
    answer.make_conditional(request)
    if answer.status_code != 304:
        answer.data = orjson.dumps(chart_queries.drawing(found, total, chosen, query.points))
    return answer


def series_page(source: Source, template: str) -> Response:
    """All series of a source, or one chart of it, large, with its series and its table."""
    query, chosen = asked(SeriesListQuery), time_range()
    skip = (query.page - 1) * PAGE_SIZE
    found, total = series_queries.search(source, query.q, query.chart, skip, PAGE_SIZE)
    if not total and not query.q:
        raise Problem(404, "There are no such series.")
    return htmx.render(
        template,
        "series_list",
        source=source,
        links=Links(source),
        chosen=chosen,
        moment=clock.from_ms,
        ranges=RANGES,
        comparisons=COMPARISONS,
        query=query,
        series=found,
        total=total,
        page_size=PAGE_SIZE,
        params={k: v for k, v in {"q": query.q, "chart": query.chart}.items() if v},
        **(_large(source, query.chart, chosen) if query.chart else {}),
    )


def _large(source: Source, chart: str, chosen: TimeRange) -> dict[str, Any]:
    """One chart of a source with the lines it draws as a table."""
    picked = asked(LinesQuery).pick
    pictures = [p for s in series_queries.sections_of(source) for p in s.pictures]
    picture = next((p for p in pictures if p.id == chart), None)
    if picture is None:
        raise Problem(404, NO_CHART)
    drawn, total = series_queries.lines_of(source, chart, chosen.from_ms, picked)
    numbers = chart_queries.drawing(drawn, total, chosen, TABLE_POINTS)
    return {"picture": picture, "picked": picked, "numbers": numbers}


def _mark(found: list[Series], total: int, chosen: TimeRange) -> str:
    """Changes when a series that is drawn has a newer value, and with time on a longer scale."""
    newest = [(one.id, one.newest_ms) for one in found]
    ended = chosen.now_ms // max(chosen.length_ms // 200, 1) if chosen.name else 0
    return hashlib.sha256(repr((newest, total, ended, chosen.params)).encode()).hexdigest()[:20]
