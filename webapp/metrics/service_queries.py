"""Questions about services: the applications that send metrics, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import strokes, timelines
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.gallery import SECTIONS, label_of, readable
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.metrics.paths import page_of_service

SPARK_MS = 3_600_000
SPARK_POINTS = 60
MOST_LINES = 3  # small lines in a row
QUIET_MS = 120_000
TOLD = ("request", "response_time", "error_rate", "queue_size")


@dataclass(frozen=True)
class Small:
    """A metric without labels, so one that speaks for the whole service, with its last hour."""

    label: str
    unit: str
    value: float
    points: Sequence[float | None]


@dataclass(frozen=True)
class Service:
    """A service as a row: what kinds of metrics it sends, and how many."""

    name: str
    count: int
    newest_at: datetime
    is_quiet: bool
    kinds: list[str]
    lines: list[Small]

    @property
    def href(self) -> str:
        """Path of its page."""
        return page_of_service(self.name)


def services_version(_now: datetime) -> str:
    """What changes when any service sends something, or a new one does; one statement."""
    newest = select(func.max(MetricSeries.newest_ms), func.count())
    found = db.session.execute(newest.where(_is_application())).one()
    return f"{found[0] or 0}-{found[1]}"


def services_at_a_glance(
    text: str, skip: int, limit: int, now: datetime
) -> tuple[list[Service], int]:
    """One page of services by name, and how many there are; at most five statements."""
    wanted = [_is_application(), MetricSeries.newest_ms.is_not(None)]
    if text:
        wanted.append(MetricSeries.source.icontains(text, autoescape=True))
    rows = db.session.execute(
        select(MetricSeries.source, func.count(), func.max(MetricSeries.newest_ms))
        .where(*wanted)
        .group_by(MetricSeries.source)
        .order_by(func.lower(MetricSeries.source), MetricSeries.source)
        .offset(skip)
        .limit(limit)
    ).all()
    total = db.session.scalar(select(func.count(MetricSeries.source.distinct())).where(*wanted))
    names = [row[0] for row in rows]
    kinds, lines = _kinds(names), _lines(names, clock.to_ms(now))
    quiet_ms = clock.to_ms(now) - QUIET_MS
    found = [
        Service(name, count, clock.from_ms(at), at < quiet_ms, kinds[name], lines.get(name, []))
        for name, count, newest_ms in rows
        for at in (newest_ms or 0,)
    ]
    return found, total or 0


def _is_application() -> ColumnElement[bool]:
    return MetricSeries.kind == MetricKind.APPLICATION


def _kinds(services: Sequence[str]) -> dict[str, list[str]]:
    """The kinds of metrics of each service, in the order of their sections."""
    rows = db.session.execute(
        select(MetricSeries.source, MetricSeries.metric_type)
        .where(_is_application(), MetricSeries.source.in_(services))
        .distinct()
    )
    order = list(SECTIONS)
    found: dict[str, set[str]] = {name: set() for name in services}
    for service, metric_type in rows:
        found[service].add(metric_type)
    return {
        service: [SECTIONS.get(one) or readable(one) for one in sorted(types, key=order.index)]
        for service, types in found.items()
    }


def _lines(services: Sequence[str], now_ms: int) -> dict[str, list[Small]]:
    """Up to three small lines of each service, of metrics that have no labels."""
    rows = db.session.execute(
        select(
            MetricSeries.id,
            MetricSeries.source,
            MetricSeries.name,
            MetricSeries.unit,
            MetricSeries.newest_value,
            MetricSeries.details,
        )
        .where(_is_application(), MetricSeries.metric_type.in_(TOLD))
        .where(MetricSeries.source.in_(services), MetricSeries.newest_ms >= now_ms - SPARK_MS)
        .order_by(MetricSeries.source, MetricSeries.metric_type.desc(), MetricSeries.name)
    )
    chosen: dict[str, list[tuple[int, str, str, float]]] = {}
    for series_id, service, name, unit, value, labels in rows:
        mine = chosen.setdefault(service, [])
        if not labels and len(mine) < MOST_LINES:
            mine.append((series_id, label_of(name, {}, DESCRIBED), unit, value))
    points = _points([one[0] for mine in chosen.values() for one in mine], now_ms)
    return {
        service: [Small(label, unit, value, points.get(i, ())) for i, label, unit, value in mine]
        for service, mine in chosen.items()
    }


def _points(series_ids: Sequence[int], now_ms: int) -> dict[int, list[float | None]]:
    if not series_ids:
        return {}
    found = timelines.read(series_ids, now_ms - SPARK_MS, now_ms, SPARK_POINTS, now_ms)
    return {series_id: strokes.means(line) for series_id, line in found.lines.items()}
