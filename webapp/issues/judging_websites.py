"""Faults of websites: downtimes, heartbeats that fail, certificates that end, our own network.

The downtimes are the truth: they begin when a failure is confirmed, and end with it, with
maintenance and with a pause. One that began and ended between two looks is a fault with its end;
one that somebody writes down long afterwards is history and none.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, select

from webapp.core.db import db
from webapp.issues import fault_codes
from webapp.issues.kinds import IssueKind
from webapp.issues.leases import lock_mark
from webapp.issues.models import Fault
from webapp.issues.occurrences import Occurrence
from webapp.issues.reconciling import Found, key_of, reconcile
from webapp.issues.rule_models import JudgeMark
from webapp.websites.failures import Reason
from webapp.websites.models import CheckKind, DowntimeWindow, Impairment, MonitorCheck, Website

DOWNTIME, NETWORK = "downtime", "network"
MARK = "downtimes"
SETTLED = timedelta(minutes=2)  # by then a transaction that took an earlier id has ended
HISTORY = timedelta(hours=1)
RECENT = timedelta(days=1)
LONGEST_SERVICE = 100
_down, _site = DowntimeWindow, Website
_FACTS = (
    _down.id, _down.website_id, _down.started_at, _down.ended_at, _down.root_cause,
    _down.created_at, _site.name, _site.url, _site.kind,
)  # fmt: skip


def judge_websites(now: datetime) -> int:
    """Open and end the faults of downtimes and of our own network; how many."""
    count = reconcile(DOWNTIME, lambda is_open: _downtimes(is_open, now), now)
    count += reconcile(NETWORK, _impairments, now)
    return count + _move_mark(now)


def fault(
    code: str, message: str, at: datetime, about: str, context: Mapping[str, Any], **more: Any
) -> Occurrence:
    """A fault of one of our codes about something that stays the same however it is renamed."""
    values = {"severity": fault_codes.CODES[code].severity, "fingerprint": (code, about)} | more
    return Occurrence(IssueKind.FAULT, code, code, message, at=at, context=context, **values)


def _downtimes(is_open: Collection[str], now: datetime) -> Found:
    """The downtimes that are new since the mark, and those whose fault is open."""
    position = db.session.scalar(select(JudgeMark.position).where(JudgeMark.name == MARK)) or 0
    open_ids = [int(key.split(":")[1]) for key in is_open]
    known = _known().where(_down.id.in_(open_ids)) if open_ids else None
    recent = or_(_down.ended_at.is_(None), _down.ended_at > now - RECENT)
    rows = list(db.session.execute(_known().where(_down.id > position, recent)))
    rows += list(db.session.execute(known)) if known is not None else []
    by_key = {key_of(DOWNTIME, row.id): row for row in rows}
    lasting = {key: row for key, row in by_key.items() if row.ended_at is None}
    over = {key: row for key, row in by_key.items() if row.ended_at is not None}
    begun = {key: row for key, row in lasting.items() if key not in is_open}
    unseen = _untold({k: r for k, r in over.items() if k not in is_open and _is_news(r)})
    made = _occurrences(begun | unseen)
    return Found(
        wrong={key: made[key] for key in begun},
        ended={key: row.ended_at for key, row in over.items()},
        unsure=lasting.keys() - begun.keys(),
        passed={key: (made[key], row.ended_at) for key, row in unseen.items()},
    )


def _known() -> Select[*tuple[Any, ...]]:
    return select(*_FACTS).join(_site, _site.id == _down.website_id)


def _is_news(row: Row[*tuple[Any, ...]]) -> bool:
    return bool(row.created_at - row.ended_at <= HISTORY)


def _untold(rows: Mapping[str, Row[Any]]) -> dict[str, Row[Any]]:
    if not rows:
        return {}
    told = set(db.session.scalars(select(Fault.origin).where(Fault.origin.in_(rows))))
    return {key: row for key, row in rows.items() if key not in told}


def _occurrences(rows: Mapping[str, Row[Any]]) -> dict[str, Occurrence]:
    reasons = _reasons([row for row in rows.values() if row.kind is CheckKind.HEARTBEAT])
    return {key: _occurrence(key, row, reasons.get(row.id)) for key, row in rows.items()}


def _occurrence(key: str, row: Row[*tuple[Any, ...]], reason: str | None) -> Occurrence:
    code, what = fault_codes.WEBSITE_DOWN, f"Website {row.name} is down"
    if row.kind is CheckKind.HEARTBEAT:
        code, what = fault_codes.HEARTBEAT_MISSED, f"No heartbeat from {row.name}"
        if reason == Reason.HEARTBEAT_FAILED.value:
            code, what = fault_codes.HEARTBEAT_FAILED, f"{row.name} failed"
    context = {
        "website_id": row.website_id, "url": row.url, "kind": row.kind.value,
        "downtime_id": row.id, "cause": row.root_cause,
    }  # fmt: skip
    message = f"{what}.\n{row.root_cause}" if row.root_cause else f"{what}."
    about = f"website:{row.website_id}"
    service = row.name[:LONGEST_SERVICE]
    return fault(code, message, row.started_at, about, context, service=service, origin=key)


def _reasons(rows: Iterable[Row[Any]]) -> dict[int, str | None]:
    """Why the first check of each downtime failed; one statement for each heartbeat that is new."""
    check = MonitorCheck
    return {
        row.id: db.session.scalar(
            select(check.failure_reason)
            .where(check.website_id == row.website_id, check.checked_at >= row.started_at)
            .order_by(check.checked_at)
            .limit(1)
        )
        for row in rows
    }


def _impairments(is_open: Collection[str]) -> Found:
    ids = [int(key.split(":")[1]) for key in is_open]
    columns = select(
        Impairment.id, Impairment.started_at, Impairment.ended_at,
        Impairment.failing_count, Impairment.checked_count,
    )  # fmt: skip
    wanted = or_(Impairment.is_ongoing.is_(True), Impairment.id.in_(ids))
    rows = db.session.execute(columns.where(wanted)).all()
    by_key = {key_of(NETWORK, row.id): row for row in rows}
    return Found(
        wrong={key: _network(key, row) for key, row in by_key.items() if row.ended_at is None},
        ended={key: row.ended_at for key, row in by_key.items() if row.ended_at is not None},
    )


def _network(key: str, row: Row[*tuple[Any, ...]]) -> Occurrence:
    message = (
        f"Most websites fail at once, so it may be our own network.\n{row.failing_count} of "
        f"{row.checked_count} that were checked failed."
    )
    context = {"impairment_id": row.id, "part": NETWORK}
    code = fault_codes.MONITOR_IMPAIRED
    return fault(code, message, row.started_at, f"part:{NETWORK}", context, origin=key)


def _move_mark(now: datetime) -> int:
    """What was looked at often enough is not read again; no fault, so 0."""
    settled = select(func.max(_down.id)).where(_down.created_at < now - SETTLED)
    position = select(JudgeMark.position).where(JudgeMark.name == MARK).scalar_subquery()
    newest = db.session.scalar(settled.where(_down.id > func.coalesce(position, 0)))
    if newest:
        mark = lock_mark(MARK)
        mark.position = max(mark.position, newest)
        db.session.flush()
    return 0
