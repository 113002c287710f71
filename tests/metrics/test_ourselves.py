"""Watchkeeper measures itself: what was asked and done becomes series with the right sums."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import ConnectionError
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests.core.test_queue import fail, follow, run_worker
from tests.statements import count_statements
from webapp.client.tally import Key, Tally
from webapp.core import clock, counted, queue
from webapp.core.db import db
from webapp.metrics import actions, collector, ourselves, own_measures
from webapp.metrics.collector import collect_ourselves
from webapp.metrics.models import MetricKind, MetricSample, MetricSeries
from webapp.metrics.readings import OWN_SERVICE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDERS = Key("custom", "orders", "count")


@pytest.fixture
def recorder(app):
    """The recorder of the application, emptied of what other tests did."""
    found = app.extensions["recorder"]
    found.sends_by_itself = False
    found.flush()
    app.extensions["redis"].flushall()
    yield found
    found.flush()


def sums():
    """The sum of the samples of each of our own series, by name and the values of its labels."""
    rows = db.session.execute(
        select(MetricSeries.name, MetricSeries.details, func.sum(MetricSample.value))
        .join(MetricSample, MetricSample.series_id == MetricSeries.id)
        .where(MetricSeries.kind == MetricKind.APPLICATION, MetricSeries.source == OWN_SERVICE)
        .group_by(MetricSeries.id)
    )
    return {(row[0], *(value for _, value in sorted(row[1].items()))): row[2] for row in rows}


def turn_over(app):
    app.extensions["redis"].delete(ourselves.TURN)


def collect(app, at):
    turn_over(app)
    with app.app_context():
        collect_ourselves(at)


def test_requests_that_were_made_are_series_with_the_right_sums(app, recorder, viewer):
    collect(app, NOW)
    recorder.flush()
    app.extensions["redis"].delete(counted.BAG)
    for _ in range(3):
        viewer.client.get("/activity/", buffered=True)
    viewer.client.get("/websites/999", buffered=True)
    recorder.flush()
    collect(app, NOW + timedelta(seconds=10))
    viewer.client.get("/activity/", buffered=True)
    recorder.flush()
    collect(app, NOW + timedelta(seconds=20))
    with app.app_context():
        found = sums()
    assert found["requests", "GET", "/activity/", "2xx"] == 4
    assert found["requests", "GET", "/websites/<int:website_id>", "4xx"] == 1
    assert found["response_time_ms", "/activity/"] > 0
    assert found["response_time_p95_ms",] >= 0
    assert found["error_rate_percent",] == 0
    assert found["active_users",] == 2  # one person, in each of two collections
    assert found["active_sessions",] == 2
    assert found["feature_uses", "activity"] == 4


def test_jobs_that_ran_are_series_with_the_right_sums(context, recorder):
    for job in (follow, fail, fail):
        queue.enqueue(job)
    db.session.commit()
    run_worker(context)
    turn_over(context)
    collect_ourselves(NOW)
    found = sums()
    assert found["jobs_run", "follow", "success"] == 1
    assert found["jobs_run", "fail", "failure"] == 2
    assert found["job_run_p95_ms", "follow"] > 0
    assert found["job_wait_ms", "fail"] > 0
    assert found["queue_size", "default"] == 0


def test_every_name_that_we_record_is_described(app, recorder, viewer):
    queue_names = {measure.name for measure in own_measures.MEASURES}
    viewer.client.get("/activity/", buffered=True)
    recorder.flush()
    with app.app_context():
        queue.enqueue(follow)
        db.session.commit()
        run_worker(app)
    collect(app, NOW)
    with app.app_context():
        for series in db.session.scalars(select(MetricSeries)):
            assert series.name in queue_names, series.name
            (measure,) = [m for m in own_measures.MEASURES if m.name == series.name]
            assert (series.unit, series.metric_type) == (measure.unit, measure.metric_type.value)


def test_of_several_collectors_one_records(context, recorder):
    assert ourselves.record_ourselves(NOW) is not None
    assert ourselves.record_ourselves(NOW) is None


def test_who_is_killed_after_the_commit_is_followed_by_one_who_changes_nothing(context, recorder):
    redis = context.extensions["redis"]
    counted.add(redis, "a", Tally({ORDERS: 5}))
    ourselves.record_ourselves(NOW)
    db.session.commit()  # and killed before it said so
    counted.add(redis, "b", Tally({ORDERS: 7}))
    for seconds in (10, 20, 30):
        turn_over(context)
        collect_ourselves(NOW + timedelta(seconds=seconds))
    assert sums()["orders",] == 12


def test_who_is_killed_before_the_commit_is_followed_by_one_who_records(context, recorder):
    counted.add(context.extensions["redis"], "a", Tally({ORDERS: 5}))
    ourselves.record_ourselves(NOW)
    db.session.rollback()
    turn_over(context)
    collect_ourselves(NOW + timedelta(seconds=10))
    assert sums()["orders",] == 5


def test_a_database_that_is_away_loses_nothing(context, recorder, monkeypatch):
    counted.add(context.extensions["redis"], "a", Tally({ORDERS: 5}))

    def refuse(_samples):
        raise OperationalError("INSERT", {}, Exception("gone"))

    with monkeypatch.context() as patched:
        patched.setattr(actions, "record_samples", refuse)
        collect_ourselves(NOW)
    turn_over(context)
    collect_ourselves(NOW + timedelta(seconds=10))
    assert sums()["orders",] == 5


def test_a_redis_that_is_away_records_nothing_and_raises_nothing(context, recorder, monkeypatch):
    def refuse(*_arguments, **_options):
        raise ConnectionError("gone")

    monkeypatch.setattr(counted, "take", refuse)
    assert ourselves.record_ourselves(NOW) is None
    collector.collect_ourselves(clock.now())
    assert sums() == {}


def test_a_collection_of_known_series_costs_few_statements(context, recorder):
    redis = context.extensions["redis"]
    for number in range(2):
        turn_over(context)
        counted.add(redis, str(number), Tally({ORDERS: 5}))
        with count_statements(context) as statements:
            collect_ourselves(NOW + timedelta(seconds=10 * number))
    assert len(statements) <= 4, statements
