"""Metrics as stored and as read.

Stored: a series says what is measured, its samples are narrow rows. Read: a SystemMetric or an
ApplicationMetric is a sample joined to its series, with every field a metric has.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, column_property, join, mapped_column, synonym

from webapp.core import clock
from webapp.core.db import Model, enum_type
from webapp.metrics.readings import ApplicationMetricType as ApplicationMetricType
from webapp.metrics.readings import MetricKind as MetricKind
from webapp.metrics.readings import SystemMetricType as SystemMetricType


class MetricSeries(Model):
    """What is measured: one row for each distinct kind, type, name, unit, source and labels.

    `source` is the host of a system metric and the service of an application metric. `fingerprint`
    is the SHA-256 of all of these, which makes the row unique. `newest_ms` and `newest_value`
    repeat the last sample, so that a page of current values reads no samples.
    """

    __tablename__ = "metric_series"
    __table_args__ = (Index("ix_metric_series_kind", "kind", "metric_type", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[MetricKind] = mapped_column(enum_type(MetricKind, "metric_kind"))
    metric_type: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(100))
    unit: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(255))
    details: Mapped[dict[str, Any]]
    newest_ms: Mapped[int | None] = mapped_column(BigInteger)
    newest_value: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class MetricSample(Model):
    """One reading of a series at a moment, in milliseconds since 1970 (UTC)."""

    __tablename__ = "metric_samples"
    __table_args__ = {"sqlite_with_rowid": False}

    series_id: Mapped[int] = mapped_column(
        ForeignKey("metric_series.id", ondelete="CASCADE"), primary_key=True
    )
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    value: Mapped[float]


_series = MetricSeries.__table__
_samples = MetricSample.__table__


class Metric(Model):
    """A sample with all that its series says, to read; new ones are recorded as samples."""

    __table__ = join(_series, _samples)
    __mapper_args__ = {
        "polymorphic_on": _series.c.kind,
        "primary_key": [_samples.c.series_id, _samples.c.at_ms],
    }

    series_id: Mapped[int] = column_property(_samples.c.series_id, _series.c.id)
    at_ms: Mapped[int] = column_property(_samples.c.at_ms)
    kind: Mapped[MetricKind] = column_property(_series.c.kind)
    metric_type: Mapped[str] = column_property(_series.c.metric_type)
    name: Mapped[str] = column_property(_series.c.name)
    unit: Mapped[str] = column_property(_series.c.unit)
    source: Mapped[str] = column_property(_series.c.source)
    value: Mapped[float] = column_property(_samples.c.value)
    details: Mapped[dict[str, Any]] = column_property(_series.c.details)

    @property
    def timestamp(self) -> datetime:
        """When it was measured."""
        return clock.from_ms(self.at_ms)


class SystemMetric(Metric):
    """A reading of a machine: metric_type, value, unit, timestamp, host, details."""

    __mapper_args__ = {"polymorphic_identity": MetricKind.SYSTEM}
    host: Mapped[str] = synonym("source")


class ApplicationMetric(Metric):
    """A reading of an application: metric_type, value, unit, timestamp, service, details."""

    __mapper_args__ = {"polymorphic_identity": MetricKind.APPLICATION}
    service: Mapped[str] = synonym("source")
