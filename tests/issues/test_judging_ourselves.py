"""Faults of the monitor itself: what selfcheck hands over, and what needs nobody's help."""

import time
from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from webapp.core import clock, timetable
from webapp.core.db import db
from webapp.issues import judging_ourselves as judging
from webapp.issues.judging_ourselves import LASTING, STALE, PartState
from webapp.issues.models import Fault

NOW = clock.now()
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _new_process(context, monkeypatch):
    for name in (judging.AWAY_SINCE, judging.LOOKING_SINCE_S):
        context.extensions.pop(name, None)
    yield
    for name in (judging.AWAY_SINCE, judging.LOOKING_SINCE_S):
        context.extensions.pop(name, None)


def faults():
    db.session.commit()
    db.session.expire_all()
    rows = db.session.execute(db.select(Fault.error_code, Fault.is_ongoing).order_by(Fault.id))
    return [tuple(row) for row in rows]


def note(state, since_s=60, name="queues", now=NOW):
    since_at = now - since_s * SECOND
    judging.note_parts({name: PartState("Queues", state, since_at, "A job waits.")}, now)
    return faults()


@pytest.mark.parametrize(
    ("name", "state", "code", "severity"),
    [
        ("workers", "down", "WORKERS_MISSING", "critical"),
        ("scheduler", "down", "SCHEDULER_MISSING", "error"),
        ("web", "down", "MONITOR_IMPAIRED", "error"),
        ("queues", "degraded", "MONITOR_IMPAIRED", "warning"),
        ("workers", "degraded", "MONITOR_IMPAIRED", "warning"),
    ],
)
def test_a_part_that_is_not_well_is_a_fault_until_it_is(context, name, state, code, severity):
    assert note(state, name=name) == [(code, True)]
    assert note(state, name=name) == [(code, True)]
    assert db.session.scalars(db.select(Fault.severity)).one() == severity
    assert note("ok", name=name) == [(code, False)]


def test_what_passes_by_itself_is_no_fault(context):
    assert note("down", since_s=LASTING.total_seconds() - 1) == []
    assert note("down", since_s=LASTING.total_seconds()) == [("MONITOR_IMPAIRED", True)]


def test_of_a_part_nobody_looked_at_nothing_is_said(context):
    note("down")
    assert note("unknown") == [("MONITOR_IMPAIRED", True)]


def test_an_outage_of_the_database_is_told_once_afterwards_with_its_end(context):
    for _ in range(2):
        judging.note_outage(NOW - 90 * SECOND, NOW, "connection refused", NOW)
        db.session.commit()
    assert faults() == [("DATABASE_UNREACHABLE", False)]
    found = db.session.scalars(db.select(Fault)).one()
    assert (found.timestamp, found.ended_at) == (NOW - 90 * SECOND, NOW)


def judge(now=NOW):
    judging.judge_ourselves(now)
    return faults()


def test_redis_that_is_away_at_two_looks_is_a_fault_until_it_answers(context, monkeypatch):
    away = Redis(unix_socket_path="/nonexistent.sock", retry=Retry(NoBackoff(), 0))
    with monkeypatch.context() as without:
        without.setitem(context.extensions, "impatient_redis", away)
        assert judge() == []
        assert judge(NOW + 5 * SECOND) == [("REDIS_UNREACHABLE", True)]
        assert judge(NOW + 10 * SECOND) == [("REDIS_UNREACHABLE", True)]
        context.extensions.pop(judging.AWAY_SINCE)  # another process goes on
        assert judge(NOW + 15 * SECOND) == [("REDIS_UNREACHABLE", True)]
    assert judge(NOW + 20 * SECOND) == [("REDIS_UNREACHABLE", False)]
    assert db.session.scalars(db.select(Fault.timestamp)).one() == NOW


def looking_for_long(context):
    context.extensions[judging.LOOKING_SINCE_S] = time.monotonic() - 2 * judging.STALE_S


def test_jobs_that_nobody_does_are_a_fault_until_one_is_done(context):
    note("ok")
    looking_for_long(context)
    later = NOW + STALE + SECOND
    assert judge(NOW + STALE - SECOND) == []
    context.extensions["redis"].set(timetable.LOCK, "a scheduler")
    assert judge(later) == [("WORKERS_MISSING", True)]
    note("ok", now=later)
    assert judge(later) == [("WORKERS_MISSING", False)]


def test_without_a_scheduler_that_is_what_is_missing(context):
    note("ok")
    looking_for_long(context)
    assert judge(NOW + STALE + SECOND) == [("SCHEDULER_MISSING", True)]


def test_our_own_absence_is_nobodys_fault(context):
    note("ok")
    assert judge(NOW + 100 * STALE) == []


def test_before_the_first_look_of_selfcheck_nothing_is_missing(context):
    looking_for_long(context)
    assert judge() == []
