"""Questions about recurring issues, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import create_user
from tests.issues.makers import affected, hour, issue, operational
from tests.statements import count_statements, explain_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import queries
from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.models import IssueHour, IssueTransition
from webapp.issues.queries import IssueFilters, Sort

OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus


def titles(filters=None, page=1, size=50, **fields):
    found, total = queries.issues(filters or IssueFilters(**fields), page, size)
    assert total >= len(found)
    return [row.title for row in found]


class TestOrder:
    @pytest.fixture(autouse=True)
    def made(self, context):
        issue("a", 50, status=OPEN, occurrences=5, severity=Severity.WARNING)
        issue("b", 40, status=RESOLVED, occurrences=90)
        issue("c", 30, status=IGNORED, occurrences=7)
        issue("d", 20, status=OPEN, occurrences=1)
        issue("e", 10, status=ACKNOWLEDGED, severity=Severity.CRITICAL, occurrences=2)
        issue("f", 5, status=OPEN, severity=Severity.CRITICAL, occurrences=3)

    def test_each_has_its_order(self):
        for sort, expected in [
            ("open", "fdaebc"),
            ("newest", "fedcba"),
            ("first", "fedcba"),
            ("most", "bcafed"),
            ("worst", "fdaebc"),
        ]:
            assert "".join(titles(sort=Sort(sort))) == expected, sort

    def test_pages_are_pieces_of_the_whole(self):
        for sort in Sort:
            whole = titles(sort=sort)
            pieces = [titles(IssueFilters(sort=sort), page, 2) for page in (1, 2, 3, 4)]
            assert pieces == [whole[:2], whole[2:4], whole[4:], []], sort

    def test_the_total_is_of_all_that_fit(self):
        assert queries.issues(IssueFilters(), 2, 4)[1] == 6
        assert queries.issues(IssueFilters(status=OPEN), 1, 1)[1] == 3

    def test_a_page_costs_few_statements_however_many_there_are(self, context):
        with count_statements(context) as few:
            titles(status=OPEN)
        for number in range(20):
            issue(f"more {number}")
        with count_statements(context) as many:
            titles(status=OPEN)
        assert len(few) == len(many) == 2

    def test_all_ids_that_fit_come_up_to_a_limit(self):
        assert len(queries.ids_of_all(IssueFilters(status=OPEN), 10)) == 3
        assert len(queries.ids_of_all(IssueFilters(), 4)) == 4


class TestFilters:
    def test_one_that_was_merged_into_another_is_not_shown(self, context):
        target = issue("target")
        issue("merged", merged_into_id=target.id)
        assert titles() == ["target"]
        assert queries.open_count(9) == 1

    def test_each_narrows(self, context):
        affected(issue("fault", kind=IssueKind.FAULT, subject="DISK_FULL"), "service", "shop")
        issue("worst", severity=Severity.CRITICAL, subject="nightly")
        affected(issue("done", status=RESOLVED), "host", "web-1")
        for fields, expected in [
            ({"kind": IssueKind.FAULT}, ["fault"]),
            ({"severity": Severity.CRITICAL}, ["worst"]),
            ({"status": RESOLVED}, ["done"]),
            ({"subject": "nightly"}, ["worst"]),
            ({"subject": "night"}, []),
            ({"kind": IssueKind.OPERATIONAL, "status": OPEN}, ["worst"]),
            ({"host": "web-1"}, ["done"]),
            ({"service": "web-1"}, []),
            ({"service": "shop"}, ["fault"]),
        ]:
            assert titles(**fields) == expected, fields

    def test_the_assignee_or_nobody(self, context):
        person = create_user("who@example.org")
        issue("theirs", assignee_id=person.id)
        issue("nobodys")
        assert titles(assignee_id=person.id) == ["theirs"]
        assert titles(is_unassigned=True) == ["nobodys"]

    def test_dates_take_what_came_between_them_at_least_once(self, context):
        day = datetime(2026, 3, 1, tzinfo=UTC)

        def made(title, first, last, *hours):
            seen = {"first_seen_at": day.replace(day=first), "last_seen_at": day.replace(day=last)}
            row = issue(title, **seen)
            for number in hours:
                at = day.replace(day=number)
                hour = IssueHour(recurring_issue_id=row.id, fingerprint_id=1, hour_at=at, count=1)
                db.session.add(hour)

        made("before", 1, 2)
        made("after", 20, 21)
        made("across and quiet", 1, 20, 1, 20)
        made("across", 1, 20, 1, 10, 20)
        made("began", 10, 25)
        made("ended", 3, 11)
        db.session.flush()
        since, until = day.replace(day=9), day.replace(day=12)
        assert sorted(titles(since_at=since, until_at=until)) == ["across", "began", "ended"]
        assert "before" not in titles(since_at=since)
        assert sorted(titles(until_at=day.replace(day=2))) == [
            "across", "across and quiet", "before",
        ]  # fmt: skip

    def test_words_are_sought_in_the_issue_and_else_in_its_occurrences(self, context):
        one = issue("User not found", message="User 9 not found")
        operational(one, 5, error_message="User 4711 not found")
        issue("other")
        assert titles(search="user found") == ["User not found"]
        assert titles(search="4711") == ["User not found"]
        assert titles(search="4712") == []
        assert titles(search="4711", status=RESOLVED) == []
        assert len(titles(search="!")) == 2

    def test_counts_by_status_leave_the_status_open(self, context):
        issue("a")
        issue("b", status=RESOLVED)
        issue("c", status=RESOLVED, kind=IssueKind.FAULT)
        filters = IssueFilters(kind=IssueKind.OPERATIONAL, status=OPEN)
        rows, found = queries.issues_and_counts(filters, 1, 9)
        assert [row.title for row in rows] == ["a"]
        assert found == {OPEN: 1, ACKNOWLEDGED: 0, RESOLVED: 1, IGNORED: 0}


class TestPlans:
    @pytest.mark.parametrize(
        ("fields", "index"),
        [
            ({"status": OPEN}, "ix_recurring_issues_status"),
            ({"sort": Sort.NEWEST}, "ix_recurring_issues_last_seen_at"),
            ({"sort": Sort.FIRST}, "ix_recurring_issues_first_seen_at"),
            ({"sort": Sort.MOST}, "ix_recurring_issues_occurrences"),
        ],
    )
    def test_a_page_is_read_in_the_order_of_an_index(self, context, fields, index):
        issue()
        with explain_statements(context) as plans:
            titles(**fields)
        is_sqlite = db.engine.dialect.name == "sqlite"
        assert (index if is_sqlite else "ix_recurring_issues_") in plans[-1]
        assert "Sort Key" not in plans[-1]
        assert "TEMP B-TREE" not in plans[-1]


class TestOpen:
    def test_the_worst_and_newest_open_ones_and_how_many_there_are(self, context):
        issue("old", 9)
        issue("new", 1)
        issue("worst", 20, severity=Severity.CRITICAL)
        issue("seen", status=ACKNOWLEDGED)
        issue("done", status=RESOLVED)
        found = queries.open_issues(2)
        assert (found.open_count, found.acknowledged_count) == (3, 1)
        assert [row.title for row in found.worst] == ["worst", "new"]
        assert (queries.open_count(9), queries.open_count(2)) == (3, 2)
        assert queries.open_issues(0).worst == []

    def test_nothing_open_is_said_without_asking_for_rows(self, context):
        with count_statements(context) as asked:
            found = queries.open_issues(5)
        assert (found.open_count, found.worst, len(asked)) == (0, [], 1)


class TestVersion:
    def test_it_changes_with_an_occurrence_and_with_a_verb(self, context):
        assert queries.issues_version() == "0-0"
        row = issue()
        first = queries.issues_version()
        row.updated_at = clock.now() + timedelta(seconds=1)
        db.session.flush()
        second = queries.issues_version()
        step = {"verb": "acknowledge", "to_status": ACKNOWLEDGED}
        db.session.add(IssueTransition(recurring_issue_id=row.id, **step))
        db.session.flush()
        assert len({"0-0", first, second, queries.issues_version()}) == 4

    def test_it_costs_one_statement_on_indexes(self, context):
        issue()
        with explain_statements(context) as plans:
            queries.issues_version()
        assert len(plans) == 1
        assert "ix_recurring_issues_updated_at" in plans[0]


def test_the_hours_of_a_page_of_issues_come_in_one_statement(context):
    one, other = issue("one"), issue("other")
    rows = [hour(one, 0, 4), hour(one, 30, 9), hour(other, 2)]
    since = clock.now() - timedelta(hours=24)
    with count_statements(context) as asked:
        found = queries.hours_of([one.id, other.id, 99], since)
    assert found == {one.id: {rows[0].hour_at: 4}, other.id: {rows[2].hour_at: 1}, 99: {}}
    assert len(asked) == 1
    assert queries.get_issue(one.id) is one
