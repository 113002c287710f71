"""How much of the time a website was up."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.websites.availability import CountAs, availability, by_day, days
from webapp.websites.statuses import PeriodStatus as S

START = datetime(2026, 11, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Spell:
    """A period without a table."""

    status: S
    started_at: datetime
    ended_at: datetime | None


def spells(*changes, unit=MINUTE, start=START):
    """Periods that follow each other: pairs of the minute each begins and its status."""
    ends = [*(at for at, _ in changes[1:]), None][: len(changes)]
    return [
        Spell(status, start + at * unit, None if end is None else start + end * unit)
        for (at, status), end in zip(changes, ends, strict=True)
        if status is not None
    ]


CASES = [
    ("nothing is known", spells(), None, 0),
    ("all up", spells((0, S.UP)), 100, 100),
    ("all down", spells((0, S.DOWN)), 0, 100),
    ("half of it", spells((0, S.UP), (5, S.DOWN)), 50, 100),
    ("slow is up", spells((0, S.DEGRADED), (5, S.DOWN)), 50, 100),
    ("a period from before counts from the beginning", spells((-9, S.DOWN), (5, S.UP)), 50, 100),
    ("one from after the window does not count", spells((0, S.UP), (11, S.DOWN)), 100, 100),
    ("unknown counts neither way", spells((0, S.UP), (4, S.UNKNOWN), (8, S.DOWN)), 200 / 3, 60),
    ("nor does a pause", spells((0, S.UP), (4, S.PAUSED), (9, S.UP)), 100, 50),
    ("nor maintenance", spells((0, S.UP), (4, S.MAINTENANCE), (8, S.DOWN)), 200 / 3, 60),
    ("nor the time before it was added", spells((9, S.UP)), 100, 10),
]


@pytest.mark.parametrize(
    ("found", "percent", "coverage"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_it_is_weighted_by_time_with_its_coverage_beside_it(found, percent, coverage):
    result = availability(found, START, START + 10 * MINUTE)
    assert result.percent == (percent if percent is None else pytest.approx(percent))
    assert result.coverage_percent == pytest.approx(coverage)


@pytest.mark.parametrize(
    ("maintenance", "unknown", "percent"),
    [
        (CountAs.EXCLUDED, CountAs.EXCLUDED, 50),
        (CountAs.UP, CountAs.EXCLUDED, 100 * 6 / 8),
        (CountAs.DOWN, CountAs.EXCLUDED, 100 * 2 / 8),
        (CountAs.EXCLUDED, CountAs.UP, 100 * 4 / 6),
        (CountAs.EXCLUDED, CountAs.DOWN, 100 * 2 / 6),
        (CountAs.UP, CountAs.DOWN, 60),
        (CountAs.DOWN, CountAs.DOWN, 20),
    ],
)
def test_maintenance_and_unknown_count_as_one_says(maintenance, unknown, percent):
    found = spells((0, S.UP), (2, S.DOWN), (4, S.MAINTENANCE), (8, S.UNKNOWN))
    window = (START, START + 10 * MINUTE)
    result = availability(
        found, *window, count_maintenance_as=maintenance, count_unknown_as=unknown
    )
    assert result.percent == pytest.approx(percent)
    assert result.coverage_percent == pytest.approx(40)
    assert result.seconds[S.MAINTENANCE] == 240


def test_an_empty_window_has_no_availability():
    result = availability(spells((0, S.UP)), START, START)
    assert (result.percent, result.coverage_percent) == (None, 0)


CHANGES = st.dictionaries(st.integers(-60, 400), st.sampled_from([*S, None]), max_size=12).map(
    lambda changes: sorted(changes.items())
)
SIDES = st.sampled_from(CountAs)


@given(CHANGES, st.integers(0, 100), st.integers(101, 300), SIDES, SIDES)
def test_it_agrees_with_asking_every_second(changes, since, until, maintenance, unknown):
    verdicts = {S.UP: True, S.DEGRADED: True, S.DOWN: False}
    sides = {CountAs.UP: True, CountAs.DOWN: False}
    verdicts |= {S.MAINTENANCE: sides.get(maintenance), S.UNKNOWN: sides.get(unknown)}
    seen = []
    for second in range(since, until):
        begun = [status for at, status in changes if at <= second]
        seen.append(begun[-1] if begun else None)
    counted = [verdicts[s] for s in seen if verdicts.get(s) is not None]
    observed = [s for s in seen if s in (S.UP, S.DOWN, S.DEGRADED)]
    result = availability(
        spells(*changes, unit=SECOND),
        START + since * SECOND,
        START + until * SECOND,
        count_maintenance_as=maintenance,
        count_unknown_as=unknown,
    )
    expected = 100 * sum(counted) / len(counted) if counted else None
    assert result.percent == (expected if expected is None else pytest.approx(expected))
    assert result.coverage_percent == pytest.approx(100 * len(observed) / len(seen))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 6, 1), 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # midnight itself does not exist
        ("Asia/Kolkata", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_of_its_zone_make_it(zone, day, hours):
    (found,) = days(day, day, ZoneInfo(zone))
    assert found.until - found.since == timedelta(hours=hours)


def test_days_leave_no_gap_over_a_year():
    found = list(days(date(2026, 1, 1), date(2026, 12, 31), BERLIN))
    assert len(found) == 365
    assert all(a.until == b.since for a, b in zip(found, found[1:], strict=False))


def test_an_hour_down_weighs_more_on_a_day_of_23_hours():
    spring = datetime(2026, 3, 28, 23, tzinfo=UTC)  # midnight in Berlin
    found = spells((0, S.DOWN), (60, S.UP), start=spring)
    (first, result), (second, _) = by_day(found, spring, spring + timedelta(hours=24), BERLIN)
    assert (first, second) == (date(2026, 3, 29), date(2026, 3, 30))
    assert result.percent == pytest.approx(100 * 22 / 23)
    assert by_day(found, spring, spring, BERLIN) == []


@given(CHANGES, st.integers(0, 47), st.sampled_from(["Europe/Berlin", "America/New_York"]))
def test_the_days_add_up_to_the_whole(changes, hour, zone):
    start = datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=hour)
    found = spells(*changes, unit=timedelta(minutes=17), start=start)
    until = start + timedelta(days=4, minutes=5)
    whole = availability(found, start, until).seconds
    parts = [result.seconds for _, result in by_day(found, start, until, ZoneInfo(zone))]
    for status in S:
        assert sum(part[status] for part in parts) == pytest.approx(whole[status])
