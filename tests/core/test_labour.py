"""Jobs that ended are counted by name and outcome, with the times they waited and ran."""

import os
import signal
import warnings
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from redis import Redis

from tests.core.test_queue import fail, follow, run_worker
from webapp.client.tally import Key
from webapp.core import clock, counted, queue
from webapp.core.db import db
from webapp.core.labour import note_job, tally_of

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def job(**fields):
    usual = {"func_name": "webapp.metrics.jobs.collect", "enqueued_at": AT, "id": "1"}
    usual |= {"started_at": AT + timedelta(seconds=2), "ended_at": AT + timedelta(seconds=5)}
    return SimpleNamespace(**(usual | fields))


def runs(name, outcome):
    return Key("task_count", "jobs_run", "count", (("job", name), ("outcome", outcome)))


def timed(name, what):
    return Key("task_count", what, "ms", (("job", name),))


@pytest.mark.parametrize(
    ("fields", "outcome", "wait_ms", "run_ms"),
    [
        ({}, "success", 2000, 3000),
        ({}, "failure", 2000, 3000),
        ({"enqueued_at": None}, "success", None, 3000),
        ({"ended_at": None}, "failure", 2000, None),
        ({"started_at": None}, "failure", None, None),
        ({"enqueued_at": AT + timedelta(seconds=9)}, "success", 0, 3000),
    ],
)
def test_a_job_is_counted_with_the_times_that_are_known(fields, outcome, wait_ms, run_ms):
    tally = tally_of(job(**fields), succeeded=outcome == "success")
    assert tally.counts == {runs("collect", outcome): 1}
    totals = {key.name: timing.total for key, timing in tally.timings.items()}
    assert (totals.get("job_wait"), totals.get("job_run")) == (wait_ms, run_ms)


def test_a_redis_that_is_away_costs_only_the_count(redis_url):
    gone = Redis(unix_socket_path=redis_url.removeprefix("unix://") + "-gone")
    note_job(gone, job(), succeeded=True)


def taken(app):
    return counted.take(app.extensions["redis"], clock.now())[1]


def test_the_worker_counts_success_and_failure(context):
    queue.enqueue(follow)
    queue.enqueue(fail)
    queue.enqueue(fail)
    db.session.commit()
    run_worker(context)
    tally = taken(context)
    assert tally.counts == {runs("follow", "success"): 1, runs("fail", "failure"): 2}
    assert tally.timings[timed("fail", "job_wait")].count == 2
    assert tally.timings[timed("follow", "job_run")].total > 0


def end_suddenly():
    """A job whose process is killed."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_job_whose_process_was_killed_counts_as_failed(app):
    with app.app_context():
        queue.enqueue(end_suddenly)
        db.session.commit()
        db.session.remove()
    worker = queue.worker_class(app)(["default"], connection=app.extensions["redis"])
    with warnings.catch_warnings():
        # Newer Pythons warn of a thread that some other test may have left.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            worker.work(burst=True, logging_level="CRITICAL")
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert taken(app).counts == {runs("end_suddenly", "failure"): 1}
