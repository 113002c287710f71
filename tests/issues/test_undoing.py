"""Taking back: with one click, exactly, and only where nothing was built on it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import create_user
from tests.issues.makers import hour, issue, operational
from tests.statements import count_statements
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import actions, digesting, many, merging, queries
from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.models import (
    AffectedName,
    IssueFingerprint,
    IssueHour,
    IssueTransition,
    OperationalIssue,
    RecurringIssue,
)
from webapp.issues.occurrences import Occurrence
from webapp.issues.undoing import CHANGED, MOVED, reach, undo

OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus
VOLATILE = {"version", "updated_at"}


def columns(row):
    names = set(RecurringIssue.__table__.c.keys()) - VOLATILE
    return {name: getattr(row, name) for name in names}


def kept_of(row):
    """All that is kept of an issue elsewhere."""
    own = {"recurring_issue_id": row.id}
    return [
        [tuple(found) for found in db.session.execute(query.filter_by(**own))]
        for query in (
            select(IssueFingerprint.id, IssueFingerprint.occurrences),
            select(IssueHour.hour_at, IssueHour.count).order_by(IssueHour.hour_at),
            select(AffectedName.what, AffectedName.name, AffectedName.count),
            select(OperationalIssue.id).order_by(OperationalIssue.id),
        )
    ]


def refusal(transition_id):
    with pytest.raises(Problem) as refused:
        undo(transition_id, clock.now())
    return refused.value.status, refused.value.detail


class TestSteps:
    @pytest.mark.parametrize(
        ("deed", "status"),
        [
            (actions.acknowledge, OPEN),
            (actions.unacknowledge, ACKNOWLEDGED),
            (actions.resolve, ACKNOWLEDGED),
            (actions.reopen, RESOLVED),
            (actions.reopen, IGNORED),
            (actions.ignore, OPEN),
        ],
    )
    def test_an_issue_stands_exactly_as_before(self, context, deed, status):
        now = clock.now()
        row = issue(
            "Disk full", 60, status=status, status_since_at=now - timedelta(days=2),
            is_regressed=True, ignored_until_count=9, ignored_until_at=now + timedelta(days=2),
            ignored_hourly=2.5,
        )  # fmt: skip
        before = columns(row)
        step = deed(row, now)
        assert columns(row) != before
        assert undo(step.id, now).done == [row.id]
        db.session.commit()
        assert columns(row) == before
        assert step.undone_at == now
        newest = select(ActivityEvent).order_by(ActivityEvent.id.desc())
        assert db.session.scalars(newest).first().message == f"Undone: {step.verb}: Disk full"

    def test_an_assignment_is_taken_back(self, context):
        one, other = create_user("one@example.org"), create_user("other@example.org")
        row = issue(assignee_id=one.id)
        undo(actions.assign(row, other.id, clock.now()).id, clock.now())
        assert row.assignee_id == one.id

    def test_a_step_is_taken_back_once(self, context):
        step = actions.acknowledge(issue(), clock.now())
        undo(step.id, clock.now())
        assert refusal(step.id) == (409, "It was taken back already.")

    def test_a_step_on_which_others_were_built_is_kept(self, context):
        row, now = issue(), clock.now()
        first = actions.acknowledge(row, now)
        second = actions.resolve(row, now)
        assert refusal(first.id) == (409, CHANGED)
        assert row.status is RESOLVED
        undo(second.id, now)
        undo(first.id, now)
        assert row.status is OPEN

    def test_what_came_back_meanwhile_stays_open(self, context):
        row, now = issue(), clock.now()
        step = actions.resolve(row, now)
        row.status, row.is_regressed, row.status_since_at = OPEN, True, now + timedelta(seconds=1)
        assert refusal(step.id) == (409, CHANGED)

    def test_what_is_not_there_or_was_done_by_the_judge_is_refused(self, context):
        for strange in (0, 999, 2**40):
            assert refusal(strange) == (404, "There is no such step.")
        row = issue()
        judged = IssueTransition(recurring_issue_id=row.id, verb="recovered", to_status=RESOLVED)
        db.session.add(judged)
        db.session.flush()
        assert refusal(judged.id) == (409, "A step of this kind cannot be taken back.")


class TestMany:
    def test_one_id_takes_back_all_that_was_done(self, context):
        rows = [issue(status=status) for status in (OPEN, ACKNOWLEDGED, IGNORED)]
        found = many.bulk("resolve", [row.id for row in rows], clock.now())
        first = db.session.get(IssueTransition, found.undo_id)
        assert reach(first) == 3
        assert undo(found.undo_id, clock.now()).done == [row.id for row in rows]
        assert [row.status for row in rows] == [OPEN, ACKNOWLEDGED, IGNORED]

    def test_what_was_changed_since_is_left_and_said(self, context):
        rows = [issue(), issue()]
        found = many.bulk("acknowledge", [row.id for row in rows], clock.now())
        actions.resolve(rows[0], clock.now())
        undone = undo(found.undo_id, clock.now())
        assert (undone.done, undone.refused) == ([rows[1].id], {rows[0].id: CHANGED})

    def test_many_cost_little_more_than_few(self, context):
        counts = []
        for number in (2, 40):
            found = many.bulk("resolve", [issue().id for _ in range(number)], clock.now())
            db.session.commit()
            with count_statements(context) as statements:
                undo(found.undo_id, clock.now())
            # SQLite is told of each step one by one.
            counts.append(len([text for text in statements if not text.startswith("INSERT")]))
        assert counts[0] == counts[1]


class TestMerges:
    def test_everything_comes_back_exactly(self, context):
        now = clock.now()
        one, two = issue("one", 50, status=RESOLVED, occurrences=3), issue("two", 10)
        for row in (one, two):
            hour(row, 2, 3)
            operational(row, 10)
        before = [(columns(row), kept_of(row)) for row in (one, two)]
        step = merging.merge(one, [two.id], now)
        assert undo(step.id, now).done == [one.id]
        db.session.expire_all()
        assert [(columns(row), kept_of(row)) for row in (one, two)] == before

    def test_what_came_meanwhile_goes_to_where_it_would_have_come_to(self, context):
        """Two pairs get the same; one pair is merged and parted again in the midst of it."""
        now = clock.now()

        def came(subject, number, minutes):
            at = now - timedelta(minutes=minutes)
            given = (IssueKind.OPERATIONAL, subject, "No answer", f"{subject} gave none")
            each = Occurrence(*given, Severity.ERROR, at, host=f"{subject}-host")
            return digesting.digest([each] * number, now)[0].recurring_issue_id

        ids = {name: came(name, 5, 90) for name in ("plain-a", "plain-b", "mixed-a", "mixed-b")}
        db.session.commit()
        target = db.session.get(RecurringIssue, ids["mixed-a"])
        step = merging.merge(target, [ids["mixed-b"]], now)
        for name in ids:
            came(name, 7, 30)
            db.session.commit()
        assert target.occurrences == 24
        undo(step.id, now)
        db.session.commit()
        db.session.expire_all()
        for letter in "ab":
            plain, mixed = (
                db.session.get(RecurringIssue, ids[f"{which}-{letter}"])
                for which in ("plain", "mixed")
            )
            assert (mixed.occurrences, mixed.first_seen_at) == (12, plain.first_seen_at)
            assert mixed.message == f"mixed-{letter} gave none"
            assert mixed.host == f"mixed-{letter}-host"
            since = now - timedelta(days=1)
            counted = queries.hours_of([plain.id, mixed.id], since)
            assert counted[plain.id] == counted[mixed.id]
            plain_rows, mixed_rows = kept_of(plain)[3], kept_of(mixed)[3]
            assert len(plain_rows) == len(mixed_rows) == 12

    def test_the_later_of_two_merges_is_undone_first(self, context):
        now = clock.now()
        one, two, three = issue("one"), issue("two"), issue("three")
        inner = merging.merge(two, [three.id], now)
        outer = merging.merge(one, [two.id], now)
        assert refusal(inner.id) == (409, f"It was merged into issue {one.id}.")
        undo(outer.id, now)
        undo(inner.id, now)
        assert [row.merged_into_id for row in (one, two, three)] == [None] * 3
        assert {row.occurrences for row in (one, two, three)} == {1}

    def test_a_merge_of_which_something_was_split_off_is_kept(self, context):
        one, two = issue("one"), issue("two")
        theirs = kept_of(two)[0][0][0]
        step = merging.merge(one, [two.id], clock.now())
        split = merging.split(one, [theirs], clock.now())
        assert refusal(step.id) == (409, MOVED)
        undo(split.id, clock.now())
        undo(step.id, clock.now())
        assert (one.occurrences, two.occurrences, two.merged_into_id) == (1, 1, None)


class TestSplits:
    def test_what_was_split_off_comes_back_with_what_came_since(self, context):
        one, two = issue("one", 50, occurrences=3), issue("two", 10, occurrences=4)
        theirs = kept_of(two)[0][0][0]
        operational(two, 10)
        merging.merge(one, [two.id], clock.now())
        before = columns(one), kept_of(one)
        step = merging.split(one, [theirs], clock.now())
        new = db.session.get(RecurringIssue, step.details["into"])
        undo(step.id, clock.now())
        db.session.expire_all()
        assert (columns(one), kept_of(one)) == before
        assert new.merged_into_id == one.id

    def test_a_split_into_which_something_was_merged_is_kept(self, context):
        one, two, three = issue("one"), issue("two"), issue("three")
        theirs = kept_of(two)[0][0][0]
        merging.merge(one, [two.id], clock.now())
        step = merging.split(one, [theirs], clock.now())
        new = db.session.get(RecurringIssue, step.details["into"])
        merging.merge(new, [three.id], clock.now())
        assert refusal(step.id) == (409, MOVED)
