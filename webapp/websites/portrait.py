"""What the page of one website tells of its past, in a handful of statements and no scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.core.db import db
from webapp.websites import history
from webapp.websites.availability import USUAL, Counting, availability
from webapp.websites.changes import Change, changes
from webapp.websites.listing import Uptime, day_bar, uptimes
from webapp.websites.models import DowntimeWindow, MonitorCheck, MonitorStatus
from webapp.websites.pictures import (
    Bar,
    DayCell,
    Segment,
    observed_text,
    percent_text,
    segments,
    year,
)
from webapp.websites.summaries import DAY

BAR_DAYS = (30, 90)
YEAR = 372 * DAY
DOWNTIMES_SHOWN = 10
GOOD = (MonitorStatus.UP, MonitorStatus.DEGRADED)
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Turn:
    """The first check of a downtime, the last good one before it, and what differs."""

    good: MonitorCheck
    bad: MonitorCheck
    changes: Sequence[Change]


@dataclass(frozen=True)
class Past:
    """The bar of `days` days to scale, their availability and coverage as text, and a year."""

    days: int
    segments: list[Segment]
    uptime: str
    coverage: str
    weeks: list[list[DayCell | None]]
    downtimes: Sequence[DowntimeWindow]
    turn: Turn | None


def day_of(
    website_id: int, now: datetime, zone: ZoneInfo = UTC_ZONE, counting: Counting = USUAL
) -> tuple[Bar, dict[str, Uptime]]:
    """The last 24 hours as a bar, and the usual uptimes; one statement."""
    periods = history.periods_of([website_id], now - max(BAR_DAYS) * DAY)[website_id]
    return day_bar(periods, now, zone), uptimes(periods, now, counting)


def past(
    website_id: int,
    days: int,
    now: datetime,
    zone: ZoneInfo = UTC_ZONE,
    counting: Counting = USUAL,
) -> Past:
    """Its last `days` days and its last year."""
    periods = history.periods_of([website_id], now - YEAR)[website_id]
    since = now - days * DAY
    found = availability(periods, since, now, **counting.sides)
    downtimes = _newest_downtimes(website_id)
    return Past(
        days,
        segments(periods, since, now, zone),
        percent_text(found.percent),
        observed_text(found.coverage_percent),
        year(periods, now, zone, counting),
        downtimes,
        turn(downtimes[0]) if downtimes else None,
    )


def turn(downtime: DowntimeWindow) -> Turn | None:
    """The checks on both sides of a downtime's beginning, if both are kept; two statements."""
    of_it = select(MonitorCheck).where(MonitorCheck.website_id == downtime.website_id)
    at, begins = MonitorCheck.checked_at, downtime.started_at
    first = of_it.where(at >= begins, MonitorCheck.status == MonitorStatus.DOWN)
    # A website that never answered has no good check: it is not sought for ever.
    before = of_it.where(at < begins, at >= begins - timedelta(days=2))
    bad = db.session.scalar(first.where(at < begins + DAY).order_by(at).limit(1))
    good = db.session.scalar(
        before.where(MonitorCheck.status.in_(GOOD)).order_by(at.desc()).limit(1)
    )
    return Turn(good, bad, changes(good, bad)) if good and bad else None


def _newest_downtimes(website_id: int) -> Sequence[DowntimeWindow]:
    query = select(DowntimeWindow).where(DowntimeWindow.website_id == website_id)
    newest = query.order_by(DowntimeWindow.started_at.desc()).limit(DOWNTIMES_SHOWN)
    return db.session.scalars(newest).all()
