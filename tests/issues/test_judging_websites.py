"""Faults of websites: from a confirmed downtime to its end, by the rows alone."""

from datetime import timedelta

import pytest

from tests.statements import count_statements
from tests.websites.makers import check, claimed, recorded, website
from webapp.core import clock, nudges
from webapp.core.db import db
from webapp.issues.judging_websites import HISTORY, SETTLED, judge_websites
from webapp.issues.models import Fault, RecurringIssue
from webapp.websites import actions, downtimes, maintenance
from webapp.websites.models import (
    CheckKind,
    DowntimeWindow,
    Impairment,
    MonitorStatus,
    Website,
)

NOW = clock.now()
MINUTE = timedelta(minutes=1)


def down(of, minutes_ago=1, ended_minutes_ago=None, **fields):
    ended_at = None if ended_minutes_ago is None else NOW - ended_minutes_ago * MINUTE
    values = {
        "started_at": NOW - minutes_ago * MINUTE, "ended_at": ended_at,
        "initial_status": MonitorStatus.DOWN, "root_cause": "The connection was refused.",
        "created_at": NOW,
    }  # fmt: skip
    made = DowntimeWindow(website_id=of.id, **values | fields)
    db.session.add(made)
    db.session.commit()
    return made


def judge(now=NOW):
    count = judge_websites(now)
    db.session.commit()
    db.session.expire_all()
    return count


def faults():
    return list(db.session.scalars(db.select(Fault).order_by(Fault.id)))


def test_a_website_down_is_a_fault_dated_back_that_ends_with_the_downtime(context):
    shop = website(name="Shop")
    downtime = down(shop, minutes_ago=3)
    assert judge() == 1
    assert judge() == 0
    (found,) = faults()
    assert (found.error_code, found.service, found.is_ongoing) == ("WEBSITE_DOWN", "Shop", True)
    assert found.timestamp == downtime.started_at
    assert found.description == "Website Shop is down.\nThe connection was refused."
    assert found.context["website_id"] == shop.id
    downtime.ended_at = NOW - MINUTE
    db.session.commit()
    assert judge() == 1
    (found,) = faults()
    assert (found.is_ongoing, found.ended_at) == (False, NOW - MINUTE)


def test_one_that_began_and_ended_between_two_looks_is_a_fault_with_its_end(context):
    down(website(), minutes_ago=3, ended_minutes_ago=2)
    judge()
    judge()
    (found,) = faults()
    assert (found.is_ongoing, found.ended_at) == (False, NOW - 2 * MINUTE)


def test_what_somebody_writes_down_long_afterwards_is_history(context):
    long_ago = (HISTORY + HISTORY) / MINUTE
    down(website(), minutes_ago=long_ago + 5, ended_minutes_ago=long_ago)
    assert judge() == 0
    assert faults() == []


def test_each_website_has_one_recurring_issue_whatever_it_is_called(context):
    shop = website(name="Shop")
    for number in range(2):
        down(shop, minutes_ago=9 - 2 * number, ended_minutes_ago=8 - 2 * number)
        judge()
        shop.name = "Store"
        db.session.commit()
    down(website(2, name="Shop"))
    judge()
    counts = db.session.scalars(db.select(RecurringIssue.occurrences).order_by(RecurringIssue.id))
    assert list(counts) == [2, 1]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("heartbeat_missed", "HEARTBEAT_MISSED"),
        ("heartbeat_failed", "HEARTBEAT_FAILED"),
        (None, "HEARTBEAT_MISSED"),
    ],
)
def test_a_heartbeat_says_whether_it_was_missed_or_told_a_failure(context, reason, code):
    job = website(name="Backup", kind=CheckKind.HEARTBEAT)
    if reason:
        check(job, minutes_ago=2, status=MonitorStatus.DOWN, failure_reason=reason)
    down(job, minutes_ago=2.5)
    judge()
    assert [found.error_code for found in faults()] == [code]


def test_a_downtime_that_was_deleted_ends_its_fault(context):
    downtimes.remove(down(website()))
    db.session.rollback()
    judge()
    db.session.delete(db.session.scalars(db.select(DowntimeWindow)).one())
    db.session.commit()
    judge()
    assert [found.is_ongoing for found in faults()] == [False]


def test_a_website_that_was_deleted_ends_its_fault(context):
    shop = website()
    down(shop)
    judge()
    db.session.delete(db.session.merge(shop))
    db.session.commit()
    judge()
    assert [found.is_ongoing for found in faults()] == [False]


def test_a_fault_stays_open_when_its_downtime_is_behind_the_mark(context):
    down(website())
    judge()
    later = NOW + SETTLED + MINUTE
    judge(later)
    judge(later)
    assert [found.is_ongoing for found in faults()] == [True]


def test_what_is_settled_is_not_read_again(context):
    for number in range(5):
        down(website(number), minutes_ago=3, ended_minutes_ago=2)
    later = NOW + SETTLED + MINUTE
    judge(later)
    judge(later)
    with count_statements(context) as asked:
        judge(later)
    assert len(asked) <= 6, asked
    assert len(faults()) == 5


def fails(of, at):
    """A check of the website that fails, and is enough to call it down."""
    of.options = {"failures_to_down": 1}
    of.next_check_at = at
    db.session.commit()
    (target,) = claimed(at)
    recorded(target, at, is_up=False)


@pytest.mark.parametrize("why", ["pause", "maintenance"])
def test_a_pause_or_maintenance_ends_the_fault_and_lets_none_begin(context, why):
    shop = website(status=MonitorStatus.UP)
    fails(shop, NOW - 4 * MINUTE)
    judge()
    assert [found.is_ongoing for found in faults()] == [True]
    shop = db.session.get_one(Website, shop.id)
    if why == "pause":
        actions.pause(shop, NOW - 3 * MINUTE)
    else:
        maintenance.plan(shop, NOW - 3 * MINUTE, NOW + 9 * MINUTE, None, NOW - 3 * MINUTE)
    db.session.commit()
    judge()
    assert [found.ended_at for found in faults()] == [NOW - 3 * MINUTE]
    if why == "maintenance":
        fails(shop, NOW - MINUTE)
        judge()
    assert [found.is_ongoing for found in faults()] == [False]


def test_a_downtime_rings_once_it_is_committed(context):
    shop = website()
    fields = {"started_at": NOW - MINUTE, "initial_status": MonitorStatus.DOWN}
    downtimes.create(shop.id, fields, NOW)
    assert nudges.rung([downtimes.DOWNTIMES]) == []
    db.session.commit()
    assert nudges.rung([downtimes.DOWNTIMES]) == [downtimes.DOWNTIMES]


def test_our_own_network_is_a_fault_while_most_websites_fail_at_once(context):
    impairment = Impairment(started_at=NOW - MINUTE, failing_count=9, checked_count=10)
    db.session.add(impairment)
    db.session.commit()
    judge()
    (found,) = faults()
    assert (found.error_code, found.is_ongoing) == ("MONITOR_IMPAIRED", True)
    assert "9 of 10" in found.description
    impairment.ended_at, impairment.is_ongoing = NOW, None
    db.session.commit()
    judge()
    assert [found.ended_at for found in faults()] == [NOW]
