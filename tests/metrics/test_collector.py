"""The collector: what it reads it stores, also later, and of several on a host one reads."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import ConnectionError
from rq import Queue
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests.metrics.makers import GAUGE
from tests.statements import count_statements
from webapp.activity.models import ActivityEvent
from webapp.core import clock, queue, standing
from webapp.core.db import db
from webapp.metrics import actions, collector, system
from webapp.metrics.collection import Source
from webapp.metrics.collector import KEPT, Collector, collect_metrics, collect_once
from webapp.metrics.models import Host, MetricSample, ProcessList, SystemMetric
from webapp.metrics.readings import ProcessTable, Reading

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def stored():
    return db.session.scalar(select(func.count()).select_from(MetricSample))


def at(second):
    return NOW + timedelta(seconds=second)


def test_it_commits_what_it_read(context):
    collect_once()
    db.session.rollback()
    assert stored() > 20


def test_it_notes_the_host(context):
    collect_once()
    host = db.session.scalars(select(Host)).one()
    assert host.name == system.host_name()
    assert host.booted_at == system.booted_at()
    assert host.details["cpus"] == os.cpu_count()
    assert host.interval_s == 5


def test_the_second_collection_knows_the_counters_of_the_first(context):
    asked = select(SystemMetric.value).where(SystemMetric.name == "network_in")
    made = Collector(5)
    made.collect(at(0), 100.0)
    assert db.session.scalars(asked).all() == []
    made.collect(at(5), 105.0)
    assert len(db.session.scalars(asked).all()) == 1


def test_rare_sources_are_asked_rarely(context):
    made = Collector(1)
    for second in range(6):
        made.collect(at(second), 100.0 + second)
    asked = select(SystemMetric).where(SystemMetric.name == "disk_percent")
    moments = [row.at_ms for row in db.session.scalars(asked) if row.details["mount"] == "/"]
    assert sorted(moments) == [clock.to_ms(at(0)), clock.to_ms(at(5))]


def test_a_machine_that_was_given_a_name_is_stored_by_it(context, monkeypatch):
    named = replace(context.extensions["settings"], host_name="web 1")
    monkeypatch.setitem(context.extensions, "settings", named)
    Collector(5).collect(at(0), 100.0)
    assert {host.name for host in db.session.scalars(select(Host))} == {"web 1"}


def test_processes_are_kept_with_their_moment(context, monkeypatch):
    table = ProcessTable({"count": 3, "cpu": [], "memory": []})
    monkeypatch.setattr(collector, "SOURCES", {"processes": Source(lambda: [table], every_s=10)})
    made = Collector(5)
    for second in (0, 5, 10):
        made.collect(at(second), 100.0 + second)
    lists = db.session.scalars(select(ProcessList).order_by(ProcessList.at_ms)).all()
    assert [found.at_ms for found in lists] == [clock.to_ms(at(0)), clock.to_ms(at(10))]
    assert lists[0].processes == table.processes


def test_two_collections_of_one_moment_harm_nothing(context):
    Collector(5).collect(at(0), 100.0)
    before = stored()
    Collector(5).collect(at(0), 100.0)
    assert stored() == before


def test_a_collection_costs_four_statements_however_much_it_read(context, monkeypatch):
    gauges = [Reading(GAUGE, n, {"n": str(n)}) for n in range(50)]
    monkeypatch.setattr(collector, "SOURCES", {"many": Source(lambda: gauges)})
    made = Collector(5)
    made.collect(at(0), 100.0)
    with count_statements(context) as statements:
        made.collect(at(5), 105.0)
    assert len(statements) == 4


def test_a_database_that_is_away_makes_readings_late_and_loses_none(context, monkeypatch):
    real, made = actions.record_samples, Collector(5)

    def refuse(*_arguments):
        raise OperationalError("INSERT", {}, Exception("gone"))

    monkeypatch.setattr(actions, "record_samples", refuse)
    made.collect(at(0), 100.0)
    made.collect(at(5), 105.0)
    assert (stored(), len(made.waiting)) == (0, 2)
    monkeypatch.setattr(actions, "record_samples", real)
    made.collect(at(10), 110.0)
    asked = select(SystemMetric.at_ms).where(SystemMetric.name == "ram_percent")
    assert sorted(db.session.scalars(asked)) == [clock.to_ms(at(n)) for n in (0, 5, 10)]
    assert made.waiting == []


def test_a_database_that_stays_away_does_not_fill_the_memory(context, monkeypatch):
    def refuse(*_arguments):
        raise OperationalError("INSERT", {}, Exception("gone"))

    monkeypatch.setattr(actions, "record_samples", refuse)
    monkeypatch.setattr(collector, "SOURCES", {})
    made = Collector(1)
    for second in range(KEPT + 5):
        made.collect(at(second), 100.0 + second)
    assert len(made.waiting) == KEPT
    assert made.waiting[-1][0] == clock.to_ms(at(KEPT + 4))


def test_a_source_that_fails_is_told_once_and_so_is_its_end(context, monkeypatch):
    def fails():
        raise OSError("no such device")

    made = Collector(5)
    monkeypatch.setattr(collector, "SOURCES", {"disks": Source(fails)})
    made.collect(at(0), 100.0)
    made.collect(at(5), 105.0)
    monkeypatch.setattr(collector, "SOURCES", {"disks": Source(list)})
    made.collect(at(10), 110.0)
    made.collect(at(15), 115.0)
    events = db.session.scalars(select(ActivityEvent).order_by(ActivityEvent.id)).all()
    host = system.host_name()
    assert [event.message for event in events] == [
        f"Disks of {host} cannot be measured: OSError: no such device",
        f"Disks of {host} can be measured again",
    ]
    assert events[0].details["source"] == "disks"


def test_what_follows_a_collection_is_nudged_once_it_is_stored(context, monkeypatch):
    monkeypatch.setitem(context.extensions, "after", {collect_metrics: (print,)})
    collect_once()
    assert len(queue.queue("fast").job_ids) == 1


def test_a_redis_that_is_away_costs_what_only_redis_knows(context, monkeypatch):
    class Away:
        def __getattr__(self, _name):
            raise ConnectionError("gone")

    monkeypatch.setattr(queue, "connection", Away)
    monkeypatch.setitem(context.extensions, "after", {collect_metrics: (print,)})
    collect_once()
    assert stored() > 20


@pytest.fixture
def ticking(context, monkeypatch):
    """The moments that a run collects at; it ticks fast, and ends when it is asked to."""
    moments = []
    monkeypatch.setattr(collector, "next_tick_s", lambda now_s, _interval_s: now_s + 0.01)
    monkeypatch.setattr(queue, "is_stopping", lambda: len(moments) >= 3)

    def note(_self, now, _monotonic_s):
        moments.append(now)
        if len(moments) == 1:
            raise RuntimeError("one bad collection ends nothing")

    monkeypatch.setattr(Collector, "collect", note)
    return moments


def place_of(host, redis):
    return redis.get(standing.key(collect_metrics, host))


def test_a_run_collects_at_its_ticks_until_it_is_asked_to_end(context, ticking):
    collect_metrics("here")
    assert len(ticking) == 3
    assert place_of("here", context.extensions["redis"]) is None


def test_a_run_that_has_lasted_passes_its_place_on_to_the_next(context, ticking, monkeypatch):
    monkeypatch.setattr(collector, "RUN_S", 0)
    collect_metrics("here")
    (job,) = Queue("host:here", connection=context.extensions["redis"]).jobs
    assert (len(ticking), job.args) == (1, ("here",))
    assert place_of("here", context.extensions["redis"]) == b"sent"


def test_a_run_that_cannot_pass_its_place_on_stays(context, ticking, monkeypatch):
    class Away:
        def __getattr__(self, _name):
            raise ConnectionError("gone")

    monkeypatch.setattr(collector, "RUN_S", 0)
    monkeypatch.setattr(queue, "connection", Away)
    collect_metrics("here")
    assert len(ticking) == 3


def test_the_next_run_goes_on_with_the_counters_of_the_one_before(context):
    assert collector._collector() is collector._collector()
