"""What people do with a recurring issue, as rows and in the diary."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import create_user
from tests.issues.makers import hour, issue
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import actions
from webapp.issues.kinds import IssueStatus
from webapp.issues.models import IssueTransition

HOUR = timedelta(hours=1)
OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus


def diary():
    return [(e.type, e.message) for e in db.session.scalars(select(ActivityEvent))]


class TestSteps:
    def test_acknowledging_leaves_a_row_and_a_diary_entry(self, context):
        row, now = issue("Disk full"), clock.now()
        step = actions.acknowledge(row, now, " on it ")
        assert (row.status, row.status_since_at, row.version) == (ACKNOWLEDGED, now, 2)
        assert (step.verb, step.from_status, step.to_status) == ("acknowledge", OPEN, ACKNOWLEDGED)
        assert (step.note, step.at, step.by, step.undone_at) == ("on it", now, None, None)
        assert diary() == [("issue_acknowledged", "Issue acknowledged: Disk full")]

    def test_what_a_step_was_before_and_after_comes_back_from_the_database(self, context):
        row = issue(status=IGNORED, ignored_until_count=7)
        step = actions.reopen(row, clock.now())
        db.session.commit()
        assert step.details["before"]["ignored_until_count"] == 7
        assert step.details["after"]["ignored_until_count"] is None
        assert step.details["after"]["status"] == "open"

    def test_an_issue_goes_through_its_whole_life(self, context):
        row, now = issue(), clock.now()
        for verb, status in (
            (actions.acknowledge, ACKNOWLEDGED),
            (actions.unacknowledge, OPEN),
            (actions.ignore, IGNORED),
            (actions.reopen, OPEN),
            (actions.resolve, RESOLVED),
            (actions.reopen, OPEN),
        ):
            assert verb(row, now).to_status is status
            assert row.status is status
        assert len(db.session.scalars(select(IssueTransition)).all()) == 6

    def test_what_is_not_legal_is_refused_and_changes_nothing(self, context):
        row = issue(status=RESOLVED)
        with pytest.raises(Problem, match="It is resolved already") as refused:
            actions.resolve(row, clock.now())
        assert refused.value.status == 409
        assert (row.version, diary()) == (1, [])

    def test_what_lasts_cannot_be_resolved_by_hand(self, context):
        with pytest.raises(Problem, match="It still lasts"):
            actions.resolve(issue(is_ongoing=True), clock.now())

    def test_nothing_is_done_to_what_was_merged_away(self, context):
        target = issue()
        with pytest.raises(Problem, match=f"merged into issue {target.id}"):
            actions.acknowledge(issue(merged_into_id=target.id), clock.now())

    def test_a_verb_judges_the_issue_as_it_is_in_the_database(self, context):
        row = issue()
        db.session.commit()
        with db.engine.begin() as other:
            other.exec_driver_sql("UPDATE recurring_issues SET status = 'resolved'")
        with pytest.raises(Problem, match="It is resolved"):
            actions.acknowledge(row, clock.now())

    def test_a_note_that_is_too_long_is_refused(self, context):
        with pytest.raises(Problem) as refused:
            actions.resolve(issue(), clock.now(), "x" * 2001)
        assert [error.field for error in refused.value.errors] == ["note"]


class TestIgnoring:
    def test_it_keeps_until_when(self, context):
        row, now = issue(occurrences=5), clock.now()
        hour(row, 3, 4)
        hour(row, 5, 9)
        hour(row, 24 * 8, 100)
        actions.ignore(row, now, until_at=now + HOUR, more=10, until_grows=True)
        assert (row.ignored_until_at, row.ignored_until_count) == (now + HOUR, 15)
        assert row.ignored_hourly == 9

    def test_ignoring_again_replaces_the_conditions(self, context):
        row, now = issue(), clock.now()
        actions.ignore(row, now, more=10)
        actions.ignore(row, now, until_at=now + HOUR)
        assert (row.ignored_until_count, row.ignored_until_at) == (None, now + HOUR)

    def test_conditions_that_make_no_sense_are_refused(self, context):
        row, now = issue(), clock.now()
        for conditions, field in (
            ({"until_at": now - HOUR}, "until_at"),
            ({"until_at": now + timedelta(days=5000)}, "until_at"),
            ({"more": 0}, "more"),
            ({"more": 10**10}, "more"),
        ):
            with pytest.raises(Problem) as refused:
                actions.ignore(row, now, **conditions)
            assert [error.field for error in refused.value.errors] == [field], conditions


class TestAssigning:
    def test_it_is_put_into_somebodys_hands_and_out_of_them(self, context):
        who, row = create_user("who@example.org"), issue("Disk full")
        step = actions.assign(row, who.id, clock.now())
        assert (row.assignee_id, step.note) == (who.id, "To who@example.org")
        assert (step.from_status, step.to_status) == (OPEN, OPEN)
        assert actions.assign(row, None, clock.now()).note == "To nobody"
        assert row.assignee_id is None
        assert diary()[-1] == ("issue_assigned", "Issue assigned: Disk full")

    def test_nobody_is_refused(self, context):
        row = issue()
        for user_id in (0, 999, 2**40):
            with pytest.raises(Problem) as refused:
                actions.assign(row, user_id, clock.now())
            assert [error.field for error in refused.value.errors] == ["user_id"]
