"""Questions for series by what they are: kind, type, name, host or service, labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from webapp.core.db import db
from webapp.metrics.models import MetricKind, MetricSeries


@dataclass(frozen=True)
class Wanted:
    """Which series; None does not narrow. Every one of `labels` must be as given."""

    kind: MetricKind | None = None
    metric_type: str | None = None
    name: str | None = None
    source: str | None = None
    labels: Mapping[str, str] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for a WHERE."""
        columns = {"kind": self.kind, "metric_type": self.metric_type}
        columns |= {"name": self.name, "source": self.source}
        narrow = [getattr(MetricSeries, k) == v for k, v in columns.items() if v is not None]
        return narrow + labelled(self.labels or {})


def labelled(labels: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """Series that have these labels, whatever others they have."""
    return [MetricSeries.details[key].as_string() == value for key, value in labels.items()]


def series_between(
    wanted: Wanted, from_ms: int, *, limit: int, offset: int
) -> tuple[Sequence[Any], int]:
    """One page of the series that have spoken since `from_ms`, by name, and how many there are."""
    fits = [*wanted.conditions(), MetricSeries.newest_ms >= from_ms]
    rows = db.session.execute(
        select(
            MetricSeries.id,
            MetricSeries.kind,
            MetricSeries.metric_type,
            MetricSeries.name,
            MetricSeries.unit,
            MetricSeries.source,
            MetricSeries.details,
        )
        .where(*fits)
        .order_by(MetricSeries.source, MetricSeries.name, MetricSeries.id)
        .limit(limit)
        .offset(offset)
    ).all()
    if len(rows) < limit and (rows or not offset):  # nothing lies beyond this page
        return rows, offset + len(rows)
    total = db.session.scalar(select(func.count()).select_from(MetricSeries).where(*fits))
    return rows, total or 0
