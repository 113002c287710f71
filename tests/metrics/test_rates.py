"""Counters and what they say between two collections."""

import pytest

from tests.metrics.makers import GAUGE, SHARE
from webapp.metrics.rates import growth, settle
from webapp.metrics.readings import Reading, Total

CASES = [
    ("a counter per second", Total(GAUGE, 600), (100, None), 5, 100),
    ("a counter that stood still", Total(GAUGE, 100), (100, None), 5, 0),
    ("a counter that was reset", Total(GAUGE, 5), (100, None), 5, None),
    ("the first time", Total(GAUGE, 5), None, 5, None),
    ("no time before", Total(GAUGE, 5), (1, None), None, None),
    ("a clock that went back", Total(GAUGE, 5), (1, None), -3, None),
    ("run twice at once", Total(GAUGE, 5), (1, None), 0.01, None),
    ("after a long pause", Total(GAUGE, 5), (1, None), 90_000, None),
    ("a share in percent", Total(SHARE, 15, 40), (10, 20), 5, 25),
    ("a share that rounding pushed over", Total(SHARE, 25.1, 40), (10, 25), 5, 100),
    ("a share of nothing", Total(SHARE, 10, 20), (10, 20), 5, None),
    ("a share whose whole was reset", Total(SHARE, 1, 2), (10, 20), 5, None),
    ("a share whose part went back", Total(SHARE, 9, 30), (10, 20), 5, None),
    ("a mean", Total(GAUGE, 700, 20, scale=1), (100, 10), 5, 60),
]


@pytest.mark.parametrize(
    ("total", "before", "elapsed_s", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_growth(total, before, elapsed_s, expected):
    assert growth(total, before, elapsed_s) == expected


def test_gauges_pass_and_totals_are_kept_for_the_next_time():
    found = [Reading(GAUGE, 7), Total(SHARE, 15, 40)]
    first, totals = settle(found, {}, None)
    assert [r.value for r in first] == [7]
    assert list(totals.values()) == [(15, 40)]
    second, _ = settle([Total(SHARE, 20, 50)], totals, 5)
    assert [(r.measure, r.value) for r in second] == [(SHARE, 50)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_finite_number_is_left_out(value):
    assert settle([Reading(GAUGE, value)], {}, 5)[0] == []
