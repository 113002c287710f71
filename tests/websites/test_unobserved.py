"""What nobody looked at, on both databases."""

from datetime import timedelta

from tests.websites.timelines import added, at, checked, periods
from webapp.core.db import db
from webapp.websites import actions, unobserved
from webapp.websites.models import MonitorStatus, Website


def test_an_overdue_website_is_unknown_from_its_due_time_and_never_down(context):
    made = added(check_interval=60)
    checked(0)
    due = (db.session.get(Website, made.id).next_check_at - at(0)).total_seconds()
    assert unobserved.mark_unobserved(at(due + 19)) == 0
    assert unobserved.mark_unobserved(at(due + 21)) == 1
    db.session.commit()
    assert unobserved.mark_unobserved(at(due + 51)) == 0
    assert periods(made) == [(0, "UP"), (due, "UNKNOWN")]
    after = db.session.get(Website, made.id)
    assert (after.status, after.status_since_at) == (MonitorStatus.UNKNOWN, at(due))
    checked(due + 60)
    assert periods(made)[1:] == [(due, "UNKNOWN"), (due + 60, "UP")]


def test_a_failure_before_the_hole_is_not_counted_with_one_after_it(context):
    made = added(check_interval=3600)
    checked(0)
    actions.request_check(made, at(60))
    checked(60, down=(made,))
    assert unobserved.mark_unobserved(at(75 + 21)) == 1
    db.session.commit()
    checked(600, down=(made,))
    assert periods(made) == [(0, "UP"), (75, "UNKNOWN")]
    checked(615, down=(made,))
    assert periods(made) == [(0, "UP"), (75, "UNKNOWN"), (600, "DOWN")]


def test_a_paused_website_is_not_overdue(context):
    made = added()
    actions.pause(made, at(10))
    db.session.commit()
    assert unobserved.mark_unobserved(at(10) + timedelta(days=1)) == 0
