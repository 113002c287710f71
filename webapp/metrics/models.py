"""Metrics as stored and as read.

Stored: a series says what is measured, its samples are narrow rows. Read: a SystemMetric or an
ApplicationMetric is a sample joined to its series, with every field a metric has.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, column_property, join, mapped_column, synonym

from webapp.core import clock
from webapp.core.db import Model, big_id, enum_type
from webapp.metrics.readings import ApplicationMetricType as ApplicationMetricType
from webapp.metrics.readings import MetricKind as MetricKind
from webapp.metrics.readings import SystemMetricType as SystemMetricType


class MetricSeries(Model):
    """What is measured: one row for each distinct kind, type, name, unit, source and labels.

    `source` is the host of a system metric and the service of an application metric. `fingerprint`
    is the SHA-256 of all of these, which makes the row unique. `newest_ms` and `newest_value`
    repeat the last sample, so that a page of current values reads no samples. `unsummed_from_ms`
    is the earliest sample that the minutes have not taken in yet, None when there is none;
    `unfolded_from_ms` the earliest hour whose minutes the hours and days have not taken in yet.
    New samples of a series that `is_watched` are also told to the judge, as `MetricNews`.
    """

    __tablename__ = "metric_series"
    __table_args__ = (
        Index("ix_metric_series_kind", "kind", "metric_type", "source"),
        Index("ix_metric_series_unsummed_from_ms", "unsummed_from_ms"),
        Index("ix_metric_series_unfolded_from_ms", "unfolded_from_ms"),
        # Each batch of samples changes a row: with room on its page, no index has to know.
        {"postgresql_with": {"fillfactor": 50}},
    )

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
    unsummed_from_ms: Mapped[int | None] = mapped_column(BigInteger)
    unfolded_from_ms: Mapped[int | None] = mapped_column(BigInteger)
    is_watched: Mapped[bool] = mapped_column(default=False, server_default="0")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


# What the newest reading of a series says, in the order of the fields of `cards.Latest`.
NEWEST = (
    MetricSeries.id, MetricSeries.source, MetricSeries.name, MetricSeries.unit,
    MetricSeries.details, MetricSeries.newest_ms, MetricSeries.newest_value,
)  # fmt: skip


class MetricSample(Model):
    """One reading of a series at a moment, in milliseconds since 1970 (UTC).

    Older ones are sealed: moved, exactly, into a `MetricChunk`.
    """

    __tablename__ = "metric_samples"
    __table_args__ = {"sqlite_with_rowid": False}

    series_id: Mapped[int] = mapped_column(
        ForeignKey("metric_series.id", ondelete="CASCADE"), primary_key=True
    )
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    value: Mapped[float]


class MetricNews(Model):
    """New samples of watched series, packed, for the judge, which deletes the row when done."""

    __tablename__ = "metric_news"

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    data: Mapped[bytes]


class MetricChunk(Model):
    """Sealed samples of a series from `started_ms` to `ended_ms`, both inclusive, packed."""

    __tablename__ = "metric_chunks"
    __table_args__ = (Index("ix_metric_chunks_ended_ms", "ended_ms"),)

    series_id: Mapped[int] = mapped_column(
        ForeignKey("metric_series.id", ondelete="CASCADE"), primary_key=True
    )
    started_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ended_ms: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int]
    data: Mapped[bytes]


class MetricRollup(Model):
    """A page of rollups of a series: the minutes of an hour, the hours or the days of a stretch.

    `tier` is the seconds of each bucket (60, 3600 or 86400), `page_ms` when the page begins.
    `data` packs count, sum, minimum and maximum of each bucket, `sketches` their distributions.
    """

    __tablename__ = "metric_rollups"
    __table_args__ = (Index("ix_metric_rollups_tier_page_ms", "tier", "page_ms"),)

    series_id: Mapped[int] = mapped_column(
        ForeignKey("metric_series.id", ondelete="CASCADE"), primary_key=True
    )
    tier: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    page_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    data: Mapped[bytes]
    sketches: Mapped[bytes]


class Host(Model):
    """A machine that is measured, here or by an agent.

    `interval_s` is how often it said that it measures, which decides when it counts as silent.
    `details` says what it is: system, kernel, processors, memory, the agent's version.
    """

    __tablename__ = "hosts"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    interval_s: Mapped[float]
    first_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime]
    booted_at: Mapped[datetime | None]
    is_silent: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, Any]]


class ProcessList(Model):
    """The processes of a host that used most, at a moment: top ten by CPU and by memory.

    `processes` has {"count", "cpu": [...], "memory": [...]}; each entry has pid, name, user,
    command, cpu_percent, memory_bytes.
    """

    __tablename__ = "process_lists"
    __table_args__ = (Index("ix_process_lists_at_ms", "at_ms"),)

    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    processes: Mapped[dict[str, Any]]


class Dashboard(Model):
    """A page of chosen charts that a person keeps: which, in which order, over which range."""

    __tablename__ = "dashboards"
    __table_args__ = (Index("ix_dashboards_user_id", "user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


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
