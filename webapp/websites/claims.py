"""Verbs of a check shift: claim what is due, record what was found, give back what was not begun.

A claim is its `claimed_until`: whoever still finds that very value in the row owns the website.
A worker that lost its claim (it was killed, or stalled until another took over, or the website
was paused or edited meanwhile) therefore records nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    null,
    select,
    tuple_,
    update,
)

from webapp.core.db import begin_to_write, db
from webapp.websites import queries, records, rollups, verdicts
from webapp.websites.judgement import Judgement
from webapp.websites.lanes import Target
from webapp.websites.models import MonitorCheck, Website
from webapp.websites.outcomes import Outcome

LEASE = timedelta(seconds=5)
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
    _write_down([(o, rows[o.target.website_id], judged[o.target.website_id]) for o in owned])
    reasons = {o.target.website_id: o.failure.reason.value for o in owned if o.failure}
    verdicts.follow(judged, reasons, now)
    if min(o.started_at for o in owned) < now - rollups.GRACE:  # the database was away, say
        rollups.sum_up_again([(o.target.website_id, o.started_at) for o in owned], now)
    return len(owned)


def _update(*names: str) -> Update:
    """Change these columns of a website and end its claim."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    query = update(_websites).where(_websites.c.id == bindparam("website_id"))
    return query.values(values | {"claimed_until": null()})


_SEEN = ("last_checked_at", "next_check_at", "response_time_ms")
_UPDATE_SEEN = _update(*_SEEN)
_UPDATE_ALL = _update(
    *_SEEN, "status", "status_since_at", "streak_status", "streak_count", "streak_since_at",
    "check_requested_at", "error_message",
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


def _write_down(found: Sequence[tuple[Outcome, Row[Any], Judgement]]) -> None:
    """Change the websites: little where nothing is new, which is nearly everywhere."""
    seen, changed = [], []
    for outcome, before, judged in found:
        row = _seen_row(outcome, before, judged)
        if _is_steady(outcome, before, judged):
            seen.append(row)
        else:
            changed.append(row | _state_row(outcome, before, judged))
    for query, rows in ((_UPDATE_SEEN, seen), (_UPDATE_ALL, changed)):
        if rows:
            db.session.connection().execute(query, rows)


def _is_steady(outcome: Outcome, before: Row[Any], judged: Judgement) -> bool:
    is_same = judged.state == judged.before and before.check_requested_at is None
    return is_same and outcome.message == outcome.target.last_error


def _seen_row(outcome: Outcome, before: Row[Any], judged: Judgement) -> dict[str, Any]:
    """When it was checked and is due next: sooner if somebody asked meanwhile, or to confirm."""
    started = outcome.started_at
    due = records.next_due(outcome.target, before.check_interval, started)
    soonest = min(due, judged.recheck_at or due)
    return {
        "website_id": before.id,
        "new_last_checked_at": started,
        "new_next_check_at": _still_asked(before, started) or soonest,
        "new_response_time_ms": records.rounded(outcome.phases.total),
    }


def _state_row(outcome: Outcome, before: Row[Any], judged: Judgement) -> dict[str, Any]:
    state = judged.state
    return {
        "new_status": state.status,
        "new_status_since_at": state.since_at,
        "new_streak_status": state.streak_status,
        "new_streak_count": state.streak_count,
        "new_streak_since_at": state.streak_since_at,
        "new_check_requested_at": _still_asked(before, outcome.started_at),
        "new_error_message": outcome.message,
    }


def _still_asked(before: Row[Any], started: datetime) -> datetime | None:
    """When somebody asked for a check after this one began, if so."""
    asked: datetime | None = before.check_requested_at
    return asked if asked is not None and asked > started else None
