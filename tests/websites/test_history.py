"""The past out of rollups and the tail: the same numbers as out of all checks, without them."""

from datetime import timedelta

import pytest

from tests.statements import count_statements
from tests.websites.makers import website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import history, rollups
from webapp.websites.models import (
    MonitorCheck,
    MonitorStatus,
    PeriodStatus,
    RollupSpan,
    StatusPeriod,
)
from webapp.websites.summaries import DAY, HOUR, floor

NOW = floor(clock.now(), DAY) + timedelta(hours=13, minutes=20)


def add_checks(of, since, step, values):
    for number, value in enumerate(values):
        db.session.add(
            MonitorCheck(
                website_id=of.id,
                checked_at=since + number * step,
                status=MonitorStatus.UP,
                response_time_ms=value,
                ttfb_ms=value / 2,
            )
        )
    db.session.commit()


def roll(now=NOW):
    for _ in rollups.roll_up(now):
        db.session.commit()


@pytest.mark.parametrize("hours", [1, 5, 24, 61, 24 * 9])
def test_percentiles_over_any_window_are_those_of_its_checks(context, hours):
    one = website(1)
    begins = NOW - 10 * DAY
    values = [float(1 + n * 7919 % 1000) for n in range(10 * 24 * 2)]
    add_checks(one, begins, HOUR / 2, values)
    roll()
    asked = history.window(NOW - hours * HOUR, NOW)
    found = history.summary(one.id, asked, NOW)
    inside = sorted(
        value
        for number, value in enumerate(values)
        if asked.since <= begins + number * HOUR / 2 < asked.until
    )
    assert found.counts["UP"] == len(inside) >= hours * 2
    for share in (0.5, 0.95, 0.99):
        expected = inside[int(share * (len(inside) - 1))]
        assert found.quantile("total", share) == pytest.approx(expected, rel=0.011)
        assert found.quantile("ttfb", share) == pytest.approx(expected / 2, rel=0.011)
        assert found.quantile("transfer", share) == pytest.approx(expected / 2, rel=0.011)


def test_a_window_in_the_past_ends_where_it_was_asked_to(context):
    one = website(1)
    add_checks(one, floor(NOW, DAY) - 5 * DAY, HOUR, [float(n + 1) for n in range(48)])
    roll()
    since = floor(NOW, DAY) - 5 * DAY + 3 * HOUR
    found = history.summary(one.id, history.window(since, since + 4 * HOUR), NOW)
    assert (found.checks, found.lowest_ms, found.highest_ms) == (4, 4.0, 7.0)


def test_windows_are_whole_hours_and_from_ninety_days_on_whole_days():
    short = history.window(NOW - 30 * DAY, NOW)
    assert (short.since, short.until) == (NOW - 30 * DAY - HOUR / 3, NOW + HOUR * 2 / 3)
    long = history.window(NOW - 365 * DAY, NOW)
    assert (long.since, long.until) == (floor(NOW, DAY) - 365 * DAY, floor(NOW, DAY) + DAY)


def reads_of_checks(statements):
    return [s for s in statements if "monitor_checks" in s]


@pytest.mark.parametrize("is_rolled", [True, False])
def test_a_year_never_reads_checks_further_back_than_two_days(context, is_rolled, monkeypatch):
    one = website(1)
    add_checks(one, NOW - 20 * DAY, 6 * HOUR, [5.0] * 80)
    if is_rolled:
        roll()
    read = []
    by_span = history._by_span

    def note(rows, length):
        kept = list(rows)
        read.extend(kept)
        return by_span(kept, length)

    monkeypatch.setattr(history, "_by_span", note)
    with count_statements(context) as statements:
        history.summary(one.id, history.window(NOW - 365 * DAY, NOW), NOW)
        history.points(one.id, RollupSpan.DAY, NOW - 365 * DAY, NOW)
    assert len(reads_of_checks(statements)) == 2
    assert all("checked_at >= " in s and "website_id = " in s for s in reads_of_checks(statements))
    oldest = min((at for at, _, _ in read), default=NOW)
    assert oldest >= NOW - (2 * HOUR if is_rolled else history.TAIL)


