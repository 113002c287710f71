"""Things told once each: new ones are told, those that go are forgotten, their issues recover."""

import pytest

from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import once
from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.models import OperationalIssue, RecurringIssue
from webapp.issues.occurrences import Occurrence

NOW = clock.now()


def failure(key):
    kind = IssueKind.OPERATIONAL
    return Occurrence(kind, f"read {key[0]}", "Unreadable", "no access", Severity.WARNING, NOW)


def tell(*keys, lasts=True):
    told = once.tell("things", keys, lambda new: {k: failure(k) for k in new}, NOW, lasts=lasts)
    db.session.commit()
    return told


def rows():
    return db.session.scalars(
        db.select(OperationalIssue.task).order_by(OperationalIssue.task)
    ).all()


def statuses():
    db.session.expire_all()
    return list(
        db.session.scalars(db.select(RecurringIssue.status).order_by(RecurringIssue.subject))
    )


def test_each_is_told_once(context):
    assert tell("a1") == 1
    assert tell("a1", "b1") == 1
    assert tell("a1", "b1") == 0
    assert rows() == ["read a", "read b"]


def test_with_nothing_new_it_asks_one_thing(context):
    tell("a1")
    with count_statements(context) as asked:
        tell("a1")
    assert len(asked) == 1


def test_one_that_goes_and_returns_is_told_again(context):
    tell("a1")
    tell()
    assert tell("a1") == 1
    assert rows() == ["read a", "read a"]


def test_an_issue_recovers_with_the_last_of_its_things(context):
    tell("a1", "a2", "b1")
    tell("a2", "b1")
    assert statuses() == [IssueStatus.OPEN, IssueStatus.OPEN]
    tell("b1")
    assert statuses() == [IssueStatus.RESOLVED, IssueStatus.OPEN]


def test_what_does_not_last_is_left_to_people(context):
    tell("a1", lasts=False)
    tell(lasts=False)
    assert statuses() == [IssueStatus.OPEN]


def test_what_was_there_before_is_noted_without_a_word(context):
    assert not once.is_known("things")
    once.note("things", ["a1"])
    db.session.commit()
    assert once.is_known("things")
    assert tell("a1", "b1") == 1


def test_many_at_once_are_told_over_several_looks(context, monkeypatch):
    monkeypatch.setattr(once, "AT_ONCE", 2)
    keys = ("a1", "b1", "c1")
    assert [tell(*keys), tell(*keys), tell(*keys)] == [2, 1, 0]


def test_a_crash_while_telling_leaves_nothing_told(context):
    with pytest.raises(ValueError, match="crash"):
        once.tell("things", ["a1"], crash, NOW, lasts=False)
    db.session.rollback()
    assert tell("a1") == 1


def crash(_new):
    raise ValueError("crash")
