"""Questions about services: the applications that send metrics, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
ON_WHICH = {"host", "worker"}  # labels that say where it ran, and nothing of what it is
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
    """Up to three small lines of each service, one of a type, of metrics that have no labels."""
    rows = db.session.execute(
        select(*COLUMNS)
        .where(_is_application(), MetricSeries.metric_type.in_(TOLD))
        .where(MetricSeries.source.in_(services), MetricSeries.newest_ms >= now_ms - SPARK_MS)
    )
    whole = [row for row in rows if not row.details.keys() - ON_WHICH]
    chosen: dict[str, dict[str, Any]] = {}
    for row in sorted(whole, key=lambda r: (TOLD.index(r.metric_type), _plainness(r.name))):
        mine = chosen.setdefault(row.source, {})
        if len(mine) < MOST_LINES:
            mine.setdefault(row.metric_type, row)
    points = _points([row.id for mine in chosen.values() for row in mine.values()], now_ms)
    return {
        service: [
            Small(label_of(row.name, {}, DESCRIBED), row.unit, row.newest_value, points[row.id])
            for row in mine.values()
        ]
        for service, mine in chosen.items()
    }


COLUMNS = (
    MetricSeries.id,
    MetricSeries.source,
    MetricSeries.metric_type,
    MetricSeries.name,
    MetricSeries.unit,
    MetricSeries.newest_value,
    MetricSeries.details,
)


def _plainness(name: str) -> tuple[bool, int, str]:
    """Puts a mean before a median, and a short name before a long one."""
    return (not name.endswith("mean"), len(name), name)


def _points(series_ids: Sequence[int], now_ms: int) -> dict[int, list[float | None]]:
    if not series_ids:
        return {}
    found = timelines.read(series_ids, now_ms - SPARK_MS, now_ms, SPARK_POINTS, now_ms, ends=False)
    return {series_id: strokes.means(line) for series_id, line in found.lines.items()}
