"""Cutting time into buckets."""

import pytest

from webapp.metrics.spans import RANGES, SPARKLINE, Buckets, buckets

HOUR_MS = 3_600_000


def test_a_sparkline_has_a_point_a_minute():
    drawn = buckets(SPARKLINE, 100 * HOUR_MS + 30_000, 5)
    assert drawn.last - drawn.first + 1 == 60
    assert drawn.last * 60_000 == 100 * HOUR_MS
    assert drawn.since_ms == 99 * HOUR_MS + 60_000


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("interval_s", [1, 5, 60, 3600])
def test_no_drawing_has_more_than_a_few_hundred_points(name, interval_s):
    drawn = buckets(RANGES[name], 100 * HOUR_MS, interval_s)
    assert 1 <= drawn.last - drawn.first + 1 <= 340
    assert drawn.bucket_ms >= 2 * interval_s * 1000


def test_what_was_not_measured_is_a_gap():
    drawn = Buckets(1000, 5, 8)
    assert drawn.fill({5: 1.5, 7: 0.0}) == [1.5, None, 0.0, None]
    assert drawn.points({6: 2.0, 8: 3.0}) == [(6000, 2.0), (7000, None), (8000, 3.0)]


def test_without_values_there_are_no_points():
    assert Buckets(1000, 5, 8).points({}) == []
