"""A website's place in its interval."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.websites.timing import EPOCH, late_ms, next_due, offset_ms, rest_ms

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ids = st.integers(1, 2**31)
intervals = st.integers(1, 86_400)
moments = st.integers(0, 10**12).map(lambda ms: NOW + timedelta(milliseconds=ms))


@given(ids, intervals, moments)
def test_it_is_due_later_but_within_one_interval_at_its_own_place(website_id, interval, after):
    due = next_due(website_id, interval, after)
    assert after < due <= after + timedelta(seconds=interval)
    place = (due - EPOCH) % timedelta(seconds=interval)
    assert place == timedelta(milliseconds=offset_ms(website_id, interval))


@given(ids, intervals, moments)
def test_what_was_due_is_due_again_exactly_one_interval_later(website_id, interval, after):
    due = next_due(website_id, interval, after)
    assert next_due(website_id, interval, due) == due + timedelta(seconds=interval)


def test_the_place_does_not_change_between_versions():
    assert [offset_ms(i, 60) for i in (1, 2, 3)] == [37082, 14164, 51246]


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_places_are_spread_evenly(count):
    places = sorted(offset_ms(i, 60) for i in range(1, count + 1))
    gaps = [b - a for a, b in zip(places, [*places[1:], places[0] + 60_000], strict=True)]
    assert max(gaps) < 3 * 60_000 / count


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, 0), (-1, 0), (0.25, 250), (3600, 3_600_000), (1e9, 2**31 - 1)]
)
def test_late_is_never_negative_and_fits_the_column(seconds, expected):
    assert late_ms(NOW, NOW + timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize(
    ("total", "phases", "rest"),
    [
        (10.0, (1.0, 2.0, None, 3.0), 4.0),
        (5.9999, (1.0, 2.0, None, 3.0), 0.0),
        (None, (1.0,), None),
    ],
)
def test_the_phases_leave_a_rest_that_is_never_below_nothing(total, phases, rest):
    assert rest_ms(total, phases) == rest
