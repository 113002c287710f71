"""Questions about the monitor, bounded in time."""

from datetime import timedelta

from sqlalchemy.exc import OperationalError

from webapp.core import clock
from webapp.core.db import db
from webapp.selfcheck import queries


def test_the_database_answers_in_milliseconds(context):
    found = queries.monitor(clock.now()).facts
    assert 0 <= found.database_ms < 1000
    assert found.database_error is None


def test_a_database_that_fails_has_no_answer_and_a_reason(context, monkeypatch):
    def refuse(*_arguments):
        raise OperationalError("SELECT 1", {}, Exception("could not connect\n to server"))

    with monkeypatch.context() as patch:
        patch.setattr(type(db.engine), "connect", refuse)
        found = queries.monitor(clock.now()).facts
    assert (found.database_ms, found.database_error) == (None, "could not connect to server")


def test_the_database_is_asked_once_in_a_request(app):
    with app.test_request_context():
        assert queries.database_probe() is queries.database_probe()


def test_the_longest_wait_of_a_job_is_found(context, jobs):
    jobs.wait("slow")
    found = queries.monitor(clock.now() + timedelta(seconds=90)).facts
    assert (found.waiting_queue, round(found.longest_wait_s)) == ("slow", 90)


def test_without_redis_the_monitor_still_answers(without_redis):
    with without_redis.app_context():
        found = queries.monitor(clock.now())
    assert found.workforce is None
    assert found.facts.redis_ms is None
    assert found.facts.database_ms is not None


def test_sizes_are_told_on_both_databases(context):
    assert queries.database_bytes() > 10_000
    free, total = queries.disk_free()
    assert 0 < free <= total
