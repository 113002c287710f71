"""Websites and their checks."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from webapp.core import clock
from webapp.core.db import Model, big_id, enum_type
from webapp.core.secrets import Sealed
from webapp.websites import timing
from webapp.websites.statuses import MonitorStatus as MonitorStatus
from webapp.websites.statuses import PeriodStatus as PeriodStatus
from webapp.websites.statuses import RollupSpan as RollupSpan


class HTTPMethod(str, Enum):
    """Method of a check's request."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"
    PATCH = "PATCH"
    HEAD = "HEAD"
    OPTIONS = "OPTIONS"


class CheckKind(str, Enum):
    """How a website is looked at."""

    HTTP = "http"
    TCP = "tcp"
    DNS = "dns"
    HEARTBEAT = "heartbeat"


PAUSED, MAINTENANCE = "paused", "maintenance"
MONITOR_STATUS = enum_type(MonitorStatus, "monitor_status")
HTTP_METHOD = enum_type(HTTPMethod, "http_method")
CHECK_KIND = enum_type(CheckKind, "check_kind")
PERIOD_STATUS = enum_type(PeriodStatus, "period_status")
ROLLUP_SPAN = enum_type(RollupSpan, "rollup_span")


def state_of(is_active: bool, is_in_maintenance: bool, status: MonitorStatus) -> str:
    """What people read of a website."""
    if not is_active:
        return PAUSED
    return MAINTENANCE if is_in_maintenance else status.value.lower()


class Website(Model):
    """A website that is checked every `check_interval` seconds while `is_active`.

    `next_check_at` is when it falls due; a shift that claims it sets `claimed_until`, and the
    claim lapses then. `check_requested_at` is set while somebody waits for a check. The last
    check's time, response time (ms) and error are repeated here, so that a list of websites
    never reads the checks.
    """

    __tablename__ = "websites"
    __table_args__ = (
        Index("ix_websites_is_active", "is_active", "url"),
        Index("ix_websites_due", "is_active", "next_check_at"),
        Index("ix_websites_status", "status", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(2048), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    check_interval: Mapped[int] = mapped_column(default=60)
    timeout: Mapped[int] = mapped_column(default=30)
    is_active: Mapped[bool] = mapped_column(default=True)
    status: Mapped[MonitorStatus] = mapped_column(MONITOR_STATUS, default=MonitorStatus.UNKNOWN)
    status_since_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_checked_at: Mapped[datetime | None]
    response_time_ms: Mapped[float | None]
    error_message: Mapped[str | None] = mapped_column(Text)
    next_check_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_until: Mapped[datetime | None]
    check_requested_at: Mapped[datetime | None]
    kind: Mapped[CheckKind] = mapped_column(
        CHECK_KIND, default=CheckKind.HTTP, server_default="http"
    )
    group_name: Mapped[str | None] = mapped_column(String(100), index=True)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    secrets: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    heartbeat_hash: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    heartbeat_started_at: Mapped[datetime | None]
    streak_status: Mapped[MonitorStatus | None] = mapped_column(MONITOR_STATUS)
    streak_count: Mapped[int] = mapped_column(default=0, server_default="0")
    streak_since_at: Mapped[datetime | None]
    is_in_maintenance: Mapped[bool] = mapped_column(default=False, server_default="0")
    certificate: Mapped[dict[str, Any] | None]
    certificate_expires_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    monitor_checks: Mapped[list["MonitorCheck"]] = relationship(
        back_populates="website", cascade="all, delete-orphan", passive_deletes=True
    )

    tags: Mapped[list["WebsiteTag"]] = relationship(
        back_populates="website", cascade="all, delete-orphan", passive_deletes=True
    )

    has_secrets: Mapped[bool] = column_property(secrets.is_not(None))

    @property
    def state(self) -> str:
        """What people read: paused, maintenance, or the status in lower case."""
        return state_of(self.is_active, self.is_in_maintenance, self.status)


class MonitorCheck(Model):
    """One check of a website, in milliseconds: the whole and, summed over redirects, each phase.

    `ttfb_ms` is the wait between the request sent and the first byte of the answer. `late_ms` is
    how long after its due time the check began. `failure_reason` is a `failures.Reason`.
    """

    __tablename__ = "monitor_checks"
    __table_args__ = (
        Index("ix_monitor_checks_website_id_checked_at", "website_id", "checked_at"),
        Index("ix_monitor_checks_status_checked_at", "status", "checked_at"),
    )

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    website_id: Mapped[int] = mapped_column(ForeignKey("websites.id", ondelete="CASCADE"))
    status: Mapped[MonitorStatus] = mapped_column(MONITOR_STATUS)
    http_status_code: Mapped[int | None]
    http_method: Mapped[HTTPMethod] = mapped_column(HTTP_METHOD, default=HTTPMethod.GET)
    response_time_ms: Mapped[float | None]
    dns_time_ms: Mapped[float | None]
    connect_time_ms: Mapped[float | None]
    tls_time_ms: Mapped[float | None]
    ttfb_ms: Mapped[float | None]
    late_ms: Mapped[int] = mapped_column(default=0)
    failure_reason: Mapped[str | None] = mapped_column(String(32))
    error_message: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(45))
    http_version: Mapped[str | None] = mapped_column(String(8))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any] | None]
    checked_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    website: Mapped[Website] = relationship(back_populates="monitor_checks")

    @property
    def transfer_ms(self) -> float | None:
        """From the first byte on, with what little is between the phases; None without answer."""
        phases = (self.dns_time_ms, self.connect_time_ms, self.tls_time_ms, self.ttfb_ms)
        return timing.rest_ms(self.response_time_ms, phases) if self.ttfb_ms is not None else None


