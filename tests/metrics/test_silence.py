"""When a host counts as silent."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.metrics.silence import (
    HEARD_S,
    LOOKED_EVERY_S,
    heard_every_s,
    is_overdue,
    is_silent,
    silent_after,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("interval_s", "heard_s"), [(0.5, HEARD_S), (1, HEARD_S), (5, 5), (10, 10), (3600, 3600)]
)
def test_a_short_interval_is_heard_of_several_moments_at_once(interval_s, heard_s):
    assert heard_every_s(interval_s) == heard_s


@pytest.mark.parametrize("interval_s", [1, 2, 5, 10, 60, 3600])
def test_silence_is_told_within_two_intervals_and_not_by_one_that_is_a_little_late(interval_s):
    heard_s = heard_every_s(interval_s)
    told_after_s = silent_after(interval_s).total_seconds() + LOOKED_EVERY_S
    assert 1.3 * heard_s < told_after_s <= 2 * heard_s


@pytest.mark.parametrize(
    ("seen_s_ago", "interval_s", "overdue"),
    [
        (0, 1, False),
        (7.5, 1, False),
        (7.6, 1, True),
        (14, 10, False),
        (16, 10, True),
        (-60, 1, False),
    ],
)
def test_a_host_is_overdue_after_one_and_a_half_intervals(seen_s_ago, interval_s, overdue):
    assert is_overdue(ago(seen_s_ago), interval_s, NOW) is overdue


@pytest.mark.parametrize(
    ("seen_s_ago", "listening_s", "silent"),
    [
        (60, 3600, True),
        (60, 60, True),
        (60, 8, True),
        (60, 7, False),  # who just began to listen cannot tell yet
        (60, 0, False),
        (3, 3600, False),
        (3, 0, False),
    ],
)
def test_our_own_absence_is_nobodys_silence(seen_s_ago, listening_s, silent):
    assert is_silent(ago(seen_s_ago), 1, NOW, ago(listening_s)) is silent
