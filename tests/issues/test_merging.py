"""Merging and splitting: what moves, what is refused, and what comes afterwards."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.issues.makers import affected, fault, fingerprint, hour, issue, operational
from tests.statements import count_statements
from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import merging, occurrence_queries, queries
from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.models import IssueTransition, OperationalIssue, RecurringIssue

OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus


def refused_fields(deed, *arguments):
    with pytest.raises(Problem) as refused:
        deed(*arguments)
    return refused.value.status, [error.field for error in refused.value.errors]


def hours_of(row):
    return sorted(queries.hours_of([row.id], clock.now() - timedelta(days=30))[row.id].values())


class TestMerging:
    def test_counts_hours_names_and_occurrences_move(self, context):
        one, two = issue("one", 50, occurrences=3), issue("two", 10, occurrences=4)
        hour(one, 1, 3)
        hour(two, 1, 2)
        hour(two, 2, 2)
        affected(one, "host", "web-1", 3)
        affected(two, "host", "web-1", 4)
        moved = operational(two, 10)
        merging.merge(one, [two.id], clock.now())
        assert (one.occurrences, hours_of(one), hours_of(two)) == (7, [2, 5], [])
        touched = occurrence_queries.affected(one.id)["host"]
        assert [(each.name, each.count) for each in touched] == [("web-1", 7)]
        db.session.expire_all()
        assert db.session.get(OperationalIssue, moved.id).recurring_issue_id == one.id
        assert (two.merged_into_id, two.occurrences) == (one.id, 4)

    def test_the_target_shows_the_last_and_the_worst_of_them(self, context):
        one = issue("one", 50, severity=Severity.WARNING, flap_score=5, host="web-1")
        two = issue("two", 10, severity=Severity.CRITICAL, flap_score=40, host="web-2")
        old = issue("old", 60 * 48, severity=Severity.CRITICAL)
        merging.merge(one, [two.id, old.id], clock.now())
        assert (one.title, one.message, one.host) == ("one", "two: no answer", "web-2")
        assert (one.severity, one.flap_score) == (Severity.CRITICAL, 40)
        assert (one.first_seen_at, one.last_seen_at) == (old.first_seen_at, two.last_seen_at)

    def test_a_resolved_one_with_something_unsettled_in_it_is_open(self, context):
        now, target, other = clock.now(), issue(status=RESOLVED), issue()
        step = merging.merge(target, [other.id], now)
        assert (target.status, target.status_since_at) == (OPEN, now)
        assert (step.from_status, step.to_status) == (RESOLVED, OPEN)

    def test_every_other_target_keeps_its_status(self, context):
        for status in (OPEN, ACKNOWLEDGED, IGNORED):
            target = issue(status=status)
            merging.merge(target, [issue().id, issue(status=RESOLVED).id], clock.now())
            assert target.status is status

    def test_what_lasts_in_one_lasts_in_all(self, context):
        target = issue("target", kind=IssueKind.FAULT)
        lasting = issue("lasts", kind=IssueKind.FAULT, is_ongoing=True)
        fault(lasting, is_ongoing=True)
        merging.merge(target, [lasting.id], clock.now())
        assert target.is_ongoing

    def test_it_leaves_rows_and_one_diary_entry(self, context):
        one, two, three = (issue(title) for title in ("one", "two", "three"))
        step = merging.merge(one, [two.id, three.id], clock.now())
        rows = db.session.scalars(select(IssueTransition).order_by(IssueTransition.id)).all()
        assert sorted((row.verb, row.recurring_issue_id) for row in rows) == [
            ("merge", one.id),
            ("merged_away", two.id),
            ("merged_away", three.id),
        ]
        assert step.note == f"#{two.id} two, #{three.id} three"
        messages = db.session.scalars(select(ActivityEvent.message)).all()
        assert messages == ["2 issues merged into: one"]
        assert queries.issues(queries.IssueFilters()) == ([one], 1)

    def test_what_cannot_be_one_is_refused_and_changes_nothing(self, context):
        one, other_kind = issue(), issue(kind=IssueKind.FAULT)
        away = issue(merged_into_id=one.id)
        for ids in ([], [one.id], [999], [2**40], [other_kind.id], [away.id], range(501)):
            assert refused_fields(merging.merge, one, ids, clock.now()) == (422, ["issue_ids"])
        assert refused_fields(merging.merge, away, [other_kind.id], clock.now()) == (409, [])
        assert (one.version, other_kind.merged_into_id) == (1, None)

    def test_many_occurrences_cost_what_few_do(self, context):
        found = []
        for number in (1, 30):
            one, two = issue(), issue()
            for _ in range(number):
                operational(two)
            db.session.commit()
            with count_statements(context) as statements:
                merging.merge(one, [two.id], clock.now())
            found.append(len([text for text in statements if "INSERT" not in text]))
        assert found[0] == found[1]


class TestSplitting:
    @pytest.fixture
    def mixed(self, context):
        """An issue of two fingerprints, 3 occurrences of the first and 4 of the second."""
        row = issue("one", 50, occurrences=3, status=ACKNOWLEDGED, first_seen_at=clock.now())
        other = issue("two", 10, occurrences=4)
        hour(row, 1, 3)
        hour(other, 1, 4)
        affected(other, "service", "shop", 4)
        operational(row, 50, error_message="no answer")
        operational(other, 10, name="Bad data", error_message="no title", host="web-2")
        merging.merge(row, [other.id], clock.now())
        return row

    def split(self, row):
        second = occurrence_queries.fingerprints(row.id, 9)[1]
        step = merging.split(row, [second.id], clock.now())
        new = db.session.get(RecurringIssue, step.details["into"])
        assert new is not None
        return new, step

    def test_it_takes_its_counts_and_occurrences_with_it(self, mixed):
        new, step = self.split(mixed)
        assert (mixed.occurrences, new.occurrences) == (3, 4)
        assert (hours_of(mixed), hours_of(new)) == ([3], [4])
        assert occurrence_queries.affected(mixed.id) == {}
        assert occurrence_queries.affected(new.id)["service"][0].count == 4
        assert (step.verb, step.note) == ("split", f"#{new.id} {new.title}")

    def test_it_is_called_by_what_came_last_of_it_and_stands_as_the_whole_did(self, mixed):
        new, _ = self.split(mixed)
        assert new.title == "Bad data: no title"
        assert (new.message, new.host, new.status) == ("no title", "web-2", ACKNOWLEDGED)
        assert (mixed.message, mixed.host) == ("no answer", None)
        assert new.last_seen_at > mixed.last_seen_at

    def test_the_new_one_is_found_in_the_list(self, mixed):
        new, _ = self.split(mixed)
        found, _ = queries.issues(queries.IssueFilters(search="Bad"))
        assert [row.id for row in found] == [new.id]

    def test_one_of_which_nothing_is_stored_keeps_the_title(self, context):
        row = issue("one", occurrences=2)
        second = fingerprint(row, "second", 0)
        step = merging.split(row, [second.id], clock.now())
        new = db.session.get(RecurringIssue, step.details["into"])
        assert (new.title, new.occurrences, row.occurrences) == ("one", 0, 2)

    def test_all_none_and_strange_ones_are_refused(self, mixed):
        ids = [row.id for row in occurrence_queries.fingerprints(mixed.id, 9)]
        for chosen in (ids, [], [999]):
            given = (mixed, chosen, clock.now())
            assert refused_fields(merging.split, *given) == (422, ["fingerprint_ids"])