class WebsiteTag(Model):
    """A word that people file websites under."""

    __tablename__ = "website_tags"
    __table_args__ = (Index("ix_website_tags_tag", "tag", "website_id"),)

    website_id: Mapped[int] = mapped_column(
        ForeignKey("websites.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)

    website: Mapped[Website] = relationship(back_populates="tags")


class StatusPeriod(Model):
    """A time in which a website had one status: the truth of its availability.

    Each website has exactly one period without an end; periods of a website do not overlap and
    leave no gap.
    """

    __tablename__ = "status_periods"
    __table_args__ = (
        Index("ix_status_periods_website_id_started_at", "website_id", "started_at"),
        Index("ix_status_periods_website_id_ended_at", "website_id", "ended_at"),
        Index(
            "uq_status_periods_open",
            "website_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(big_id, primary_key=True)
    website_id: Mapped[int] = mapped_column(ForeignKey("websites.id", ondelete="CASCADE"))
    status: Mapped[PeriodStatus] = mapped_column(PERIOD_STATUS)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    cause: Mapped[str | None] = mapped_column(Text)


class DowntimeWindow(Model):
    """A confirmed downtime, dated back to the first check that failed; open while it lasts."""

    __tablename__ = "downtime_windows"
    __table_args__ = (
        Index("ix_downtime_windows_website_id_started_at", "website_id", "started_at"),
        Index("ix_downtime_windows_website_id_ended_at", "website_id", "ended_at"),
        Index("ix_downtime_windows_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    website_id: Mapped[int] = mapped_column(ForeignKey("websites.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    duration_seconds: Mapped[float | None]
    initial_status: Mapped[MonitorStatus] = mapped_column(MONITOR_STATUS)
    recovery_status: Mapped[MonitorStatus | None] = mapped_column(MONITOR_STATUS)
    affected_checks_count: Mapped[int] = mapped_column(default=0)
    root_cause: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    website: Mapped[Website] = relationship()


class MaintenanceWindow(Model):
    """A time in which a website, or every website, may fail without it counting."""

    __tablename__ = "maintenance_windows"
    __table_args__ = (Index("ix_maintenance_windows_ends_at", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    website_id: Mapped[int | None] = mapped_column(ForeignKey("websites.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Impairment(Model):
    """A time in which so many websites failed at once that the monitor itself may be to blame.

    `is_ongoing` is true or null, so that the database allows only one that goes on.
    `reference_answered_at` is when a reference target proved that the network works.
    """

    __tablename__ = "impairments"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    is_ongoing: Mapped[bool | None] = mapped_column(default=True, unique=True)
    failing_count: Mapped[int]
    checked_count: Mapped[int]
    reference_answered_at: Mapped[datetime | None]


class CheckRollup(Model):
    """An hour or a day of a website's checks: counts, and sketches of the whole and each phase.

    Times are milliseconds; a sketch is `core.sketch.Sketch` packed, null where nothing was timed.
    The median is in the sketch too, and repeated for the lists that draw hundreds of them.
    """

    __tablename__ = "check_rollups"
    __table_args__ = (Index("ix_check_rollups_span_started_at", "span", "started_at"),)

    website_id: Mapped[int] = mapped_column(
        ForeignKey("websites.id", ondelete="CASCADE"), primary_key=True
    )
    span: Mapped[RollupSpan] = mapped_column(ROLLUP_SPAN, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    up_count: Mapped[int] = mapped_column(default=0)
    down_count: Mapped[int] = mapped_column(default=0)
    degraded_count: Mapped[int] = mapped_column(default=0)
    unknown_count: Mapped[int] = mapped_column(default=0)
    total_sum_ms: Mapped[float] = mapped_column(default=0)
    total_min_ms: Mapped[float | None]
    total_max_ms: Mapped[float | None]
    total_p50_ms: Mapped[float | None]
    total_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    dns_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    connect_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    tls_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    ttfb_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    transfer_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)


class RollupMark(Model):
    """Until when the hours, and the days, are summed up."""

    __tablename__ = "rollup_marks"

    span: Mapped[RollupSpan] = mapped_column(ROLLUP_SPAN, primary_key=True)
    rolled_until: Mapped[datetime]
