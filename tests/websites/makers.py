"""Rows and outcomes for the tests of websites."""

from datetime import datetime, timedelta
from typing import Any

from tests.factories import create_website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import claims
from webapp.websites.failures import Failure, Reason
from webapp.websites.lanes import Target
from webapp.websites.models import MonitorCheck, MonitorStatus, PeriodStatus, StatusPeriod, Website
from webapp.websites.outcomes import Outcome, Phases


def website(number: int = 1, **fields: Any) -> Website:
    """A committed website that is due."""
    made = create_website(f"http://127.0.0.1:9/{number}", **fields)
    db.session.commit()
    return made


def check(of: Website, minutes_ago: float = 0, **fields: Any) -> MonitorCheck:
    """A check of some minutes ago; flushes."""
    at = clock.now() - timedelta(minutes=minutes_ago)
    values = {"status": MonitorStatus.UP, "http_status_code": 200, "response_time_ms": 12.5}
    made = MonitorCheck(website_id=of.id, checked_at=at, **values | fields)
    db.session.add(made)
    db.session.flush()
    return made


def period(
    of: Website, status: str, hours_ago: float, ended_hours_ago: float | None = None
) -> StatusPeriod:
    """A status period that began some hours ago; flushes."""
    now = clock.now()
    made = StatusPeriod(
        website_id=of.id,
        status=PeriodStatus(status),
        started_at=now - timedelta(hours=hours_ago),
        ended_at=None if ended_hours_ago is None else now - timedelta(hours=ended_hours_ago),
    )
    db.session.add(made)
    db.session.flush()
    return made


def claimed(now: datetime, limit: int = 100) -> list[Target]:
    """What a shift claims at `now`, committed."""
    targets = claims.claim_due(now, now, limit)
    db.session.commit()
    return targets


def outcome(target: Target, started_at: datetime, *, is_up: bool = True) -> Outcome:
    """A check of `target` that found it up, or refused."""
    failure = None if is_up else Failure(Reason.REFUSED, "The connection was refused.")
    phases = Phases(0.1, 0.2, None, 3.0, 3.5) if is_up else Phases(total=0.5)
    return Outcome(target, started_at, 200 if is_up else None, phases, failure)


def recorded(target: Target, started_at: datetime, *, is_up: bool = True) -> int:
    """Record one outcome, committed; how many counted."""
    counted = claims.record([outcome(target, started_at, is_up=is_up)], started_at)
    db.session.commit()
    return counted
