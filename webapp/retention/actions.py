"""Delete what is older than its policy keeps, a batch at a time.

Each verb is a generator of batches: it deletes at most `BATCH` rows, yields how many, and expects
its caller to commit before it asks for the next. So the write lock is held for milliseconds,
however much there is to forget.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from webapp.accounts.models import FirstLink, SignIn
from webapp.activity import actions as activity
from webapp.alerts.forgetting import FORGETTINGS as OF_ALERTS
from webapp.config import Settings
from webapp.core.db import db
from webapp.issues.forgetting import FORGETTINGS as OF_ISSUES
from webapp.retention.measurements import BATCH, Forgetting, execute
from webapp.retention.measurements import FORGETTINGS as OF_METRICS
from webapp.retention.policies import HISTORY_DAYS, USED_LINK_DAYS
from webapp.websites.models import (
    CheckRollup,
    DowntimeWindow,
    Impairment,
    MaintenanceWindow,
    MonitorCheck,
    RollupSpan,
    StatusPeriod,
)


def forget_checks(settings: Settings, now: datetime) -> Iterator[int]:
    """Checks of websites older than CHECKS_DAYS, from the lowest id: ids follow time."""
    before = now - timedelta(days=settings.checks_days)
    first = select(MonitorCheck.id, MonitorCheck.checked_at).order_by(MonitorCheck.id).limit(BATCH)
    while old := [id for id, checked_at in db.session.execute(first) if checked_at < before]:
        yield execute(
            delete(MonitorCheck).where(
                MonitorCheck.id.between(old[0], old[-1]), MonitorCheck.checked_at < before
            )
        )


def forget_hourly_rollups(settings: Settings, now: datetime) -> Iterator[int]:
    """Hourly sums of checks older than HOURLY_ROLLUPS_DAYS."""
    yield from _rollups(RollupSpan.HOUR, now - timedelta(days=settings.hourly_rollups_days))


def forget_daily_rollups(settings: Settings, now: datetime) -> Iterator[int]:
    """Daily sums of checks older than DAILY_ROLLUPS_DAYS."""
    yield from _rollups(RollupSpan.DAY, now - timedelta(days=settings.daily_rollups_days))


def forget_sign_ins(_settings: Settings, now: datetime) -> Iterator[int]:
    """Sign-ins that have run out."""
    yield from _by_id(SignIn, SignIn.expires_at < now)


def forget_links(_settings: Settings, now: datetime) -> Iterator[int]:
    """Links for the first administrator, a day after they were used."""
    yield from _by_id(FirstLink, FirstLink.used_at < now - timedelta(days=USED_LINK_DAYS))


def forget_events(settings: Settings, _now: datetime) -> Iterator[int]:
    """Entries of the diary beyond the newest."""
    yield activity.forget_oldest(settings.activity_kept)


def _ended_long_ago(table: Any, ended_at: Any) -> Forgetting:
    """Rows that ended longer ago than history is kept; what goes on has no end and stays."""

    def forget(_settings: Settings, now: datetime) -> Iterator[int]:
        yield from _by_id(table, ended_at < now - timedelta(days=HISTORY_DAYS))

    return forget


FORGETTINGS: dict[str, Forgetting] = {
    **OF_METRICS,
    **OF_ISSUES,
    **OF_ALERTS,
    "monitor_checks": forget_checks,
    "hourly_rollups": forget_hourly_rollups,
    "check_rollups": forget_daily_rollups,
    "status_periods": _ended_long_ago(StatusPeriod, StatusPeriod.ended_at),
    "downtime_windows": _ended_long_ago(DowntimeWindow, DowntimeWindow.ended_at),
    "maintenance_windows": _ended_long_ago(MaintenanceWindow, MaintenanceWindow.ends_at),
    "impairments": _ended_long_ago(Impairment, Impairment.ended_at),
    "sign_ins": forget_sign_ins,
    "first_links": forget_links,
    "activity_events": forget_events,
}


def _by_id(table: Any, condition: Any) -> Iterator[int]:
    while ids := db.session.scalars(select(table.id).where(condition).limit(BATCH)).all():
        yield execute(delete(table).where(table.id.in_(ids)))


def _rollups(span: RollupSpan, before: datetime) -> Iterator[int]:
    """One hour or day after the other, each along the index."""
    oldest = select(func.min(CheckRollup.started_at)).where(CheckRollup.span == span)
    while (at := db.session.scalar(oldest)) is not None and at < before:
        of_then = CheckRollup.span == span, CheckRollup.started_at == at
        ids = db.session.scalars(select(CheckRollup.website_id).where(*of_then).limit(BATCH)).all()
        yield execute(delete(CheckRollup).where(*of_then, CheckRollup.website_id.in_(ids)))
