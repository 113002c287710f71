"""Series over time, one number a step."""

import pytest

from tests.metrics.makers import record, sample
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics.aggregated import aggregated, stretch
from webapp.metrics.models import MetricSeries

MINUTE = 60_000
NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("step_s", "tier"),
    [
        (10, None), (90, None), (60, "minute"), (300, "minute"), (1800, "minute"),
        (3600, "hour"), (7200, "hour"), (86_400, "day"), (604_800, "day"),
    ],
)  # fmt: skip
def test_the_coarsest_tier_that_has_the_steps_is_read(step_s, tier):
    assert stretch(0, 10**9, step_s * 1000, 10**9).tier == tier


def test_a_stretch_begins_and_ends_on_a_step_and_has_one_at_least():
    over = stretch(61_000, 239_000, MINUTE, NOW)
    assert (over.from_ms, over.to_ms, over.points) == (MINUTE, 4 * MINUTE, 3)
    assert stretch(5, 5, MINUTE, NOW).points == 1


@pytest.fixture
def recorded(context):
    """Six readings in two minutes, the third minute empty, one more reading: its id and start."""
    first_ms = (clock.to_ms(clock.now()) // MINUTE - 10) * MINUTE
    values = {0: 4.0, 10: 1.0, 50: 10.0, 60: 7.0, 70: 8.0, 119: 3.0, 180: 5.0}
    record(
        context,
        *[
            sample("cpu_percent", v, at=clock.from_ms(first_ms + s * 1000))
            for s, v in values.items()
        ],
    )
    series_id = db.session.query(MetricSeries.id).scalar()
    return series_id, stretch(first_ms, first_ms + 4 * MINUTE, MINUTE, clock.to_ms(clock.now()))


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("mean", [5.0, 6.0, None, 5.0]),
        ("min", [1.0, 3.0, None, 5.0]),
        ("max", [10.0, 8.0, None, 5.0]),
        ("sum", [15.0, 18.0, None, 5.0]),
        ("count", [3, 3, None, 1]),
        ("last", [10.0, 3.0, None, 5.0]),
    ],
)
def test_each_step_is_told_by_its_aggregate(recorded, aggregate, expected):
    series_id, over = recorded
    found = aggregated([series_id], over, aggregate)
    assert found.lines[series_id] == pytest.approx(expected)
    assert (found.step_ms, found.from_ms) == (MINUTE, over.from_ms)


@pytest.mark.parametrize(("aggregate", "expected"), [("p50", 50), ("p95", 95), ("p99", 99)])
def test_a_share_of_the_readings_does_not_exceed_it(context, aggregate, expected):
    first_ms = (clock.to_ms(clock.now()) // MINUTE - 2) * MINUTE
    moments = [clock.from_ms(first_ms + 500 * n) for n in range(101)]
    record(context, *[sample("cpu_percent", n, at=at) for n, at in enumerate(moments)])
    series_id = db.session.query(MetricSeries.id).scalar()
    over = stretch(first_ms, first_ms + MINUTE, MINUTE, first_ms + 2 * MINUTE)
    (value,) = aggregated([series_id], over, aggregate).lines[series_id]
    assert value == pytest.approx(expected, rel=0.02)


def test_many_series_cost_as_many_statements_as_one(recorded, context):
    series_id, over = recorded
    with count_statements(context) as one:
        aggregated([series_id], over, "mean")
    with count_statements(context) as many:
        aggregated([series_id, *range(900, 950)], over, "mean")
    assert len(one) == len(many) <= 5, many


def test_without_series_nothing_is_asked(context):
    with count_statements(context) as statements:
        found = aggregated([], stretch(0, MINUTE, MINUTE, NOW), "mean")
    assert (found.lines, statements) == ({}, [])
