"""The job that collects, run as a worker runs it."""

import pytest
from redis import ConnectionError
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from webapp.core import queue
from webapp.core.db import db
from webapp.metrics import actions, jobs
from webapp.metrics.collection import open_notebook
from webapp.metrics.models import MetricSample, SystemMetric
from webapp.metrics.rates import SHORTEST_S


def stored():
    return db.session.scalar(select(func.count()).select_from(MetricSample))


def move_notebook_back(seconds):
    notebook = open_notebook(queue.connection().get(jobs._key()))
    object.__setattr__(notebook, "taken_s", notebook.taken_s - seconds)
    queue.connection().set(jobs._key(), notebook.dump())


def test_it_commits_what_it_read(context):
    jobs.collect_metrics()
    db.session.rollback()
    assert stored() > 10


def test_the_second_run_knows_the_counters_of_the_first(context):
    jobs.collect_metrics()
    asked = select(SystemMetric.value).where(SystemMetric.name == "network_in")
    assert db.session.scalars(asked).all() == []
    move_notebook_back(5)
    jobs.collect_metrics()
    assert len(db.session.scalars(asked).all()) == 1


def test_run_twice_at_once_it_harms_nothing(context):
    jobs.collect_metrics()
    before = stored()
    jobs.collect_metrics()
    assert before <= stored() <= 2 * before + 10
    assert SHORTEST_S > 0


def test_the_notebook_is_forgotten_when_nobody_collects(context):
    jobs.collect_metrics()
    assert 0 < queue.connection().ttl(jobs._key()) <= 60


def test_a_database_that_is_away_loses_the_reading_and_fails_no_job(context, monkeypatch):
    def refuse(*_arguments):
        raise OperationalError("INSERT", {}, Exception("gone"))

    monkeypatch.setattr(actions, "record_samples", refuse)
    jobs.collect_metrics()
    assert stored() == 0
    assert queue.connection().get(jobs._key()) is None


@pytest.mark.parametrize("deed", ["get", "set"])
def test_a_redis_that_is_away_costs_the_rates_only(context, monkeypatch, deed):
    class Half:
        def __getattr__(self, name):
            if name == deed:
                raise ConnectionError("gone")
            return getattr(context.extensions["redis"], name)

    monkeypatch.setattr(jobs.queue, "connection", Half)
    jobs.collect_metrics()
    assert stored() > 10
