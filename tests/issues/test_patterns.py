"""The pattern of the hours of the week."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.issues.patterns import pattern

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def each_week(*hours_of_week, weeks=6, count=1):
    return {MONDAY + n * WEEK + hour * HOUR: count for n in range(weeks) for hour in hours_of_week}


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (each_week(26), "Tuesdays between 02:00 and 03:00 (100%)"),
        (each_week(167, 0), "Sundays between 23:00 and 01:00 (100%)"),
        (each_week(*(24 * day + 3 for day in range(5))), "Working days between 03:00 and 04:00"),
        (each_week(*(24 * day + 3 for day in range(7))), "Daily between 03:00 and 04:00"),
        (each_week(*(24 * day + 23 for day in range(7))), "Daily between 23:00 and 00:00"),
        (each_week(*range(24, 48)), "Tuesdays, at any hour"),
        (each_week(*range(120)), "Working days, at any hour"),
        (each_week(*range(120, 168)), "Weekends, at any hour"),
        (each_week(*range(168)), None),
        ({}, None),
    ],
)
def test_it_says_when_it_mostly_comes(hours, says):
    found = pattern(hours, UTC).says
    assert found == says if says is None else found.startswith(says)


def test_one_storm_is_no_habit():
    storm = {MONDAY + n * HOUR: 100_000 for n in range(8)}
    assert pattern(storm, UTC).says is None
    now_and_then = {MONDAY + n * (WEEK + 5 * HOUR) / 3: 1 for n in range(20)}
    assert pattern(now_and_then | storm, UTC).says is None


def test_few_hours_say_nothing():
    assert pattern(each_week(26, weeks=5), UTC).says is None


def test_the_week_is_the_readers():
    hours = each_week(0, count=2)
    assert pattern(hours, UTC).week[0] == 12
    there = pattern(hours, ZoneInfo("America/New_York"))
    assert there.week[0] == 0
    assert sum(there.week[163:165]) == 12  # Sunday evening, before and after the clocks change
    assert there.says is not None
    assert there.says.startswith("Sundays")


@given(st.dictionaries(st.integers(0, 5000), st.integers(1, 100), max_size=60))
def test_nothing_is_lost_in_the_week(counts):
    hours = {MONDAY + n * HOUR: count for n, count in counts.items()}
    assert sum(pattern(hours, UTC).week) == sum(counts.values())
