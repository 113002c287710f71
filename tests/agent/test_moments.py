"""When to send, and clocks that are set."""

import pytest

from webapp.agent.moments import SPREAD, Clocks, phase_s


def test_hosts_are_spread_over_most_of_the_time_between_two_sends():
    phases = sorted(phase_s(f"web-{number}", 5, 5) for number in range(200))
    assert 0 <= phases[0] < 0.3
    assert 3.5 < phases[-1] <= 5 * SPREAD
    assert max(b - a for a, b in zip(phases, phases[1:], strict=False)) < 0.3


def test_a_host_keeps_its_place():
    assert phase_s("web-1", 5, 5) == phase_s("web-1", 5, 5)


def test_a_long_interval_does_not_wait_longer_than_a_short_one():
    assert phase_s("web-1", 600, 5) == phase_s("web-1", 5, 5)


@pytest.mark.parametrize(
    ("wall_s", "steady_s", "jumped_s"),
    [
        (1.0, 1.0, 0),
        (2.9, 1.0, 0),  # what a time server corrects now and then
        (-0.5, 1.0, 0),
        (3601.0, 1.0, 3600),
        (-3599.0, 1.0, -3600),
        (8 * 3600.0, 1.0, 8 * 3600 - 1),  # the machine slept
        (600.0, 600.0, 0),  # the process was stopped: both clocks went on
    ],
)
def test_a_clock_that_was_set_is_told_from_time_that_passed(wall_s, steady_s, jumped_s):
    before = Clocks(1_700_000_000.0, 50.0)
    now = Clocks(1_700_000_000.0 + wall_s, 50.0 + steady_s)
    assert now.jumped_since(before) == pytest.approx(jumped_s)
