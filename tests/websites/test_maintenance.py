"""Maintenance begins and ends, on both databases."""

import pytest

from tests.websites.timelines import added, at, checked, diary, downtimes, periods
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import actions, maintenance
from webapp.websites.models import MaintenanceWindow, MonitorStatus, Website


def test_it_begins_and_ends_by_itself_to_what_checks_say(context):
    made = added(check_interval=3600)
    checked(0)
    maintenance.plan(made, at(100), at(400), "backup", at(50))
    maintenance.settle(at(90))
    assert periods(made) == [(0, "UP")]
    maintenance.settle(at(130))
    db.session.commit()
    assert periods(made) == [(0, "UP"), (100, "MAINTENANCE")]
    assert db.session.get(Website, made.id).state == "maintenance"
    for second in (150, 165):
        actions.request_check(made, at(second))
        checked(second, down=(made,))
    assert periods(made) == [(0, "UP"), (100, "MAINTENANCE")]
    assert (downtimes(made), diary("website_down")) == ([], [])
    maintenance.settle(at(430))
    db.session.commit()
    assert periods(made)[1:] == [(100, "MAINTENANCE"), (400, "DOWN")]
    (ongoing,) = downtimes(made)
    assert (ongoing.started_at, ongoing.ended_at) == (at(400), None)
    assert len(diary("website_down")) == 1
    assert db.session.get(Website, made.id).state == "down"


def test_it_hides_a_downtime_that_is_under_way(context):
    made = added(check_interval=3600)
    checked(0, down=(made,))
    checked(15, down=(made,))
    maintenance.plan(None, at(60), at(120), None, at(60))
    db.session.commit()
    assert periods(made) == [(0, "DOWN"), (60, "MAINTENANCE")]
    (over,) = downtimes(made)
    assert (over.ended_at, over.recovery_status) == (at(60), MonitorStatus.UNKNOWN)
    assert diary("website_up") == []


def test_one_that_nobody_wrote_in_time_is_exact_all_the_same(context):
    made = added(check_interval=3600)
    checked(0)
    maintenance.plan(made, at(100), at(110), None, at(50))
    maintenance.settle(at(500))
    maintenance.settle(at(530))
    db.session.commit()
    assert periods(made) == [(0, "UP"), (100, "MAINTENANCE"), (110, "UP")]


def test_a_downtime_confirmed_after_its_end_is_dated_right(context):
    made = added(check_interval=3600)
    checked(0)
    maintenance.plan(made, at(100), at(200), None, at(50))
    for second in (210, 225):
        actions.request_check(made, at(second))
        checked(second, down=(made,))
    assert periods(made) == [(0, "UP"), (100, "MAINTENANCE"), (200, "UP"), (210, "DOWN")]


def test_a_streak_that_began_before_it_is_dated_back_before_it(context):
    made = added(check_interval=3600)
    checked(0)
    actions.request_check(made, at(95))
    checked(95, down=(made,))
    maintenance.plan(made, at(100), at(105), None, at(96))
    maintenance.settle(at(106))
    db.session.commit()
    assert periods(made) == [(0, "UP"), (100, "MAINTENANCE"), (105, "UP")]
    checked(110, down=(made,))
    assert periods(made) == [(0, "UP"), (95, "DOWN"), (100, "MAINTENANCE"), (105, "DOWN")]
    first, second = downtimes(made)
    assert (first.started_at, first.ended_at) == (at(95), at(100))
    assert (second.started_at, second.ended_at) == (at(105), None)


def test_ending_it_early_counts_from_then_on(context):
    made = added(check_interval=3600)
    checked(0)
    window = maintenance.plan(made, at(100), at(900), None, at(100))
    maintenance.end(window, at(300))
    db.session.commit()
    assert periods(made) == [(0, "UP"), (100, "MAINTENANCE"), (300, "UP")]


def test_one_that_has_not_begun_is_called_off_and_a_pause_stays_a_pause(context):
    made = added(is_active=False)
    window = maintenance.plan(None, at(100), at(900), None, at(50))
    maintenance.settle(at(200))
    assert periods(made) == [(0, "PAUSED")]
    later = maintenance.plan(made, at(2000), at(2900), None, at(50))
    maintenance.end(later, at(60))
    db.session.commit()
    assert window.ends_at == at(900)
    assert len(diary("website_maintenance")) == 3


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [(-301, 600, "starts_at"), (100, 100, "ends_at"), (0, 32 * 86_400, "ends_at")],
)
def test_times_that_make_no_sense_are_refused(context, starts, ends, field):
    with pytest.raises(Problem) as refused:
        maintenance.plan(None, at(starts), at(ends), None, at(0))
    assert [error.field for error in refused.value.errors] == [field]
    assert db.session.query(MaintenanceWindow).count() == 0


def test_what_is_over_cannot_be_ended(context):
    window = maintenance.plan(None, at(0), at(60), None, at(0))
    with pytest.raises(Problem, match="over"):
        maintenance.end(window, at(60))