def test_points_are_hours_or_days_up_to_this_moment(context):
    one = website(1)
    add_checks(one, floor(NOW, DAY) - 2 * DAY, HOUR / 2, [10.0] * 2 * (48 + 13))
    roll()
    hours = history.points(one.id, RollupSpan.HOUR, NOW - DAY, NOW)
    assert len(hours) == 24
    assert {part.checks for _, part in hours} == {2}
    days = history.points(one.id, RollupSpan.DAY, floor(NOW, DAY) - 2 * DAY, NOW)
    assert [part.checks for _, part in days] == [48, 48, 26]
    assert days[-1][0] == floor(NOW, DAY)


def test_periods_of_many_websites_are_one_statement(context):
    one, two = website(1), website(2)
    for of, status, begins, ends in (
        (one, PeriodStatus.UP, 100, 50),
        (one, PeriodStatus.DOWN, 50, 2),
        (one, PeriodStatus.UP, 2, None),
        (two, PeriodStatus.PAUSED, 9, None),
    ):
        db.session.add(
            StatusPeriod(
                website_id=of.id,
                status=status,
                started_at=NOW - begins * HOUR,
                ended_at=None if ends is None else NOW - ends * HOUR,
            )
        )
    db.session.commit()
    ids = [one.id, two.id, 99]
    with count_statements(context) as statements:
        found = history.periods_of(ids, NOW - 24 * HOUR)
    assert len(statements) == 1
    assert [p.status.value for p in found[one.id]] == ["DOWN", "UP"]
    assert (found[two.id][0].ended_at, found[99]) == (None, [])
    earlier = history.periods_of(ids, NOW - 60 * HOUR, NOW - 52 * HOUR)
    assert [p.status.value for p in earlier[one.id]] == ["UP"]
    assert history.periods_of([], NOW) == {}


def test_medians_of_hours_for_many_websites_are_one_statement(context):
    one, two = website(1), website(2)
    add_checks(one, floor(NOW, HOUR) - 3 * HOUR, HOUR / 3, [30.0, 10.0, 20.0] * 3)
    roll()
    ids = [one.id, two.id]
    with count_statements(context) as statements:
        found = history.hourly_medians(ids, NOW - DAY)
    assert len(statements) == 1
    assert list(found[one.id].values()) == [pytest.approx(20, rel=0.01)] * 3
    assert found[two.id] == {}
    assert history.hourly_medians([], NOW) == {}


def test_checks_are_counted_without_being_read(context):
    one, other = website(1), website(2)
    add_checks(one, NOW - 10 * DAY, timedelta(minutes=20), [5.0] * 720)
    add_checks(other, NOW - DAY, HOUR, [5.0])
    for minutes in (3, 5000):
        db.session.add(
            MonitorCheck(
                website_id=one.id,
                checked_at=NOW - timedelta(minutes=minutes),
                status=MonitorStatus.DOWN,
            )
        )
    db.session.commit()
    roll()
    far = NOW + DAY
    assert history.count_checks(one.id, clock.EPOCH, far) == 722
    assert history.count_checks(one.id, clock.EPOCH, far, MonitorStatus.DOWN) == 2
    assert history.count_checks(one.id, NOW - DAY - timedelta(minutes=1), NOW) == 73
    assert history.count_checks(one.id, NOW - 5 * DAY, NOW - 4 * DAY) == 72
    assert history.count_checks(one.id, NOW - HOUR / 2, NOW - HOUR / 4) == 1
    assert history.count_checks(one.id, far, far + DAY) == 0
    assert history.count_checks(99, clock.EPOCH, far) == 0


def test_what_is_no_longer_kept_is_not_counted(context):
    one = website(1)
    add_checks(one, NOW - 10 * DAY, HOUR, [5.0] * 240)
    roll()
    old = db.session.query(MonitorCheck).filter(MonitorCheck.checked_at < NOW - 2 * DAY)
    old.delete()
    db.session.commit()
    assert history.count_checks(one.id, clock.EPOCH, NOW) == 48
