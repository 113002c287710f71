"""Questions about the monitor, bounded in time."""

import threading

from sqlalchemy.exc import OperationalError

from webapp.core import clock
from webapp.core.db import db
from webapp.selfcheck import queries


def test_the_database_answers_in_milliseconds(context):
    assert 0 <= queries.database_answer_ms() < 1000


def test_a_database_that_fails_has_no_answer(context, monkeypatch):
    def refuse(*_arguments):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(type(db.engine), "connect", refuse)
        assert queries.database_answer_ms() is None


def test_a_database_that_hangs_is_not_waited_for_and_asked_only_once(context, monkeypatch):
    monkeypatch.setattr(queries, "PATIENCE_S", 0.05)
    let_go, asked = threading.Event(), []

    def hang(*_arguments):
        asked.append(1)
        let_go.wait(10)
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(type(db.engine), "connect", hang)
        assert [queries.database_answer_ms(), queries.database_answer_ms()] == [None, None]
        assert len(asked) == 1
        let_go.set()
        assert queries._probing.acquire(timeout=5)
    queries._probing.release()


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
