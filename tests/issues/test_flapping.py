"""How restlessly something comes and goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.flapping import MOST_FLIPS, SLOT_MS, SLOTS, is_flapping, noted, score

NOW_MS = 1_767_225_600_000


def every(slots, count=SLOTS):
    """A flip in each of the latest slots that are so far apart."""
    return [NOW_MS - n * SLOT_MS for n in range(0, count, slots)][::-1]


@pytest.mark.parametrize(
    ("flips", "expected"),
    [
        ([], 0),
        (every(1), 100),
        ([NOW_MS], 6),
        ([NOW_MS] * 50, 6),
        ([NOW_MS - (SLOTS - 1) * SLOT_MS], 4),
        ([NOW_MS - SLOTS * SLOT_MS], 0),
        ([NOW_MS + SLOT_MS], 0),
        (every(2), 50.5),
    ],
)
def test_the_score_is_the_share_of_slots_and_recent_ones_weigh_more(flips, expected):
    assert score(flips, NOW_MS) == expected


def test_coming_and_going_every_ten_minutes_flaps_and_twice_an_hour_does_not():
    often = [NOW_MS - n * 300_000 for n in range(12)]
    assert is_flapping(score(often, NOW_MS), False)
    seldom = [NOW_MS - n * 900_000 for n in range(4)]
    assert not is_flapping(score(seldom, NOW_MS), False)


@pytest.mark.parametrize(
    ("value", "was", "now"),
    [(30, False, False), (30.1, False, True), (25, True, True), (24.9, True, False)],
)
def test_it_begins_above_thirty_and_ends_below_twenty_five(value, was, now):
    assert is_flapping(value, was) is now


def test_what_no_longer_counts_is_not_kept():
    assert noted([NOW_MS - SLOTS * SLOT_MS, NOW_MS - 5], NOW_MS) == [NOW_MS - 5, NOW_MS]


def test_it_does_not_keep_moments_without_end():
    assert len(noted(list(range(NOW_MS - 500, NOW_MS)), NOW_MS)) == MOST_FLIPS


@given(st.lists(st.integers(0, 2 * SLOTS * SLOT_MS)), st.integers(0, SLOTS * SLOT_MS))
def test_with_time_it_only_calms_down_in_count(ages, later_ms):
    flips = [NOW_MS - age for age in ages]
    assert 0 <= score(flips, NOW_MS + later_ms) <= 100
    assert score(flips, NOW_MS + SLOTS * SLOT_MS) == 0
