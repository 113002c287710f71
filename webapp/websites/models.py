"""Websites and their checks."""

from datetime import datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.db import Model, big_id, enum_type


class MonitorStatus(str, Enum):
    """What a check found, and what a website is now."""

    UP = "UP"
    DOWN = "DOWN"
    DEGRADED = "DEGRADED"
    UNKNOWN = "UNKNOWN"


class HTTPMethod(str, Enum):
    """Method of a check's request."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"
    PATCH = "PATCH"
    HEAD = "HEAD"
    OPTIONS = "OPTIONS"


PAUSED = "paused"
MONITOR_STATUS = enum_type(MonitorStatus, "monitor_status")
HTTP_METHOD = enum_type(HTTPMethod, "http_method")


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
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    monitor_checks: Mapped[list["MonitorCheck"]] = relationship(
        back_populates="website", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def state(self) -> str:
        """What people read: paused, or the status in lower case."""
        return self.status.value.lower() if self.is_active else PAUSED


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
    checked_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    website: Mapped[Website] = relationship(back_populates="monitor_checks")
