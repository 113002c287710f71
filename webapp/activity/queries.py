"""Questions to the diary."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Select, func, select

from webapp.activity.models import ActivityEvent, ActivityType
from webapp.core.db import db


def events(
    *,
    type: ActivityType | None = None,
    user_email: str | None = None,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[Sequence[ActivityEvent], int]:
    """Entries that fit, newest first, and how many fit in all."""
    wanted = _conditions(type, user_email, from_at, to_at)
    total = db.session.scalar(select(func.count(ActivityEvent.id)).where(*wanted)) or 0
    newest_first = _newest_first().where(*wanted).limit(limit).offset(offset)
    return db.session.scalars(newest_first).all(), total


def latest_events(count: int) -> Sequence[ActivityEvent]:
    """The newest entries."""
    return db.session.scalars(_newest_first().limit(count)).all()


def activity_version() -> int:
    """Id of the newest entry: it changes with every entry written."""
    return db.session.scalar(select(func.max(ActivityEvent.id))) or 0


def by_day(entries: Sequence[ActivityEvent]) -> list[tuple[datetime, list[ActivityEvent]]]:
    """The entries under their day (in UTC), each day with the moment of its first entry."""
    days = groupby(entries, key=lambda event: event.created_at.date())
    return [(found[0].created_at, found) for found in (list(group) for _, group in days)]


def _newest_first() -> Select[ActivityEvent]:
    return select(ActivityEvent).order_by(ActivityEvent.created_at.desc(), ActivityEvent.id.desc())


def _conditions(
    type: ActivityType | None,
    user_email: str | None,
    from_at: datetime | None,
    to_at: datetime | None,
) -> list[ColumnElement[bool]]:
    found = []
    if type is not None:
        found.append(ActivityEvent.type == type.value)
    if user_email:
        found.append(func.lower(ActivityEvent.user_email) == user_email.lower())
    if from_at is not None:
        found.append(ActivityEvent.created_at >= from_at)
    if to_at is not None:
        found.append(ActivityEvent.created_at < to_at)
    return found
