"""Counts are drawn per second, whatever the step and however many processes sent them."""

from datetime import timedelta

import pytest

from tests.metrics.makers import record
from webapp.core import clock
from webapp.metrics import chart_queries, series_queries, timelines
from webapp.metrics.counts import (
    FINEST_MS,
    PER_SECOND,
    UNIT,
    Rate,
    drawn,
    drawn_unit,
    least_step_ms,
)
from webapp.metrics.ranges import parse
from webapp.metrics.readings import MetricKind, Sample, SeriesKey

LABELS = (("route", "/"),)
REQUESTS = SeriesKey(MetricKind.APPLICATION, "request", "requests", UNIT, "shop", LABELS)


@pytest.mark.parametrize("span_s", [60, 300, 900, 3600, 6 * 3600, 86_400])
def test_no_step_is_finer_than_what_counts_can_fill(app, span_s):
    now = clock.now()
    record(app, Sample(REQUESTS, clock.to_ms(now) - 30_000, 1.0))
    with app.app_context():
        start = clock.to_ms(now) - span_s * 1000
        found = timelines.read(
            [1], start, clock.to_ms(now), 400, clock.to_ms(now), least_step_ms=least_step_ms([UNIT])
        )
    assert found.step_ms >= FINEST_MS


def test_what_does_not_count_may_be_drawn_finer():
    assert least_step_ms(["ms", "%"]) == least_step_ms([]) == 0
    assert least_step_ms(["ms", UNIT]) > 0


def test_what_does_not_count_is_drawn_as_it_is():
    buckets = [Rate(4, 2), None]
    assert drawn(buckets, "ms", 0, 1000, 10_000) is buckets
    assert (drawn_unit("ms"), drawn_unit(UNIT)) == ("ms", PER_SECOND)


@pytest.mark.parametrize(
    ("now_ms", "found"),
    [
        (200_000, [Rate(1.0), None, Rate(2.0)]),
        (160_000, [Rate(1.0), None, Rate(3.0)]),  # 40 of 60 seconds are over
        (130_000, [Rate(1.0), None, None]),  # too few of them to tell
    ],
)
def test_a_bucket_is_its_sum_by_the_seconds_that_are_over(now_ms, found):
    buckets = [Rate(60, 6), None, Rate(120, 3)]
    assert drawn(buckets, UNIT, 0, 60_000, now_ms) == found


@pytest.mark.parametrize("asked", ["15m", "1h"])
def test_several_processes_of_a_service_are_drawn_as_their_sum(app, asked):
    now = clock.now().replace(second=0, microsecond=0)
    moments = [now - timedelta(seconds=second) for second in range(0, 1800, 10)]
    for process in range(3):
        record(app, *(Sample(REQUESTS, clock.to_ms(at) - 7 * process, 20.0) for at in moments))
    with app.app_context():
        chosen = parse({"range": asked}, clock.to_ms(now))
        source = series_queries.service("shop")
        series, total = series_queries.lines_of(source, "requests", 0)
        found = chart_queries.drawing(series, total, chosen, 400)
    (line,) = found["series"]
    values = [value for value in line["values"] if value is not None]
    assert line["unit"] == PER_SECOND
    assert sorted(values)[len(values) // 2] == pytest.approx(6.0)
