"""Verbs of a check shift: claim what is due, record what was found, give back what was not begun.

A claim is its `claimed_until`: whoever still finds that very value in the row owns the website.
A worker that lost its claim (it was killed, or stalled until another took over, or the website
was paused or edited meanwhile) therefore records nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, bindparam, insert, tuple_, update

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.websites import queries, records, timing
from webapp.websites.lanes import Target
from webapp.websites.models import MonitorCheck, MonitorStatus, Website
from webapp.websites.outcomes import Outcome

LEASE = timedelta(seconds=12)
_websites: Table = Website.__table__  # type: ignore[assignment]
_checks: Table = MonitorCheck.__table__  # type: ignore[assignment]


def claim_due(now: datetime, soon: datetime, limit: int) -> list[Target]:
    """Claim up to `limit` websites that are due before `soon`; no other worker gets them."""
    due = queries.due(now, soon, limit).cte("due")
    lease = now + LEASE
    columns = _websites.c
    query = (
        update(_websites)
        .where(columns.id.in_(due.select()))
        .values(claimed_until=lease)
        .returning(*records.TARGET)
    )
    return [records.target_of(row, lease) for row in db.session.execute(query)]


def renew(targets: Sequence[Target], now: datetime) -> list[Target]:
    """Extend the claims; the answer has those that were still ours, with their new lease."""
    lease = now + LEASE
    query = _owned(targets).values(claimed_until=lease).returning(_websites.c.id)
    kept = set(db.session.scalars(query))
    return [replace(t, claimed_until=lease) for t in targets if t.website_id in kept]


def release(targets: Sequence[Target]) -> None:
    """Give claims back, so that others need not wait for them to lapse."""
    if targets:
        db.session.execute(_owned(targets).values(claimed_until=None))


def record(outcomes: Sequence[Outcome], now: datetime) -> int:
    """Store the checks whose claims are still ours, with what follows for the websites."""
    if not outcomes:
        return 0
    columns = _websites.c
    mine = db.session.execute(
        _owned([o.target for o in outcomes])
        .values(claimed_until=None)
        .returning(
            columns.id, columns.name, columns.url, columns.status, columns.status_since_at,
            columns.check_interval, columns.check_requested_at,
        )
    ).all()  # fmt: skip
    rows = {row.id: row for row in mine}
    owned = [o for o in outcomes if o.target.website_id in rows]
    if owned:
        db.session.execute(insert(_checks), [records.check_row(o, now) for o in owned])
        records.keep_certificates(owned)
        states = [_website_row(o, rows[o.target.website_id]) for o in owned]
        db.session.connection().execute(_UPDATE_STATE, states)
    for outcome in owned:
        _tell_change(outcome, rows[outcome.target.website_id])
    return len(owned)


_UPDATE_STATE = (
    update(_websites)
    .where(_websites.c.id == bindparam("website_id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "status", "status_since_at", "last_checked_at", "next_check_at",
                "check_requested_at", "response_time_ms", "error_message",
            )
        }
    )
)  # fmt: skip


def _owned(targets: Collection[Target]) -> Any:
    claims = [(t.website_id, t.claimed_until) for t in targets]
    return update(_websites).where(tuple_(_websites.c.id, _websites.c.claimed_until).in_(claims))


def _website_row(outcome: Outcome, before: Row[Any]) -> dict[str, Any]:
    started, status = outcome.started_at, outcome.status
    asked = before.check_requested_at
    still_asked = asked is not None and asked > started
    due = timing.next_due(before.id, before.check_interval, started)
    return {
        "website_id": before.id,
        "new_status": status,
        "new_status_since_at": before.status_since_at if status is before.status else started,
        "new_last_checked_at": started,
        "new_next_check_at": asked if still_asked else due,
        "new_check_requested_at": asked if still_asked else None,
        "new_response_time_ms": records.rounded(outcome.phases.total),
        "new_error_message": outcome.message,
    }


def _tell_change(outcome: Outcome, before: Row[Any]) -> None:
    status = outcome.status
    details: dict[str, Any] = {"website_id": before.id, "url": before.url}
    if status is MonitorStatus.DOWN and before.status is not MonitorStatus.DOWN:
        assert outcome.failure is not None
        details["reason"] = outcome.failure.reason.value
        message = f"Website {before.name} is down. {outcome.failure.message}"
        diary.record(ActivityType.WEBSITE_DOWN, message, details=details)
    elif status is MonitorStatus.UP and before.status is MonitorStatus.DOWN:
        diary.record(ActivityType.WEBSITE_UP, f"Website {before.name} is up again", details=details)
