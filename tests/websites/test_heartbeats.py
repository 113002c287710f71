"""Heartbeats: a job that calls, one that is late, one that fails."""

from datetime import timedelta

import pytest

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import actions, claims, heartbeats, keeping, queries
from webapp.websites.failures import Failure, Reason
from webapp.websites.models import CheckKind, MonitorStatus
from webapp.websites.options import CheckOptions
from webapp.websites.outcomes import unmade

NOW = clock.now().replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def job(context):
    options = CheckOptions(period_s=3600, grace_s=60).stored()
    made, _ = actions.add({"url": "heartbeat://nightly", "options": options}, NOW)
    db.session.commit()
    return made


def key_of(job):
    return keeping.known_secrets(job).heartbeat_key


def ping(job, after, **said):
    assert heartbeats.receive(key_of(job), heartbeats.Ping(**said), NOW + after)
    db.session.commit()
    db.session.refresh(job)


def miss(job, at):
    (target,) = claims.claim_due(at, at, 10)
    failure = Failure(Reason.HEARTBEAT_MISSED, "No heartbeat came in time.")
    claims.record([unmade(target, at, failure)], at)
    db.session.commit()
    db.session.refresh(job)


def test_a_new_one_is_unknown_and_has_its_period_and_grace_to_come_in(job):
    assert job.kind is CheckKind.HEARTBEAT
    assert job.status is MonitorStatus.UNKNOWN
    assert job.next_check_at == NOW + HOUR + timedelta(seconds=60)
    assert len(key_of(job)) > 40
    assert key_of(job) not in (job.heartbeat_hash, str(job.options))


def test_the_first_one_makes_it_up_and_the_next_is_awaited(job):
    ping(job, timedelta(minutes=5))
    assert job.status is MonitorStatus.UP
    assert job.next_check_at == NOW + timedelta(minutes=66)
    assert queries.get_latest_by_website(job.id).status is MonitorStatus.UP


def test_one_that_says_nothing_new_costs_three_statements(app, job):
    key = key_of(job)
    ping(job, HOUR / 2)
    with count_statements(app) as statements:
        assert heartbeats.note_success(db.session.connection(), key, NOW + HOUR)
        db.session.commit()
    assert len(statements) == 3
    assert queries.get_by_website(job.id)[1] == 2


def test_late_after_its_grace_it_is_down_at_once_and_up_again_when_it_comes(job):
    ping(job, timedelta())
    miss(job, NOW + HOUR + timedelta(seconds=60))
    assert job.status is MonitorStatus.DOWN
    assert job.error_message == "No heartbeat came in time."
    assert job.next_check_at == NOW + 2 * HOUR + timedelta(seconds=120)
    ping(job, 2 * HOUR)
    assert (job.status, job.error_message) == (MonitorStatus.UP, None)


def test_a_failure_is_down_with_its_exit_code_and_what_the_job_said(job):
    ping(job, timedelta(), exit_code=3, body=b"disk full\x00")
    last = queries.get_latest_by_website(job.id)
    assert job.status is MonitorStatus.DOWN
    assert last.failure_reason == "heartbeat_failed"
    assert last.error_message == "The job ended with exit code 3."
    assert last.details["evidence"]["body"] == "disk full\ufffd"


def test_a_start_is_no_success_but_measures_how_long_the_job_ran(job):
    ping(job, HOUR, is_start=True)
    assert job.status is MonitorStatus.UNKNOWN
    assert job.next_check_at == NOW + HOUR + timedelta(seconds=60)
    ping(job, HOUR + timedelta(seconds=30))
    assert queries.get_latest_by_website(job.id).response_time_ms == 30_000
    ping(job, HOUR + timedelta(seconds=40))
    assert queries.get_latest_by_website(job.id).response_time_ms is None


def test_one_that_comes_while_a_shift_holds_its_claim_makes_the_claim_void(job):
    at = NOW + HOUR + timedelta(seconds=60)
    ping(job, timedelta())
    (target,) = claims.claim_due(at, at, 10)
    db.session.commit()
    ping(job, HOUR + timedelta(seconds=60))
    failure = Failure(Reason.HEARTBEAT_MISSED, "No heartbeat came in time.")
    assert claims.record([unmade(target, at, failure)], at) == 0
    assert job.status is MonitorStatus.UP


def test_a_paused_one_is_answered_and_not_recorded(job):
    actions.pause(job, NOW)
    ping(job, HOUR)
    assert queries.get_latest_by_website(job.id) is None


def test_nobody_has_an_unknown_key(job):
    assert not heartbeats.receive("hb_unknown", heartbeats.Ping(), NOW)


def test_a_cron_expression_says_when_it_is_awaited(job):
    options = CheckOptions(cron="30 4 * * *", time_zone="Asia/Kolkata", grace_s=600)
    actions.edit(job, {"options": options.stored()}, NOW)
    ping(job, timedelta())
    due = job.next_check_at
    assert (due.hour, due.minute) == (23, 10)
    assert timedelta() < due - NOW <= timedelta(days=1, minutes=10)
