"""Verbs on maintenance: plan a time in which failures do not count, end it, let it take effect.

Checks go on in maintenance and are recorded. What they say of the website counts again from its
end on, dated at the very end however late somebody comes to write it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core import access
from webapp.core.db import begin_to_write, db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.websites import announcements, periods
from webapp.websites.models import (
    MaintenanceWindow,
    MonitorStatus,
    PeriodStatus,
    StatusPeriod,
    Website,
)

MINUTE = "%Y-%m-%d %H:%M"
LEEWAY = timedelta(minutes=5)
LONGEST = timedelta(days=31)


def plan(
    website: Website | None, starts_at: datetime, ends_at: datetime, note: str | None, now: datetime
) -> MaintenanceWindow:
    """Plan maintenance of a website, or of all; a beginning of just now means now."""
    if starts_at < now - LEEWAY:
        raise invalid(FieldError("starts_at", "This must not be in the past."))
    starts_at = max(starts_at, now)
    if ends_at <= starts_at:
        raise invalid(FieldError("ends_at", "This must be later than the beginning, and than now."))
    if ends_at - starts_at > LONGEST:
        raise invalid(FieldError("ends_at", "Maintenance lasts 31 days at most."))
    window = MaintenanceWindow(
        website_id=website.id if website else None,
        starts_at=starts_at,
        ends_at=ends_at,
        note=note,
        created_by=access.email(),
        created_at=now,
    )
    db.session.add(window)
    db.session.flush()
    until = f"{ends_at:%H:%M}" if ends_at.date() == starts_at.date() else f"{ends_at:{MINUTE}}"
    _note(window, website, f"is planned from {starts_at:{MINUTE}} to {until} UTC")
    settle(now)
    return window


def end(window: MaintenanceWindow, now: datetime) -> None:
    """End it now if it is under way, or call it off if it has not begun."""
    if window.ends_at <= now:
        raise Problem(409, "The maintenance is over.")
    website = db.session.get(Website, window.website_id) if window.website_id else None
    if window.starts_at >= now:
        _note(window, website, "was called off")
        db.session.delete(window)
        db.session.flush()
        return
    window.ends_at = now
    _note(window, website, "was ended")
    settle(now)


def settle(now: datetime) -> int:
    """Write the periods that began or ended with maintenance; say of how many websites."""
    if not db.session.scalar(_touched(now).limit(1)):
        return 0
    begin_to_write()
    learnt = [
        periods.Learnt(row.id, _base_of(row.is_active, row.status)) for row in _unsettled(now)
    ]
    announcements.announce(periods.lay(learnt, now), now)
    return len(learnt)


def _unsettled(now: datetime) -> Sequence[Any]:
    query = select(Website.is_active, Website.status, Website.id)
    mine = query.where(Website.id.in_(_touched(now)))
    return db.session.execute(mine.order_by(Website.id).with_for_update()).all()


def _touched(now: datetime) -> Select[int]:
    """Ids of websites whose open period has an edge of maintenance in it."""
    window, period = MaintenanceWindow, StatusPeriod
    is_under_way = and_(period.status == PeriodStatus.MAINTENANCE, window.ends_at > now)
    touched: ColumnElement[bool] = and_(
        or_(window.website_id.is_(None), window.website_id == period.website_id),
        window.starts_at <= now,
        window.ends_at > period.started_at,
    )
    return (
        select(period.website_id)
        .join(window, touched)
        .where(period.ended_at.is_(None), period.status != PeriodStatus.PAUSED, ~is_under_way)
    )


def _base_of(is_active: bool, status: MonitorStatus) -> PeriodStatus:
    return PeriodStatus(status.value) if is_active else PeriodStatus.PAUSED


def _note(window: MaintenanceWindow, website: Website | None, what: str) -> None:
    name = f"website {website.name}" if website else "all websites"
    details = {"maintenance_id": window.id, "website_id": window.website_id}
    diary.record(ActivityType.WEBSITE_MAINTENANCE, f"Maintenance of {name} {what}", details=details)
