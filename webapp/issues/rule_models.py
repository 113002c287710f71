"""Threshold rules, and where each of them stands with each series that it watches."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.db import Model, enum_type
from webapp.issues.kinds import Direction, Severity
from webapp.issues.models import SEVERITY
from webapp.metrics.readings import MetricKind

METRIC_KIND = enum_type(MetricKind, "metric_kind")


class ThresholdRule(Model):
    """When a metric is an overload.

    It watches every series of `kind` and `metric_name` whose source (host or service) and labels
    fit: `source` is a pattern with *, None for any; `labels` are patterns by name. Levels are in
    the metric's unit, or percent of the series `percent_of` of the same source. A breach counts
    after `for_s` seconds and `minimum_samples` samples; it ends when the value has been on the
    good side of `recovery` (of the lowest level where there is none) for `keep_open_s`.
    `default_key` marks the rules that come with the product.
    """

    __tablename__ = "threshold_rules"
    __table_args__ = (Index("ix_threshold_rules_metric_name", "kind", "metric_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[MetricKind] = mapped_column(METRIC_KIND)
    metric_name: Mapped[str] = mapped_column(String(100))
    source: Mapped[str | None] = mapped_column(String(255))
    labels: Mapped[dict[str, Any]]
    percent_of: Mapped[str | None] = mapped_column(String(100))
    direction: Mapped[Direction] = mapped_column(enum_type(Direction, "rule_direction"))
    warning: Mapped[float | None]
    error: Mapped[float | None]
    critical: Mapped[float | None]
    recovery: Mapped[float | None]
    for_s: Mapped[int] = mapped_column(default=0)
    minimum_samples: Mapped[int] = mapped_column(default=1)
    keep_open_s: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    default_key: Mapped[str | None] = mapped_column(String(50), unique=True)
    created_by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class RuleWatch(Model):
    """Where a rule stands with one series; times are of the samples, in ms since 1970 (UTC).

    `level` is None while all is well. `breached_level` (the least of its run), `breached_since_ms`
    and `breaching_count` are of a breach that does not count yet, `recovered_since_ms` of a
    recovery that does not, `lowered_since_ms` of a fall to a lower level. `first_value` is what
    the breach began with, `peak_value` the worst of it. While all is well `newest_ms` may be up to
    a minute behind. `flips` are the latest moments at which the level came or went, newest last.
    """

    __tablename__ = "rule_watches"
    __table_args__ = (
        Index("ix_rule_watches_series_id", "series_id"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    rule_id: Mapped[int] = mapped_column(
        ForeignKey("threshold_rules.id", ondelete="CASCADE"), primary_key=True
    )
    series_id: Mapped[int] = mapped_column(
        ForeignKey("metric_series.id", ondelete="CASCADE"), primary_key=True
    )
    level: Mapped[Severity | None] = mapped_column(SEVERITY)
    level_since_ms: Mapped[int | None] = mapped_column(BigInteger)
    breached_level: Mapped[Severity | None] = mapped_column(SEVERITY)
    breached_since_ms: Mapped[int | None] = mapped_column(BigInteger)
    breaching_count: Mapped[int] = mapped_column(default=0)
    first_value: Mapped[float | None]
    peak_value: Mapped[float | None]
    peak_ms: Mapped[int | None] = mapped_column(BigInteger)
    recovered_since_ms: Mapped[int | None] = mapped_column(BigInteger)
    lowered_since_ms: Mapped[int | None] = mapped_column(BigInteger)
    newest_ms: Mapped[int | None] = mapped_column(BigInteger)
    overload_id: Mapped[int | None] = mapped_column(BigInteger)
    flips: Mapped[dict[str, Any] | None]
    is_without_data: Mapped[bool] = mapped_column(default=False)


class JudgeMark(Model):
    """How far the judge has read a kind of facts, or the lease of the one that judges now.

    `position` is a number that only grows, `details` what was told of facts that have no place of
    their own to be marked in.
    """

    __tablename__ = "judge_marks"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    details: Mapped[dict[str, Any] | None]
    held_until: Mapped[datetime | None]
    held_by: Mapped[str | None] = mapped_column(String(64))
