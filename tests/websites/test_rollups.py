"""Each finished hour and day is summed up once, whatever happens in between."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.statements import count_statements
from tests.websites.makers import website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import jobs, rollups
from webapp.websites.models import CheckRollup, MonitorCheck, MonitorStatus, RollupSpan
from webapp.websites.summaries import Summary

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY_H = 24


def add_check(of, at, ms=10.0, status=MonitorStatus.UP):
    check = MonitorCheck(website_id=of.id, checked_at=at, status=status, response_time_ms=ms)
    db.session.add(check)
    db.session.flush()


def rolled(now):
    count = 0
    for stored in rollups.roll_up(now):
        db.session.commit()
        count += stored
    return count


def stored(span=RollupSpan.HOUR):
    db.session.expire_all()
    query = select(CheckRollup).where(CheckRollup.span == span)
    return db.session.scalars(query.order_by(CheckRollup.started_at, CheckRollup.website_id)).all()


def test_an_hour_is_summed_up_after_its_grace_and_only_once(context):
    one = website(1)
    for minute in range(60):
        add_check(one, NOON + minute * MINUTE, ms=float(minute + 1))
    add_check(one, NOON + HOUR)
    assert rolled(NOON + HOUR + 4 * MINUTE) == 0
    assert rolled(NOON + HOUR + 5 * MINUTE) == 1
    assert rolled(NOON + HOUR + 6 * MINUTE) == 0
    (hour,) = stored()
    assert (hour.started_at, hour.up_count, hour.total_sum_ms) == (NOON, 60, 1830.0)
    assert (hour.total_min_ms, hour.total_max_ms) == (1.0, 60.0)
    p95 = Summary.from_row(vars(hour)).quantile("total", 0.95)
    assert p95 == pytest.approx(57, rel=0.01)
    assert hour.dns_sketch is None


def test_it_catches_up_after_an_outage_and_skips_hours_without_checks(context):
    one, two = website(1), website(2)
    add_check(one, NOON - 30 * HOUR)
    add_check(two, NOON - 3 * HOUR, status=MonitorStatus.DOWN)
    add_check(one, NOON - 3 * HOUR)
    assert rolled(NOON + 5 * MINUTE) == 4
    assert [(h.website_id, h.up_count, h.down_count) for h in stored()] == [
        (1, 1, 0), (1, 1, 0), (2, 0, 1)
    ]  # fmt: skip
    assert rollups.marks() == {
        RollupSpan.HOUR: NOON,
        RollupSpan.DAY: NOON.replace(hour=0),
    }


def test_a_day_is_made_of_its_hours(context):
    one, midnight = website(1), NOON.replace(hour=0)
    for hour in range(24):
        add_check(one, midnight - DAY_H * HOUR + hour * HOUR, ms=float(hour + 1))
    assert rolled(midnight + 5 * MINUTE) == 25
    (day,) = stored(RollupSpan.DAY)
    assert (day.started_at, day.up_count) == (midnight - DAY_H * HOUR, 24)
    assert Summary.from_row(vars(day)).quantile("total", 0.5) == pytest.approx(12, rel=0.01)
    assert rolled(midnight + 6 * MINUTE) == 0


def test_a_run_that_is_broken_off_begins_its_hour_again(context, monkeypatch):
    monkeypatch.setattr(rollups, "CHUNK", 1)
    for number in (1, 2, 3):
        add_check(website(number), NOON)
    db.session.commit()
    later = NOON + HOUR + 5 * MINUTE
    steps = rollups.roll_up(later)
    assert next(steps) == 1
    db.session.commit()
    steps.close()
    assert rollups.marks() == {}
    assert rolled(later) == 3
    assert [h.up_count for h in stored()] == [1, 1, 1]


def test_an_hour_costs_one_read_for_each_chunk_of_websites(context):
    for number in range(60):
        add_check(website(number), NOON)
    db.session.commit()
    with count_statements(context) as statements:
        rolled(NOON + HOUR + 5 * MINUTE)
    reads = [s for s in statements if "response_time_ms" in s]
    assert len(reads) == 2
    assert all("website_id IN" in s for s in reads)


def test_the_job_runs_twice_without_harm(context):
    now = clock.now()
    add_check(website(1), now - 3 * HOUR)
    db.session.commit()
    assert jobs.roll_up_checks() in (1, 2)
    before = [vars(h)["total_sketch"] for h in stored()]
    assert jobs.roll_up_checks() == 0
    assert [vars(h)["total_sketch"] for h in stored()] == before


def test_the_job_ends_when_its_time_is_over_and_goes_on_in_the_next_run(context, monkeypatch):
    monkeypatch.setattr(jobs, "ROLL_UP_S", -1)
    one, now = website(1), clock.now()
    for hours in (3, 5):
        add_check(one, now - hours * HOUR)
    db.session.commit()
    assert jobs.roll_up_checks() == 1
    monkeypatch.setattr(jobs, "ROLL_UP_S", 60)
    assert jobs.roll_up_checks() >= 1
    assert len(stored()) == 2


def test_a_website_that_is_deleted_meanwhile_stops_the_run_and_not_the_next(context, monkeypatch):
    gone, now = website(1), clock.now()
    add_check(gone, now - 3 * HOUR)
    db.session.commit()
    summarise = rollups.summarise
    ghost = [(999, Summary())]
    monkeypatch.setattr(rollups, "summarise", lambda rows: list(rows) and ghost)
    assert jobs.roll_up_checks() == 0
    monkeypatch.setattr(rollups, "summarise", summarise)
    assert jobs.roll_up_checks() >= 1
