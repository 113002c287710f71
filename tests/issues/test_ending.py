"""What lasts ends, and its recurring issue with the last of it."""

from datetime import timedelta

from sqlalchemy import select

from tests.issues.occurring import NOW, fault, overload
from tests.statements import count_statements
from webapp.core.db import db
from webapp.issues.digesting import digest
from webapp.issues.ending import end
from webapp.issues.kinds import IssueKind, IssueStatus
from webapp.issues.models import Fault, Overload, RecurringIssue

LATER = NOW + timedelta(minutes=10)


def the_issue() -> RecurringIssue:
    db.session.expire_all()
    return db.session.scalars(select(RecurringIssue)).one()


def test_the_last_that_ends_settles_its_issue(context):
    digest([fault(origin=f"downtime:{n}", is_ongoing=True) for n in (1, 2)], NOW)
    assert end(IssueKind.FAULT, ["downtime:1"], LATER, LATER) == 1
    assert (the_issue().is_ongoing, the_issue().status) == (True, IssueStatus.OPEN)
    assert end(IssueKind.FAULT, ["downtime:2"], LATER, LATER) == 1
    assert (the_issue().is_ongoing, the_issue().status) == (False, IssueStatus.RESOLVED)
    rows = db.session.scalars(select(Fault)).all()
    assert {(row.is_ongoing, row.ended_at) for row in rows} == {(False, LATER)}


def test_an_overload_ends_by_its_id(context):
    [told] = digest([overload(is_ongoing=True)], NOW)
    assert told.occurrence_id is not None
    assert end(IssueKind.OVERLOAD, [told.occurrence_id], LATER, LATER) == 1
    row = db.session.get(Overload, told.occurrence_id)
    assert row is not None
    assert row.ended_at == LATER


def test_ending_twice_changes_nothing_more(context):
    digest([fault(origin="downtime:1", is_ongoing=True)], NOW)
    end(IssueKind.FAULT, ["downtime:1"], LATER, LATER)
    version = the_issue().version
    assert end(IssueKind.FAULT, ["downtime:1", "downtime:9"], NOW, LATER) == 0
    assert the_issue().version == version
    assert db.session.scalars(select(Fault)).one().ended_at == LATER


def test_nothing_ends_before_it_began(context):
    digest([fault(origin="downtime:1", is_ongoing=True)], NOW)
    end(IssueKind.FAULT, ["downtime:1"], NOW - timedelta(hours=1), LATER)
    assert db.session.scalars(select(Fault)).one().ended_at == NOW


def test_an_ignored_issue_stays_ignored_when_it_is_over(context):
    digest([fault(origin="downtime:1", is_ongoing=True)], NOW)
    the_issue().status = IssueStatus.IGNORED
    db.session.flush()
    end(IssueKind.FAULT, ["downtime:1"], LATER, LATER)
    assert (the_issue().is_ongoing, the_issue().status) == (False, IssueStatus.IGNORED)


def test_many_end_with_as_few_statements_as_one(context):
    digest([fault(origin=f"downtime:{n}", is_ongoing=True) for n in range(50)], NOW)
    with count_statements(context) as statements:
        assert end(IssueKind.FAULT, [f"downtime:{n}" for n in range(49)], LATER, LATER) == 49
    assert len(statements) <= 5
