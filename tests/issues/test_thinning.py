"""Above a number or a size the issues with most give; their first, last and counts stay."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from tests.issues import makers
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import thinning
from webapp.issues.kinds import IssueKind
from webapp.issues.models import Fault, IssueTransition, OperationalIssue, RecurringIssue
from webapp.issues.occurrences import SENT

NOW = clock.now()


def forget(settings, verb=thinning.forget_surplus, **changes):
    return list(verb(replace(settings, **changes), NOW))


def stored(table, at):
    counts = {}
    query = select(table.recurring_issue_id, at).order_by(at)
    for issue_id, moment in db.session.execute(query):
        counts.setdefault(issue_id, []).append(round((NOW - moment).total_seconds() / 60))
    return counts


def operational(of, *minutes, **fields):
    for ago in minutes:
        at = NOW - timedelta(minutes=ago)
        makers.operational(of, created_at=at, **fields)


def test_of_an_issue_with_too_many_the_ends_and_a_spread_stay(context, settings):
    much = makers.issue("much", occurrences=5000)
    little = makers.issue("little", occurrences=9)
    operational(much, *range(0, 1300, 100), *range(1, 5))
    operational(little, *range(9))
    assert sum(forget(settings, occurrences_per_issue=10)) == 7
    found = stored(OperationalIssue, OperationalIssue.created_at)
    assert len(found[much.id]) == 10
    assert (found[much.id][0], found[much.id][-1]) == (1200, 0)
    assert len(found[little.id]) == 9
    assert db.session.get_one(RecurringIssue, much.id, populate_existing=True).occurrences == 5000


def test_the_one_with_which_an_issue_came_back_stays(context, settings):
    issue = makers.issue()
    operational(issue, *range(100))
    for minutes in (49.5, 51.5):
        turn = {"verb": "returned", "from_status": "resolved", "to_status": "open"}
        at = NOW - timedelta(minutes=minutes)
        db.session.add(IssueTransition(recurring_issue_id=issue.id, at=at, **turn))
    db.session.flush()
    forget(settings, occurrences_per_issue=10)
    left = stored(OperationalIssue, OperationalIssue.created_at)[issue.id]
    assert {50, 52} <= set(left)
    assert len(left) == 10


def test_a_few_above_the_limit_wait(context, settings):
    issue = makers.issue()
    operational(issue, *range(11))
    assert forget(settings, occurrences_per_issue=10) == []


def test_it_goes_by_batches_and_by_windows_of_time(context, settings, monkeypatch):
    monkeypatch.setattr(thinning, "BATCH", 3)
    monkeypatch.setattr(thinning, "WINDOW", 20)
    issue = makers.issue()
    operational(issue, *range(50))
    gone = forget(settings, occurrences_per_issue=10)
    assert max(gone) == 3
    left = stored(OperationalIssue, OperationalIssue.created_at)[issue.id]
    assert len(left) == 10
    assert (left[0], left[-1]) == (49, 0)
    assert forget(settings, occurrences_per_issue=10) == []


def test_what_lasts_and_what_the_judge_just_raised_stay(context, settings):
    issue = makers.issue(kind=IssueKind.FAULT, subject="WEBSITE_DOWN")
    for number in range(12):
        at = NOW - timedelta(days=3, minutes=number)
        makers.fault(issue, timestamp=at, is_ongoing=number == 4, origin=f"old:{number}")
        at = NOW - timedelta(minutes=number)
        makers.fault(issue, timestamp=at, origin=f"new:{number}")
    forget(settings, occurrences_per_issue=10)
    left = set(db.session.scalars(select(Fault.origin)))
    assert "old:4" in left
    assert {f"new:{number}" for number in range(12)} <= left
    assert len(left) < 24


def test_what_was_sent_may_go_once_nobody_sends_it_again(context, settings):
    issue = makers.issue()
    for number in range(12):
        at = NOW - timedelta(hours=2, minutes=number)
        makers.operational(issue, created_at=at, origin=f"{SENT}{number}")
        at = NOW - timedelta(minutes=number)
        makers.operational(issue, created_at=at, origin=f"{SENT}new:{number}")
    forget(settings, occurrences_per_issue=10)
    left = set(db.session.scalars(select(OperationalIssue.origin)))
    assert {f"{SENT}new:{number}" for number in range(12)} <= left
    assert len(left) < 24


def test_beyond_the_size_those_with_most_give_and_the_others_nothing(context, settings):
    much, little = makers.issue("much"), makers.issue("little")
    operational(much, *range(60), error_message="x" * 30_000)
    operational(little, *range(5), error_message="x" * 30_000)
    forget(settings, thinning.forget_oversize, occurrences_max_mb=1)
    found = stored(OperationalIssue, OperationalIssue.created_at)
    assert 20 <= len(found[much.id]) <= 30
    assert (found[much.id][0], found[much.id][-1]) == (59, 0)
    assert len(found[little.id]) == 5
    assert forget(settings, thinning.forget_oversize, occurrences_max_mb=1) == []


def test_below_the_size_or_without_a_limit_all_stay(context, settings):
    operational(makers.issue(), *range(3))
    for megabytes in (0, 100):
        assert forget(settings, thinning.forget_oversize, occurrences_max_mb=megabytes) == []


def test_to_find_nothing_costs_a_statement_a_table(context, settings):
    operational(makers.issue(), *range(3))
    with count_statements(context) as statements:
        forget(settings)
    assert len(statements) == 3
    assert db.session.scalar(select(func.count(OperationalIssue.id))) == 3
