"""What the judge does to issues of itself."""

from datetime import timedelta

from sqlalchemy import select

from tests.issues.makers import issue
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueStatus
from webapp.issues.models import IssueTransition
from webapp.issues.recovering import recovered, wake_what_lasts

OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus
HOUR = timedelta(hours=1)


def test_what_is_over_is_resolved_where_it_waits_for_somebody(context):
    rows = [issue(status.value, status=status) for status in IssueStatus]
    lasting, now = issue("lasts", is_ongoing=True), clock.now()
    assert recovered([row.id for row in (*rows, lasting)], now) == 2
    assert [row.status for row in rows] == [RESOLVED, RESOLVED, RESOLVED, IGNORED]
    assert lasting.status is OPEN
    assert [row.status_since_at == now for row in rows] == [True, True, False, False]
    steps = db.session.scalars(select(IssueTransition).order_by(IssueTransition.id)).all()
    assert [(step.verb, step.from_status) for step in steps] == [
        ("recovered", OPEN),
        ("recovered", ACKNOWLEDGED),
    ]
    messages = db.session.scalars(select(ActivityEvent.message)).all()
    assert list(messages) == ["Over: open", "Over: acknowledged"]


def test_recovering_twice_is_recovering_once(context):
    row = issue()
    assert [recovered([row.id], clock.now()) for _ in range(2)] == [1, 0]
    assert recovered([], clock.now()) == 0
    assert len(db.session.scalars(select(IssueTransition)).all()) == 1


def test_many_at_once_are_one_entry_in_the_diary(context):
    ids = [issue(f"issue {number}").id for number in range(12)]
    assert recovered(ids, clock.now()) == 12
    assert list(db.session.scalars(select(ActivityEvent.message))) == ["Over: issue 0, and 11 more"]


def test_what_was_ignored_for_a_time_and_lasts_on_is_reopened(context):
    now = clock.now()
    ignored = {"status": IGNORED, "ignored_until_at": now}
    lasting = issue("lasts", **ignored, is_ongoing=True)
    quiet = issue("quiet", **ignored)
    early = issue("early", status=IGNORED, ignored_until_at=now + HOUR, is_ongoing=True)
    for_good = issue("for good", status=IGNORED, is_ongoing=True)
    assert [wake_what_lasts(now) for _ in range(2)] == [1, 0]
    assert (lasting.status, lasting.ignored_until_at) == (OPEN, None)
    assert {quiet.status, early.status, for_good.status} == {IGNORED}
    assert db.session.scalars(select(ActivityEvent.message)).all() == ["It lasts on: lasts"]
