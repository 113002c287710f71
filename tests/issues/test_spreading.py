"""The first, the last and a spread stay; who has most gives first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.spreading import level, places_at, share, superfluous

MOMENTS = st.lists(st.integers(0, 10_000), max_size=60).map(sorted)


def left(moments, keep):
    gone = set(superfluous(moments, keep))
    return [moment for place, moment in enumerate(moments) if place not in gone]


@pytest.mark.parametrize(
    ("moments", "keep", "expected"),
    [
        ([], 5, []),
        ([7], 1, [7]),
        ([1, 2], 0, [1, 2]),
        ([1, 2, 3], 3, [1, 2, 3]),
        ([1, 2, 3], 2, [1, 3]),
        ([0, 1, 2, 3, 50, 97, 98, 99, 100], 3, [0, 50, 100]),
        ([0, 10, 20, 30, 40], 3, [0, 20, 40]),
        ([5, 5, 5, 5], 2, [5, 5]),
    ],
    ids=["none", "one", "never fewer than two", "enough", "ends", "alone", "even", "at once"],
)
def test_the_ends_and_what_stands_alone_stay(moments, keep, expected):
    assert left(moments, keep) == expected


def test_a_storm_gives_before_what_came_once_a_day():
    storm = [1000 + number for number in range(500)]
    days = [86_400_000 * day for day in range(1, 40)]
    kept = left([0, *storm, *days], 60)
    assert len(kept) == 60
    assert set(days) <= set(kept)


@given(MOMENTS, st.integers(0, 70))
def test_exactly_as_many_as_wanted_stay_and_both_ends_among_them(moments, keep):
    gone = superfluous(moments, keep)
    assert len(moments) - len(gone) == min(len(moments), max(keep, 2))
    assert not {0, len(moments) - 1} & set(gone)
    assert gone == sorted(set(gone))


@given(MOMENTS, st.integers(2, 20))
def test_nobody_that_went_stood_more_alone_than_all_who_stay(moments, keep):
    kept = left(moments, keep)
    if len(kept) > 2 and len(kept) < len(moments):
        widest = max(b - a for a, b in zip(kept, kept[2:], strict=False))
        assert widest * 2 >= (kept[-1] - kept[0]) // (len(kept) - 1)


def test_what_is_held_stays_however_close_its_neighbours_are():
    assert superfluous([0, 1, 2, 3, 100], 3, held={2}) == [1, 3]
    assert superfluous([0, 1, 2, 3, 100], 3, held={1, 2, 3}) == []


@pytest.mark.parametrize(
    ("moments", "turns", "expected"),
    [
        ([10, 20, 30], [20], {1}),
        ([10, 20, 30], [25, 29, 99], {1, 2}),
        ([10, 20, 20], [20], {2}),
        ([10], [9], set()),
        ([], [9], set()),
    ],
)
def test_a_turn_is_where_the_last_one_before_it_was(moments, turns, expected):
    assert places_at(moments, turns) == expected


@pytest.mark.parametrize(
    ("stored", "room", "expected"),
    [
        ([], 0, 2),
        ([(5, 1.0)], 100, 5),
        ([(100, 1.0), (1, 1.0)], 51, 50),
        ([(100, 1.0), (100, 1.0), (10, 1.0)], 70, 30),
        ([(100, 10.0), (100, 1.0)], 110, 10),
        ([(100, 1.0)] * 100, 5, 2),
    ],
    ids=["none", "room for all", "the one with most", "two", "by weight", "never below two"],
)
def test_those_with_most_give_first(stored, room, expected):
    assert level(stored, room) == expected


@pytest.mark.parametrize(
    ("limit", "total", "part", "expected"),
    [(1000, 40_000, 20_000, 500), (10, 40_000, 20, 2), (5, 5, 5, 5), (5, 0, 0, 2)],
)
def test_each_window_keeps_its_share(limit, total, part, expected):
    assert share(limit, total, part) == expected
