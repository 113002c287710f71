"""Readings newest first, page by page, the same whether they are sealed or not."""

import random

import pytest
from sqlalchemy import select

from tests.metrics.histories import DAY_MS, HOUR_MS, NOON, add, new_series, seal
from tests.statements import count_statements
from webapp.core.db import db
from webapp.metrics.listing import listed
from webapp.metrics.models import ApplicationMetric, MetricKind, MetricSeries, SystemMetric

SINCE, UNTIL = NOON - 30 * HOUR_MS, NOON


def all_series():
    return db.session.scalars(select(MetricSeries).order_by(MetricSeries.id)).all()


def ask(limit, offset=0, since=SINCE, until=UNTIL):
    found, total = listed(all_series(), since, until, limit, offset)
    return [(metric.at_ms, metric.series_id, metric.value) for metric in found], total


@pytest.fixture
def readings(context):
    """Three series of different pace, sealed but for the last hours, with late ones unsealed."""
    dice, found = random.Random(5), []
    for n, pace_ms in enumerate((97_000, 211_000, 30_000)):
        one = new_series(host=f"web-{n}")
        samples = [(at_ms, dice.random()) for at_ms in range(SINCE - HOUR_MS, NOON, pace_ms)]
        late, usual = samples[40:45], samples[:40] + samples[45:]
        add(one, usual)
        seal(NOON)
        add(one, late)
        found += [(at_ms, one, value) for at_ms, value in samples]
    return sorted(found, key=lambda each: (-each[0], each[1]))


@pytest.mark.parametrize(
    ("since", "until"),
    [(SINCE, UNTIL), (SINCE + 12_345, UNTIL - 3 * HOUR_MS), (UNTIL - HOUR_MS, UNTIL), (0, SINCE)],
)
def test_every_page_is_the_slice_of_all_readings(readings, since, until):
    truth = [each for each in readings if since <= each[0] < until]
    for limit, offset in [(50, 0), (7, 3), (50, 200), (100, 333), (50, 2000), (200, 4000)]:
        page, total = ask(limit, offset, since, until)
        assert total == len(truth)
        assert page == truth[offset : offset + limit]


def test_behind_the_last_page_there_is_nothing(readings):
    assert ask(50, 1_000_000) == ([], ask(1)[1])


def test_without_series_there_is_nothing_and_nothing_is_asked(context):
    with count_statements(context) as statements:
        assert listed([], SINCE, UNTIL, 50, 0) == ([], 0)
    assert statements == []


def test_a_sealed_reading_has_every_field(context):
    one = new_series("load_1")
    other = new_series("latency_ms")
    db.session.get(MetricSeries, other).kind = MetricKind.APPLICATION
    for each in (one, other):
        add(each, [(NOON - DAY_MS, 1.5)])
    seal(NOON)
    (system, application), _ = listed(all_series(), SINCE, UNTIL, 50, 0)
    assert isinstance(system, SystemMetric)
    assert isinstance(application, ApplicationMetric)
    assert (system.host, system.name, system.unit, system.value) == ("web-1", "load_1", "%", 1.5)
    assert (system.metric_type, system.details) == ("cpu", {})
    assert application.service == "web-1"
    assert system not in db.session


def test_a_page_costs_a_few_statements_however_long_the_time(readings, context):
    series = all_series()
    for offset in (0, 500):
        with count_statements(context) as statements:
            listed(series, SINCE, UNTIL, 50, offset)
        assert len(statements) <= 9, statements
