"""Verbs of a check shift: claim what is due, record what was found, give back what was not begun.

A claim is its `claimed_until`: whoever still finds that very value in the row owns the website.
A worker that lost its claim (it was killed, or stalled until another took over, or the website
was paused or edited meanwhile) therefore records nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, insert, select, tuple_, update

from webapp.core.db import begin_to_write, db
from webapp.websites import queries, records, timing, verdicts
from webapp.websites.judgement import Judgement
from webapp.websites.lanes import Target
from webapp.websites.models import MonitorCheck, Website
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
    begin_to_write()
    rows = {row.id: row for row in db.session.execute(_locked([o.target for o in outcomes]))}
    owned = [o for o in outcomes if _is_ours(o.target, rows)]
    if not owned:
        return 0
    judged = verdicts.reach([(o, rows[o.target.website_id]) for o in owned], now)
    db.session.execute(insert(_checks), [records.check_row(o, now) for o in owned])
    records.keep_certificates(owned)
    states = [_website_row(o, rows[o.target.website_id], judged) for o in owned]
    db.session.connection().execute(_UPDATE_STATE, states)
    reasons = {o.target.website_id: o.failure.reason.value for o in owned if o.failure}
    verdicts.follow(judged, reasons, now)
    return len(owned)


_UPDATE_STATE = (
    update(_websites)
    .where(_websites.c.id == bindparam("website_id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "status", "status_since_at", "streak_status", "streak_count", "streak_since_at",
                "last_checked_at", "next_check_at", "check_requested_at", "response_time_ms",
                "error_message", "claimed_until",
            )
        }
    )
)  # fmt: skip


def _locked(targets: Collection[Target]) -> Select[Any]:
    """The rows of these websites, which nobody else changes before our commit."""
    columns = _websites.c
    return (
        select(
            columns.id, columns.status, columns.status_since_at, columns.streak_status,
            columns.streak_count, columns.streak_since_at, columns.check_interval,
            columns.check_requested_at, columns.claimed_until,
        )
        .where(columns.id.in_([t.website_id for t in targets]))
        .order_by(columns.id)
        .with_for_update()
    )  # fmt: skip


def _is_ours(target: Target, rows: Mapping[int, Row[Any]]) -> bool:
    row = rows.get(target.website_id)
    return row is not None and row.claimed_until == target.claimed_until


def _owned(targets: Collection[Target]) -> Any:
    claims = [(t.website_id, t.claimed_until) for t in targets]
    return update(_websites).where(tuple_(_websites.c.id, _websites.c.claimed_until).in_(claims))


def _website_row(
    outcome: Outcome, before: Row[Any], judged: Mapping[int, Judgement]
) -> dict[str, Any]:
    started, judgement = outcome.started_at, judged[before.id]
    state = judgement.state
    return {
        "website_id": before.id,
        "new_status": state.status,
        "new_status_since_at": state.since_at,
        "new_streak_status": state.streak_status,
        "new_streak_count": state.streak_count,
        "new_streak_since_at": state.streak_since_at,
        "new_last_checked_at": started,
        **_next(outcome.target, before, started, judgement.recheck_at),
        "new_response_time_ms": records.rounded(outcome.phases.total),
        "new_error_message": outcome.message,
        "new_claimed_until": None,
    }


def _next(
    target: Target, before: Row[Any], started: datetime, recheck_at: datetime | None
) -> dict[str, Any]:
    """When the website is due next: sooner if somebody asked meanwhile, or to confirm."""
    asked = before.check_requested_at
    still_asked = asked is not None and asked > started
    due = records.next_due(target, before.check_interval, started)
    soonest = min(due, recheck_at) if recheck_at else due
    return {
        "new_next_check_at": asked if still_asked else soonest,
        "new_check_requested_at": asked if still_asked else None,
    }
