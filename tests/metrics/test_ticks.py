"""When to read, and under which moment to note it."""

import pytest

from webapp.metrics.ticks import next_tick_s, stamp_ms


@pytest.mark.parametrize(
    ("now_s", "interval_s", "expected"),
    [(100.2, 1, 101), (100.0, 5, 105), (104.99, 5, 105), (0.0, 60, 60), (3.2, 0.5, 3.5)],
)
def test_the_next_tick_is_a_multiple_after_now(now_s, interval_s, expected):
    assert next_tick_s(now_s, interval_s) == expected


STAMPS = [
    ("on time", 105.0, 105.001, 5, 105_000),
    ("a little late", 105.0, 105.4, 5, 105_000),
    ("a little late for a short interval", 105.0, 105.2, 1, 105_000),
    ("too late", 105.0, 105.7, 5, 105_700),
    ("the clock went back meanwhile", 105.0, 90.5, 5, 90_500),
    ("the clock was put forward", 105.0, 9000.25, 5, 9_000_250),
]


@pytest.mark.parametrize(
    ("tick_s", "now_s", "interval_s", "expected"),
    [c[1:] for c in STAMPS],
    ids=[c[0] for c in STAMPS],
)
def test_a_reading_is_noted_under_its_tick_unless_that_is_a_lie(
    tick_s, now_s, interval_s, expected
):
    assert stamp_ms(tick_s, now_s, interval_s) == expected
