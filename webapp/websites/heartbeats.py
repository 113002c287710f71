"""Verbs of heartbeats: what calls us is recorded like a check that was made.

A heartbeat that says nothing new, which is nearly all of them, costs one question, one update and
one insert. One that changes something goes the way of all checks.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, insert, select, update

from webapp.core.db import db
from webapp.core.secrets import hash_token
from webapp.websites import claims, records
from webapp.websites.evidence import BODY_BYTES
from webapp.websites.failures import Failure, Reason
from webapp.websites.models import HTTPMethod, MonitorStatus, Website
from webapp.websites.options import options_of
from webapp.websites.outcomes import Outcome, Phases

LONGEST_RUN = timedelta(days=7)
_websites: Table = Website.__table__  # type: ignore[assignment]
_columns = _websites.c
# Built once: SQLAlchemy finds what it has compiled of them by themselves.
_FIND = select(
    _columns.id, _columns.options, _columns.is_active, _columns.status,
    _columns.heartbeat_started_at,
).where(_columns.heartbeat_hash == bindparam("key_hash"))  # fmt: skip
_STILL_UP = (
    update(_websites)
    .where(_columns.id == bindparam("website_id"), _columns.status == MonitorStatus.UP)
    .where(_columns.streak_count == 0, _columns.is_active)
    .values(
        last_checked_at=bindparam("seen_at"), next_check_at=bindparam("due_at"),
        response_time_ms=bindparam("run_ms"), claimed_until=None, heartbeat_started_at=None,
    )
)  # fmt: skip
_CHECK = insert(records.CHECKS).values(
    website_id=bindparam("website_id"), status=MonitorStatus.UP, http_method=HTTPMethod.GET,
    response_time_ms=bindparam("response_time_ms"), late_ms=0,
    checked_at=bindparam("seen_at"), created_at=bindparam("seen_at"),
)  # fmt: skip


@dataclass(frozen=True)
class Ping:
    """What a job says: that it began, or that it ended, with which exit code (0 is success)."""

    is_start: bool = False
    exit_code: int = 0
    body: bytes = b""


def receive(key: str, ping: Ping, now: datetime) -> bool:
    """Record the heartbeat of that key, as a check is; False when there is no such key."""
    row = _row(key)
    if row is None or not row.is_active:
        return row is not None
    if ping.is_start:
        _begin(row, now)
    else:
        _tell(row, ping, now)
    return True


def note_success(connection: Connection, key: str, now: datetime) -> bool:
    """Note a success of what is up already; False, and nothing is noted, when it is not so."""
    row = connection.execute(_FIND, {"key_hash": hash_token(key)}).first()
    if row is None or not row.is_active or row.status is not MonitorStatus.UP:
        return False
    run_ms = _run_ms(row.heartbeat_started_at, now)
    due_at = options_of(row.options).deadline(now)
    state = {"website_id": row.id, "seen_at": now, "due_at": due_at, "run_ms": run_ms}
    if not connection.execute(_STILL_UP, state).rowcount:
        return False
    connection.execute(_CHECK, {"website_id": row.id, "response_time_ms": run_ms, "seen_at": now})
    return True


def _row(key: str) -> Row[Any] | None:
    query = select(*records.TARGET, _columns.is_active, _columns.heartbeat_started_at)
    return db.session.execute(query.where(_columns.heartbeat_hash == hash_token(key))).first()


def _begin(row: Row[Any], now: datetime) -> None:
    """Once begun, a job has its grace to end in, if that is later than the time it has anyway."""
    ends_at = now + timedelta(seconds=options_of(row.options).grace_s)
    query = update(_websites).where(_columns.id == row.id)
    db.session.execute(
        query.values(
            heartbeat_started_at=now,
            next_check_at=max(row.next_check_at, ends_at),
            claimed_until=None,
        )
    )


def _tell(row: Row[Any], ping: Ping, now: datetime) -> None:
    """Take the website over from whoever has claimed it, and record a check of it."""
    lease = now + claims.LEASE
    query = update(_websites).where(_columns.id == row.id)
    db.session.execute(query.values(claimed_until=lease, heartbeat_started_at=None))
    outcome = _outcome(row, ping, now)
    claims.record([replace(outcome, target=replace(outcome.target, claimed_until=lease))], now)


def _outcome(row: Row[Any], ping: Ping, now: datetime) -> Outcome:
    target = replace(records.target_of(row, now), due_at=now)
    failure = _failure(ping.exit_code)
    text = ping.body[:BODY_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd")
    return Outcome(
        target=target,
        started_at=now,
        http_status=None,
        phases=Phases(total=_run_ms(row.heartbeat_started_at, now) or 0.0),
        failure=failure,
        details={"evidence": {"head": "", "body": text}} if failure and text else None,
    )


def _failure(exit_code: int) -> Failure | None:
    if not exit_code:
        return None
    return Failure(Reason.HEARTBEAT_FAILED, f"The job ended with exit code {exit_code}.")


def _run_ms(started_at: datetime | None, now: datetime) -> float | None:
    """How long the job ran, None when it did not say that it began."""
    if started_at is None or not timedelta() < now - started_at <= LONGEST_RUN:
        return None
    return round((now - started_at) / timedelta(milliseconds=1), records.UNITS)
