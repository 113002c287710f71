"""Counts as bars."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues import sparks

NOW = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("counts", "path"),
    [
        ([], ""),
        ([0, 0], ""),
        ([10], "M0,24v-24h3v24z"),
        ([0, 5, 10], "M4,24v-12h3v12zM8,24v-24h3v24z"),
        ([1, 1000], "M0,24v-1.5h3v1.5zM4,24v-24h3v24z"),
    ],
)
def test_what_came_has_a_bar_and_the_most_is_the_tallest(counts, path):
    drawn = sparks.bars(counts)
    assert drawn.path == path
    assert drawn.width == 4 * len(counts)


@given(counts=st.lists(st.integers(0, 10**12), max_size=100))
def test_sums_are_exact_and_there_is_a_bar_for_each_hour_that_has_any(counts):
    drawn = sparks.bars(counts)
    assert (drawn.total, drawn.highest) == (sum(counts), max(counts, default=0))
    assert drawn.path.count("M") == sum(1 for count in counts if count)


def test_hours_end_with_the_one_under_way():
    hour = sparks.hour_of(NOW)
    hours = {hour: 3, hour - 2 * HOUR: 5, hour - 9 * HOUR: 7}
    assert sparks.hourly(hours, NOW, 4) == [0, 5, 0, 3]


def test_hours_are_summed_into_steps():
    since = sparks.hour_of(NOW) - 5 * HOUR
    hours = {since: 1, since + HOUR: 2, since + 5 * HOUR: 4, since - HOUR: 8, since + 6 * HOUR: 16}
    assert sparks.folded(hours, since, 3 * HOUR, 2) == [3, 4]
