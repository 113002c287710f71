"""Verb: a website that nobody looked at is UNKNOWN, from when it should have been looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from webapp.core.db import begin_to_write, db
from webapp.websites import periods
from webapp.websites.judgement import GRACE, NOT_LOOKED, is_overdue
from webapp.websites.models import MonitorStatus, PeriodStatus, Website
from webapp.websites.timeline import Change

MOST = 2000
_websites: Table = Website.__table__  # type: ignore[assignment]


def mark_unobserved(now: datetime) -> int:
    """Mark up to 2,000 websites whose check is overdue, and say how many; never as DOWN."""
    if not _overdue(now):
        return 0
    begin_to_write()
    overdue = _overdue(now)
    if overdue:
        db.session.connection().execute(_FORGET, [_unknown(row) for row in overdue])
    periods.lay([_learnt(row) for row in overdue], now)
    return len(overdue)


def _overdue(now: datetime) -> Sequence[Any]:
    columns = _websites.c
    query = (
        select(columns.id, columns.status, columns.status_since_at, columns.next_check_at,
               columns.timeout)
        .where(columns.is_active, columns.next_check_at < now - GRACE)
        .where((columns.status != MonitorStatus.UNKNOWN) | (columns.streak_count > 0))
        .order_by(columns.next_check_at)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    rows = db.session.execute(query)
    return [row for row in rows if is_overdue(row.next_check_at, row.timeout, now)]


def _since(row: Any) -> datetime:
    since: datetime = max(row.next_check_at, row.status_since_at)
    return since


def _unknown(row: Any) -> dict[str, Any]:
    was_known = row.status is not MonitorStatus.UNKNOWN
    return {
        "website_id": row.id,
        "new_status": MonitorStatus.UNKNOWN,
        "new_status_since_at": _since(row) if was_known else row.status_since_at,
        "new_streak_status": None,
        "new_streak_count": 0,
        "new_streak_since_at": None,
    }


_FORGET = (
    update(_websites)
    .where(_websites.c.id == bindparam("website_id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "status", "status_since_at", "streak_status", "streak_count", "streak_since_at"
            )
        }
    )
)  # fmt: skip


def _learnt(row: Any) -> periods.Learnt:
    hole = Change(_since(row), PeriodStatus.UNKNOWN, NOT_LOOKED)
    return periods.Learnt(row.id, PeriodStatus(row.status.value), (hole,))
