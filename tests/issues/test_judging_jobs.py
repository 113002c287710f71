"""Jobs of ours that failed: each is told once, with its traceback."""

from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue, SimpleWorker

from webapp.core import clock
from webapp.core.db import db
from webapp.core.queue import FAILURE_TTL_S
from webapp.issues import judging_jobs
from webapp.issues.judging_jobs import judge_jobs
from webapp.issues.models import OperationalIssue, RecurringIssue

NOW = clock.now()


def import_orders(number):
    """The job of these tests."""
    raise ValueError(f"order {number} has no customer")


@pytest.fixture
def redis(context):
    return context.extensions["redis"]


def fail(redis, *numbers, queue="default"):
    """Real jobs on a queue, run by a real worker."""
    there = Queue(queue, connection=redis)
    jobs = [there.enqueue(import_orders, n, failure_ttl=FAILURE_TTL_S) for n in numbers]
    worker = SimpleWorker([there], connection=redis)
    for job in jobs:
        worker.perform_job(job, there)
    return jobs


def judge():
    count = judge_jobs(clock.now())
    db.session.commit()
    return count


def test_a_failed_job_is_told_once_with_its_traceback(redis):
    judge()
    (job,) = fail(redis, 7)
    assert judge() == 1
    assert judge() == 0
    found = db.session.scalars(db.select(OperationalIssue)).one()
    assert (found.task, found.name) == ("import_orders", "import_orders failed")
    assert found.error_message == "ValueError: order 7 has no customer"
    assert "in import_orders" in found.traceback
    assert found.context["job"] == job.id


def test_the_same_cause_is_one_issue_and_a_queue_of_one_host_counts_too(redis):
    fail(redis, 1, 2)
    fail(redis, 3, queue="host:here")
    assert judge() == 3
    assert db.session.scalars(db.select(RecurringIssue.occurrences)).one() == 3


def test_one_that_was_tried_again_and_failed_again_is_told_again(redis, monkeypatch):
    (job,) = fail(redis, 1)
    judge()
    later = judging_jobs._failures(redis)
    moved = {key: at + timedelta(seconds=30) for key, at in later.items()}
    monkeypatch.setattr(judging_jobs, "_failures", lambda _redis: moved)
    assert judge() == 1


def test_one_that_was_deleted_is_forgotten(redis):
    (job,) = fail(redis, 1)
    judge()
    job.delete()
    assert judge() == 0
    assert db.session.query(OperationalIssue).count() == 1


def test_what_failed_long_before_the_first_look_is_no_news(redis, monkeypatch):
    monkeypatch.setattr(judging_jobs, "OLD", timedelta(seconds=-60))
    fail(redis, 1)
    assert judge() == 0
    assert judge() == 0


def test_a_job_whose_worker_died_says_so(redis, monkeypatch):
    monkeypatch.setattr("webapp.core.workforce._explained", lambda _why: "The worker died.")
    fail(redis, 1)
    judge()
    found = db.session.scalars(db.select(OperationalIssue)).one()
    assert (found.error_message, found.traceback) == ("The worker died.", None)


def test_while_redis_is_away_nothing_is_said_of_jobs(context, redis, monkeypatch):
    fail(redis, 1)
    away = Redis(unix_socket_path="/nonexistent.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setitem(context.extensions, "impatient_redis", away)
    assert judge() == 0
    monkeypatch.setitem(context.extensions, "impatient_redis", redis)
    assert judge() == 1
