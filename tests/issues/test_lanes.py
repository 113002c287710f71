"""Readings around a moment."""

import pytest

from webapp.issues import lanes
from webapp.metrics.thresholds import MetricStatus

GOOD, WARNING, CRITICAL = MetricStatus


@pytest.mark.parametrize(
    ("samples", "ceiling", "path"),
    [
        ([], None, ""),
        ([(0, 50)], 100, "M0,20.0"),
        ([(0, 0), (60_000, 10)], None, "M0,40.0L600,0.0"),
        ([(0, 0), (120_000, 10)], None, "M0,40.0M1200,0.0"),
        ([(0, 1), (1000, 9), (2000, 2)], 10, "M10,4.0"),
        ([(0, 0)], None, "M0,40.0"),
        ([(0, -5), (60_000, 5)], None, "M0,40.0L600,0.0"),
    ],
)
def test_a_line_has_gaps_where_nothing_came_and_no_more_points_than_can_be_seen(
    samples, ceiling, path
):
    assert lanes.path(samples, 0, 120_000, ceiling) == path


def test_the_place_of_a_moment_stays_on_the_axis():
    assert [lanes.place(at, 1000, 3000) for at in (0, 1000, 2000, 9000)] == [0, 0, 600, 1200]


def of(*values):
    return [(place * 5000, value) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), []),
        ((10, 20, 30), []),
        ((10, 75, 76, 77), [(WARNING, GOOD)]),
        ((10, 95, 10, 10), []),  # one sample is no level
        ((10, 95, 96, 10, 11), [(CRITICAL, GOOD), (GOOD, CRITICAL)]),
        ((95, 96, 97), []),
    ],
)
def test_a_level_counts_once_it_has_stayed(values, expected):
    found = lanes.changes(of(*values), "cpu_percent")
    assert [(change.level, change.was) for change in found] == expected


def test_what_has_no_levels_changes_none_and_restless_ones_are_told_a_few_times():
    assert lanes.changes(of(1, 99, 99, 99), "load_1m") == []
    restless = of(*[10, 10, 95, 95] * 10)
    assert len(lanes.changes(restless, "cpu_percent")) == lanes.MOST_CHANGES
