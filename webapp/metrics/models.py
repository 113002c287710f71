"""Metrics as stored: a series says what is measured, its samples are narrow rows."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.db import Model, enum_type


class MetricKind(str, Enum):
    """Whether a host or an application is measured."""

    SYSTEM = "system"
    APPLICATION = "application"


class SystemMetricType(str, Enum):
    """What of a machine is measured."""

    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    NETWORK = "network"
    DATABASE = "database"
    CACHE = "cache"


class ApplicationMetricType(str, Enum):
    """What of an application is measured."""

    REQUEST = "request"
    RESPONSE_TIME = "response_time"
    ERROR_RATE = "error_rate"
    USER_COUNT = "user_count"
    QUEUE_SIZE = "queue_size"
    TASK_COUNT = "task_count"


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
