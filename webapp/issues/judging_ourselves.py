"""Faults of the monitor itself: its database, its Redis, its workers and its other parts.

Selfcheck looks at the parts and hands over what it found. What it cannot tell because it needs the
part itself is looked for here: a Redis that is away, and stock that nobody takes.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from redis import RedisError
from sqlalchemy import select

from webapp.core import clock
from webapp.core.db import db
from webapp.core.timetable import elected_name
from webapp.core.workforce import impatient_redis
from webapp.issues import ending, fault_codes
from webapp.issues.digesting import digest
from webapp.issues.judging_jobs import SERVICE
from webapp.issues.judging_websites import fault
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.leases import lock_mark
from webapp.issues.occurrences import Occurrence
from webapp.issues.reconciling import Found, key_of, reconcile
from webapp.issues.rule_models import JudgeMark

PART, REDIS, LABOUR = "part", "redis", "labour"
STOCK = "stock"
DOWN = "down"
LASTING = timedelta(seconds=40)  # two looks of selfcheck: what passes by itself is no fault
STALE = timedelta(seconds=90)  # four looks and some
STALE_S = STALE.total_seconds()
AWAY_SINCE, LOOKING_SINCE_S = "watchkeeper.redis_away_since", "watchkeeper.looking_since_s"
CODES = {"workers": fault_codes.WORKERS_MISSING, "scheduler": fault_codes.SCHEDULER_MISSING}


@dataclass(frozen=True)
class PartState:
    """How selfcheck found a part: what people call it, ok or what else, since when and why."""

    label: str
    state: str
    since_at: datetime
    error: str | None = None


def note_parts(parts: Mapping[str, PartState], now: datetime) -> int:
    """Open and end the faults of the parts that selfcheck has just looked at; how many.

    A part that is not ok counts when that has lasted; of an unknown one nothing is said.
    """
    lock_mark(STOCK).position = clock.to_ms(now)
    db.session.flush()
    wrong: dict[str, Occurrence] = {}
    unsure: list[str] = []
    for name, part in parts.items():
        keys = {is_down: key_of(PART, name, "down" if is_down else "poor") for is_down in (1, 0)}
        if part.state == "unknown":
            unsure += keys.values()
        elif part.state != "ok" and now - part.since_at >= LASTING:
            is_down = part.state == DOWN
            wrong[keys[is_down]] = _occurrence(name, part, is_down=is_down)
    return reconcile(PART, lambda _is_open: Found(wrong, unsure=unsure), now)


def note_outage(since_at: datetime, ended_at: datetime, error: str | None, now: datetime) -> None:
    """Tell that the database was away, once it is there again; told twice it is told once."""
    code = fault_codes.DATABASE_UNREACHABLE
    message = f"The database did not answer.\n{error or ''}".rstrip()
    origin = key_of("outage", "database", clock.to_ms(since_at))
    context = {"part": "database", "until": ended_at.isoformat()}
    told = fault(
        code, message, since_at, "part:database", context, service=SERVICE, origin=origin,
        is_ongoing=True,
    )  # fmt: skip
    digest([told], now, keeps_all=True)
    ending.end(IssueKind.FAULT, [origin], ended_at, now)


def judge_ourselves(now: datetime) -> int:
    """Open and end the faults of a Redis that is away, and of jobs that nobody does; how many."""
    answers = _redis_answers()
    count = reconcile(REDIS, lambda _is_open: _redis(answers, now), now)
    if not answers:
        return count
    return count + reconcile(LABOUR, lambda _is_open: _labour(now), now)


def _redis_answers() -> bool:
    try:
        return bool(impatient_redis().ping())
    except RedisError:
        return False


def _redis(answers: bool, now: datetime) -> Found:
    """It counts at the second look in a row that finds it away."""
    kept = current_app.extensions
    key = key_of(REDIS, "away")
    if answers:
        kept.pop(AWAY_SINCE, None)
        return Found({})
    since_at = kept.setdefault(AWAY_SINCE, now)
    if since_at >= now:
        return Found({}, unsure=[key])
    message = "Redis does not answer.\nNo job runs and nobody is woken until it does."
    code, context = fault_codes.REDIS_UNREACHABLE, {"part": "redis"}
    return Found({key: fault(code, message, since_at, "part:redis", context, service=SERVICE)})


def _labour(now: datetime) -> Found:
    """Stock is taken by a job every 20 s: while it is not, nobody sends jobs or nobody does them.

    Of the time in which we did not look ourselves nothing is known.
    """
    keys = {code: key_of(LABOUR, code) for code in CODES.values()}
    looking_since_s = current_app.extensions.setdefault(LOOKING_SINCE_S, time.monotonic())
    taken_ms = db.session.scalar(select(JudgeMark.position).where(JudgeMark.name == STOCK))
    if taken_ms is not None and now - clock.from_ms(taken_ms) <= STALE:
        return Found({})
    if taken_ms is None or time.monotonic() - looking_since_s < STALE_S:
        return Found({}, unsure=list(keys.values()))
    is_sent = elected_name(impatient_redis()) is not None
    code = fault_codes.WORKERS_MISSING if is_sent else fault_codes.SCHEDULER_MISSING
    why = "No worker takes jobs." if is_sent else "No scheduler is elected."
    message = f"{why}\nNo periodic job was done since {clock.from_ms(taken_ms):%H:%M:%S} UTC."
    at, context = clock.from_ms(taken_ms), {"part": "workers" if is_sent else "scheduler"}
    about = f"part:{context['part']}"
    return Found({keys[code]: fault(code, message, at, about, context, service=SERVICE)})


def _occurrence(name: str, part: PartState, *, is_down: bool) -> Occurrence:
    code = (
        CODES.get(name, fault_codes.MONITOR_IMPAIRED) if is_down else fault_codes.MONITOR_IMPAIRED
    )
    how = "does not work" if is_down else "does not work well"
    message = f"{part.label}: {how}.\n{part.error or ''}".rstrip()
    severity = fault_codes.CODES[code].severity if is_down else Severity.WARNING
    context = {"part": name, "state": part.state}
    about = f"part:{name}"
    return fault(code, message, part.since_at, about, context, service=SERVICE, severity=severity)
