"""Drives websites through time for the tests of periods: every step has its own moment."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from tests.websites.makers import outcome
from webapp.activity.models import ActivityEvent
from webapp.core.db import db
from webapp.websites import actions, claims
from webapp.websites.models import DowntimeWindow, StatusPeriod, Website

START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def at(second: float) -> datetime:
    """That many seconds after the beginning."""
    return START + timedelta(seconds=second)


def added(number: int = 1, second: float = 0, **fields: object) -> Website:
    """A website that was added then, through the verb; committed."""
    values = {"url": f"http://127.0.0.1:9/{number}", "timeout": 5} | fields
    website, _ = actions.add(values, at(second))
    db.session.commit()
    return website


def checked(second: float, *, down: tuple[Website, ...] = (), only: int = 1000) -> list[int]:
    """A shift checks at that second all that is due; those in `down` fail."""
    moment, failing = at(second), {website.id for website in down}
    targets = claims.claim_due(moment, moment, only)
    found = [outcome(t, moment, is_up=t.website_id not in failing) for t in targets]
    claims.record(found, moment)
    db.session.commit()
    return [target.website_id for target in targets]


def periods(website: Website) -> list[tuple[float, str]]:
    """The website's periods: (second it began, status); proves that they leave no gap."""
    db.session.expire_all()
    query = select(StatusPeriod).where(StatusPeriod.website_id == website.id)
    rows = db.session.scalars(query.order_by(StatusPeriod.started_at)).all()
    assert [row.ended_at for row in rows] == [row.started_at for row in rows[1:]] + [None]
    return [((row.started_at - START).total_seconds(), row.status.value) for row in rows]


def downtimes(website: Website) -> list[DowntimeWindow]:
    """The website's downtimes, oldest first."""
    db.session.expire_all()
    query = select(DowntimeWindow).where(DowntimeWindow.website_id == website.id)
    return list(db.session.scalars(query.order_by(DowntimeWindow.started_at)))


def diary(*kinds: str) -> list[str]:
    """What the diary says of these types."""
    query = select(ActivityEvent).where(ActivityEvent.type.in_(kinds))
    return [event.message for event in db.session.scalars(query.order_by(ActivityEvent.id))]
