"""One verb on many issues."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import create_user
from tests.issues.makers import issue
from tests.statements import count_statements
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues.kinds import IssueStatus
from webapp.issues.many import bulk
from webapp.issues.models import IssueTransition

OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus
SENSELESS = (
    ("recovered", [1], {}, "verb"),
    ("explode", [1], {}, "verb"),
    ("resolve", [], {}, "ids"),
    ("resolve", range(501), {}, "ids"),
    ("resolve", [1], {"more": 3}, "more"),
    ("assign", [1], {"user_id": 999}, "user_id"),
    ("assign", [1], {"note": "x"}, "note"),
    ("ignore", [1], {"more": 0}, "more"),
)


def test_it_is_done_where_it_may_be_done_and_said_of_the_others_why_not(context):
    rows = [issue(status.value, status=status) for status in IssueStatus]
    merged = issue(merged_into_id=rows[0].id)
    found = bulk("resolve", [*(row.id for row in rows), merged.id, 999], clock.now(), note="gone")
    assert found.done == [rows[0].id, rows[1].id, rows[3].id]
    assert found.refused == {
        rows[2].id: "It is resolved already.",
        merged.id: f"It was merged into issue {rows[0].id}.",
        999: "There is no such issue.",
    }
    steps = db.session.scalars(select(IssueTransition).order_by(IssueTransition.id)).all()
    assert found.undo_id == steps[0].id
    assert steps[0].details["others"] == [step.id for step in steps[1:]]
    assert {step.note for step in steps} == {"gone"}
    assert db.session.scalars(select(ActivityEvent.message)).all() == ["3 issues resolved"]


def test_nothing_done_leaves_nothing(context):
    found = bulk("reopen", [issue().id], clock.now())
    assert (found.undo_id, found.done, len(found.refused)) == (None, [], 1)
    assert db.session.scalars(select(ActivityEvent)).all() == []


def test_each_is_ignored_until_it_had_so_many_more(context):
    few, many, now = issue(occurrences=2), issue(occurrences=50), clock.now()
    until = now + timedelta(hours=1)
    bulk("ignore", [few.id, many.id], now, more=10, until_at=until)
    assert (few.ignored_until_count, many.ignored_until_count) == (12, 60)
    assert few.ignored_until_at == until


def test_they_are_put_into_somebodys_hands(context):
    who, rows = create_user("who@example.org"), [issue(), issue()]
    bulk("assign", [row.id for row in rows], clock.now(), user_id=who.id)
    assert [row.assignee_id for row in rows] == [who.id, who.id]


def test_what_makes_no_sense_is_refused_as_a_whole(context):
    row = issue()
    for verb, ids, options, field in SENSELESS:
        with pytest.raises(Problem) as refused:
            bulk(verb, ids, clock.now(), **options)
        assert [error.field for error in refused.value.errors] == [field], verb
    assert (row.status, row.version) == (OPEN, 1)


def test_many_cost_little_more_than_few(context):
    few, many = [issue().id for _ in range(2)], [issue().id for _ in range(40)]
    db.session.commit()
    with count_statements(context) as for_few:
        bulk("acknowledge", few, clock.now())
    with count_statements(context) as for_many:
        bulk("acknowledge", many, clock.now())
    # SQLite is told of each step one by one.
    others = [text for text in for_many if not text.startswith("INSERT")]
    assert len(others) <= len(for_few)
