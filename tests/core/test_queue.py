"""Jobs leave after the commit that asked for them, and never otherwise."""

import pytest
from redis import Redis
from rq import Queue
from rq.registry import FailedJobRegistry, FinishedJobRegistry
from structlog.testing import capture_logs

from tests.factories import create_website
from webapp.core import queue
from webapp.core.db import db
from webapp.websites.models import Website


def touch(name):
    """A job that writes a row, so that a run can be seen."""
    create_website(f"http://{name}.example/")
    db.session.commit()


def follow():
    """A job that follows another."""
    touch("followed")


def fail():
    """A job that always fails."""
    raise RuntimeError("on purpose")


def waiting(app, name="default"):
    return Queue(name, connection=app.extensions["redis"]).job_ids


def run_worker(app, names=("default", "fast")):
    """Work the queues off in this process, with the product's own worker."""

    class InProcess(queue.worker_class(app)):
        def work(self, *arguments, **options):
            return super(queue.Worker, self).work(*arguments, **options)

        def execute_job(self, job, q):
            self.prepare_execution(job)
            self.perform_job(job, q)
            self.set_state("idle")

    InProcess(names, connection=app.extensions["redis"]).work(burst=True, logging_level="CRITICAL")


def test_a_job_leaves_with_the_commit_and_not_before(context):
    queue.enqueue(touch, "a")
    assert waiting(context) == []
    db.session.commit()
    assert len(waiting(context)) == 1


def test_a_rollback_forgets_the_job_even_without_any_sql(context):
    queue.enqueue(touch, "a")
    db.session.rollback()
    db.session.commit()
    assert waiting(context) == []


def test_a_savepoint_that_is_released_sends_nothing_yet(context):
    with db.session.begin_nested():
        create_website()
        queue.enqueue(touch, "a")
    assert waiting(context) == []
    db.session.commit()
    assert len(waiting(context)) == 1


def test_a_savepoint_that_is_rolled_back_forgets_only_its_own_job(context):
    queue.enqueue(touch, "kept", job_id="kept")
    with pytest.raises(ZeroDivisionError), db.session.begin_nested():
        with db.session.begin_nested():
            queue.enqueue(touch, "inner", job_id="inner")
        queue.enqueue(touch, "outer", job_id="outer")
        raise ZeroDivisionError
    db.session.commit()
    assert waiting(context) == ["kept"]


def test_a_job_id_that_waits_is_not_doubled(context):
    for _ in range(2):
        queue.enqueue(touch, "a", job_id="same")
        db.session.commit()
    assert waiting(context) == ["same"]


def test_an_unknown_queue_is_refused(context):
    with pytest.raises(ValueError, match="is not one of the queues"):
        queue.queue("fats")


def test_without_redis_the_commit_stands_and_the_log_says_so(context, monkeypatch):
    away = Redis(unix_socket_path="/nonexistent/redis.sock")
    monkeypatch.setitem(context.extensions, "redis", away)
    create_website("http://stands.example/")
    queue.enqueue(touch, "a")
    with capture_logs() as logs:
        db.session.commit()
    assert db.session.query(Website).count() == 1
    assert [entry["job"] for entry in logs] == ["touch"]


def test_a_job_runs_in_an_app_context_and_nudges_its_followers(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "after", {touch: (follow,)})
    with app.app_context():
        queue.enqueue(touch, "first")
        db.session.commit()
    run_worker(app)
    with app.app_context():
        urls = {w.url for w in db.session.query(Website)}
    assert urls == {"http://first.example/", "http://followed.example/"}


def test_a_failed_job_leaves_its_traceback_and_nudges_nobody(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "after", {fail: (follow,)})
    with app.app_context():
        queue.enqueue(fail, job_id="failing")
        db.session.commit()
    run_worker(app)
    redis = app.extensions["redis"]
    assert FailedJobRegistry("default", redis).get_job_ids() == ["failing"]
    failed = Queue("default", connection=redis).fetch_job("failing")
    assert "RuntimeError: on purpose" in failed.latest_result().exc_string
    assert FinishedJobRegistry("fast", redis).get_job_ids() == []


def test_a_long_job_sees_who_waits_in_the_other_queues(context):
    queue.enqueue(touch, "a", queue="checks")
    db.session.commit()
    assert not queue.waiting_elsewhere("checks")
    assert queue.waiting_elsewhere("fast")
