"""While the database is away the answers of selfcheck still come, to everybody, and tell little."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from webapp.core import clock
from webapp.core.db import db
from webapp.issues.models import Fault
from webapp.selfcheck import queries, stocktaking
from webapp.selfcheck.models import HealthState
from webapp.selfcheck.probes import Probed

GONE = Probed(None, "no route to db-1.internal", 12.0)


@pytest.fixture
def without_database(app, read_token, monkeypatch):
    def must_not_be_asked(*_arguments, **_more):
        raise AssertionError("the database was asked although it is away")

    with monkeypatch.context() as patch:
        patch.setattr("webapp.selfcheck.queries.probe_database", lambda _: GONE)
        with app.app_context():
            patch.setattr(type(db.engine), "connect", must_not_be_asked)
        yield app


def test_health_answers_503_with_what_is_known(without_database, read_token):
    answer = without_database.test_client().get("/api/monitoring/health/", headers=read_token)
    assert (answer.status_code, answer.json["status"]) == (503, "failed")
    found = {part["component"]: part for part in answer.json["components"]}
    assert (found["database"]["state"], found["cache"]["state"]) == ("down", "ok")
    assert found["database"]["since_at"] is not None
    assert "internal" not in answer.text, "nobody knows who asks"


@pytest.mark.parametrize("path", ["/selfcheck/", "/selfcheck/health", "/selfcheck/queues"])
def test_the_page_comes_too(without_database, path):
    answer = without_database.test_client().get(path)
    assert answer.status_code == 503
    assert "The database does not answer" in answer.text
    assert '<th scope="row">Redis</th>' in answer.text
    assert "internal" not in answer.text


def test_prometheus_learns_that_the_database_is_away(without_database):
    answer = without_database.test_client().get("/metrics")
    assert answer.status_code == 200
    found = {
        (s.name, s.labels.get("part")): s.value
        for family in text_string_to_metric_families(answer.text)
        for s in family.samples
    }
    assert found["watchkeeper_up", "database"] == 0
    assert found["watchkeeper_up", "redis"] == 1
    assert {name for name, _ in found} == {"watchkeeper_up", "watchkeeper_probe_seconds"}


def test_after_its_return_the_row_says_since_when_it_is_back_and_what_was_wrong(app, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("webapp.selfcheck.queries.probe_database", lambda _: GONE)
        before = app.test_client().get("/api/monitoring/health/").json["components"]
    down_since = next(p["since_at"] for p in before if p["component"] == "database")
    with app.app_context():
        now = clock.now()
        for _ in range(2):
            facts = queries.monitor(now).facts
            stocktaking.take_stock(facts, now, with_numbers=True)
            db.session.commit()
        row = db.session.get(HealthState, "database")
        assert (row.state, row.last_error) == ("ok", "no route to db-1.internal")
        assert row.since_at == now
        assert row.last_error_at.isoformat()[:19] == down_since[:19]
        assert app.extensions["redis"].exists(stocktaking.NOTE) == 0
        (fault,) = db.session.scalars(select(Fault)).all()
        assert (fault.error_code, fault.ended_at) == ("DATABASE_UNREACHABLE", now)
        assert fault.timestamp.isoformat()[:19] == down_since[:19]


def test_with_redis_away_too_an_answer_still_comes(without_redis, monkeypatch):
    monkeypatch.setattr("webapp.selfcheck.queries.probe_database", lambda _: GONE)
    answer = without_redis.test_client().get("/api/monitoring/health/")
    found = {part["component"]: part["state"] for part in answer.json["components"]}
    assert answer.status_code == 503
    assert (found["database"], found["cache"], found["workers"]) == ("down", "down", "unknown")
