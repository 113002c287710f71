"""Questions about the series of one source: a host or a service."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select

from webapp.core.db import db
from webapp.metrics import gallery
from webapp.metrics.catalogue import CHARTS, DESCRIBED
from webapp.metrics.gallery import Named, Section
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.metrics.readings import OWN_SERVICE, ApplicationMetricType, SystemMetricType

MOST_LINES = 12
TYPES: dict[MetricKind, type[Enum]] = {
    MetricKind.SYSTEM: SystemMetricType,
    MetricKind.APPLICATION: ApplicationMetricType,
}
ON_A_HOST = "latency_ms"  # of our own service, and shown with the host that answered


@dataclass(frozen=True)
class Source:
    """A host or a service, by its kind and name."""

    kind: MetricKind
    name: str


@dataclass(frozen=True)
class Series:
    """A series with its newest value; `label` is what its line is called."""

    id: int
    name: str
    unit: str
    labels: Mapping[str, str]
    newest_ms: int
    newest_value: float
    label: str
    chart: str


def host(name: str) -> Source:
    """The host of that name."""
    return Source(MetricKind.SYSTEM, name)


def service(name: str) -> Source:
    """The service of that name."""
    return Source(MetricKind.APPLICATION, name)


def sections_of(source: Source) -> list[Section]:
    """All charts that have anything to show for the source; one statement, of few rows."""
    rows = db.session.execute(
        select(MetricSeries.metric_type, MetricSeries.name, MetricSeries.unit, func.count())
        .where(_belongs(source), MetricSeries.newest_ms.is_not(None))
        .group_by(MetricSeries.metric_type, MetricSeries.name, MetricSeries.unit)
    )
    return gallery.arrange((Named(*row) for row in rows), DESCRIBED, CHARTS)


def lines_of(
    source: Source, chart: str, since_ms: int, picked: Sequence[int] = ()
) -> tuple[list[Series], int]:
    """The series that `chart` draws, and how many there are in all; one statement.

    Those that have spoken since `since_ms`; of more than can be told apart the ones with the
    highest newest values, unless some are `picked`.
    """
    names = gallery.names_of(chart, DESCRIBED)
    wanted = [_belongs(source), MetricSeries.name.in_(names), MetricSeries.newest_ms >= since_ms]
    if picked:
        wanted.append(MetricSeries.id.in_(picked))
    rows = db.session.execute(
        select(*COLUMNS, func.count().over())
        .where(*wanted)
        .order_by(MetricSeries.newest_value.desc(), MetricSeries.id)
        .limit(MOST_LINES)
    ).all()
    found = [_series(row) for row in rows]
    found.sort(key=lambda s: (names.index(s.name), gallery.natural(s.label)))
    return found, rows[0][-1] if rows else 0


def search(
    source: Source, text: str, chart: str | None, skip: int, limit: int
) -> tuple[list[Series], int]:
    """One page of the series of a source, by name and labels, and the number of all that fit."""
    wanted = [_belongs(source), MetricSeries.newest_ms.is_not(None)]
    if chart is not None:
        wanted.append(MetricSeries.name.in_(gallery.names_of(chart, DESCRIBED)))
    wanted += [_says(word) for word in text.split()]
    labels = cast(MetricSeries.details, Text)
    rows = db.session.execute(
        select(*COLUMNS)
        .where(*wanted)
        .order_by(MetricSeries.name, labels, MetricSeries.id)
        .offset(skip)
        .limit(limit)
    )
    total = db.session.scalar(select(func.count()).select_from(MetricSeries).where(*wanted))
    return [_series(row) for row in rows], total or 0


COLUMNS = (
    MetricSeries.id,
    MetricSeries.name,
    MetricSeries.unit,
    MetricSeries.details,
    MetricSeries.newest_ms,
    MetricSeries.newest_value,
)


def _series(row: Any) -> Series:
    series_id, name, unit, labels, newest_ms, newest_value = row[:6]
    label = gallery.label_of(name, labels, DESCRIBED)
    chart = gallery.chart_of(name, DESCRIBED, CHARTS)
    return Series(series_id, name, unit, labels, newest_ms, newest_value, label, chart)


def _belongs(source: Source) -> ColumnElement[bool]:
    own = and_(*_by_index(source.kind, TYPES[source.kind], source.name))
    if source.kind is MetricKind.APPLICATION:
        return own
    ours = _by_index(MetricKind.APPLICATION, [ApplicationMetricType.RESPONSE_TIME], OWN_SERVICE)
    answering = MetricSeries.details["host"].as_string() == source.name
    return or_(own, and_(*ours, MetricSeries.name == ON_A_HOST, answering))


def _by_index(kind: MetricKind, types: Iterable[Enum], source: str) -> list[ColumnElement[bool]]:
    """All columns of the index, in its order, so that either database uses it."""
    return [
        MetricSeries.kind == kind,
        MetricSeries.metric_type.in_([member.value for member in types]),
        MetricSeries.source == source,
    ]


def _says(word: str) -> ColumnElement[bool]:
    return or_(
        MetricSeries.name.icontains(word, autoescape=True),
        cast(MetricSeries.details, Text).icontains(word, autoescape=True),
    )
