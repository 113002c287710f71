"""What is old goes in batches; the first, the last and the counts of an issue stay."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from tests.issues import makers
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import forgetting
from webapp.issues.kinds import IssueKind, IssueStatus
from webapp.issues.models import (
    AffectedName,
    Fault,
    IssueComment,
    IssueFingerprint,
    IssueHour,
    OperationalIssue,
    ReceivedOccurrence,
    RecurringIssue,
)
from webapp.metrics.models import MetricNews

NOW = clock.now()
DAY = 24 * 60


def ago(days):
    return NOW - timedelta(days=days)


def forget(name, settings, **changes):
    return list(forgetting.FORGETTINGS[name](replace(settings, **changes), NOW))


def count(column):
    return db.session.scalar(select(func.count(column)))


def resolved(title, days, **fields):
    moments = {"first_seen_at": ago(days + 1), "last_seen_at": ago(days)}
    fields = {"status": IssueStatus.RESOLVED, "status_since_at": ago(days)} | fields
    return makers.issue(title, **moments | fields)


def test_resolved_issues_go_with_all_that_is_theirs_a_batch_at_a_time(
    context, settings, monkeypatch
):
    monkeypatch.setattr(forgetting, "BATCH", 2)
    old, young = resolved("old", 200), resolved("young", 100)
    for issue in (old, young):
        for number in range(3):
            makers.operational(issue, created_at=issue.last_seen_at)
            makers.hour(issue, number, 1)
            makers.affected(issue, "host", f"web-{number}")
        db.session.add(IssueComment(recurring_issue_id=issue.id, body="known"))
    db.session.flush()
    assert forget("recurring_issues", settings, resolved_issues_days=180) == [2, 1, 2, 1, 2, 1, 1]
    assert db.session.scalars(select(RecurringIssue.title)).all() == ["young"]
    kept = (OperationalIssue.id, IssueHour.count, AffectedName.name, IssueComment.id)
    assert [count(column) for column in kept] == [3, 3, 3, 1]
    assert count(IssueFingerprint.id) == 1


def test_what_is_not_long_resolved_stays(context, settings):
    for fields in (
        {"status": IssueStatus.OPEN},
        {"status": IssueStatus.ACKNOWLEDGED},
        {"status": IssueStatus.IGNORED},
        {"is_ongoing": True},
        {"last_seen_at": ago(1)},
        {"status_since_at": ago(1)},
    ):
        resolved("stays", 400, **fields)
    assert forget("recurring_issues", settings) == []


def test_what_was_merged_goes_with_what_it_was_merged_into_and_not_before(context, settings):
    target = resolved("target", 100)
    merged = resolved("merged", 400, merged_into_id=target.id)
    makers.operational(merged, created_at=ago(400))
    assert forget("recurring_issues", settings, resolved_issues_days=180) == []
    assert sum(forget("recurring_issues", settings, resolved_issues_days=90)) == 2
    assert count(RecurringIssue.id) == count(OperationalIssue.id) == 0


def test_old_occurrences_go_but_for_the_first_and_the_last_of_each_issue(
    context, settings, monkeypatch
):
    monkeypatch.setattr(forgetting, "BATCH", 2)
    quiet, busy = makers.issue("quiet"), makers.issue("busy")
    for issue, days in ((quiet, (99, 98, 97, 96, 95)), (busy, (99, 98, 97, 96, 1))):
        for day in days:
            makers.operational(issue, created_at=ago(day))
    makers.operational(makers.issue("once"), created_at=ago(300))
    assert forget("operational_issues", settings, occurrences_days=90) == [2, 2, 2]
    query = select(OperationalIssue.recurring_issue_id, OperationalIssue.created_at)
    left = {(issue, round((NOW - at).total_seconds() / 86_400)) for issue, at in
            db.session.execute(query)}  # fmt: skip
    assert {(quiet.id, 99), (quiet.id, 95), (busy.id, 99), (busy.id, 1)} <= left
    assert len(left) == 5
    assert forget("operational_issues", settings, occurrences_days=90) == []


def test_of_those_that_came_at_the_same_moment_two_stay(context, settings):
    issue = makers.issue()
    for _ in range(4):
        makers.operational(issue, created_at=ago(99))
    assert forget("operational_issues", settings) == [2]


def test_a_fault_that_lasts_stays_however_old(context, settings):
    issue = makers.issue(kind=IssueKind.FAULT, subject="WEBSITE_DOWN")
    for number, lasts in enumerate((False, False, True, False)):
        makers.fault(issue, timestamp=ago(200 - number), is_ongoing=lasts)
    assert forget("faults", settings) == [1]
    assert db.session.scalars(select(Fault.is_ongoing).order_by(Fault.id)).all() == [
        False, True, False,
    ]  # fmt: skip


def test_hours_go_after_400_days_and_their_issue_keeps_its_count(context, settings):
    issue = makers.issue(occurrences=42)
    for days in (1, 399, 401, 500):
        makers.hour(issue, days * 24)
    assert forget("issue_hours", settings, issue_hours_days=400) == [2]
    assert count(IssueHour.hour_at) == 2
    assert db.session.get_one(RecurringIssue, issue.id, populate_existing=True).occurrences == 42


def test_refused_ones_go_after_a_while_and_those_not_digested_yet_never(context, settings):
    for body, refused_at in ((b"a", ago(31)), (b"b", ago(29)), (b"c", None)):
        row = ReceivedOccurrence(body=body, refused_at=refused_at, received_at=ago(400))
        db.session.add(row)
    db.session.flush()
    assert forget("received_occurrences", settings) == [1]
    assert set(db.session.scalars(select(ReceivedOccurrence.body))) == {b"b", b"c"}


def test_news_that_no_judge_reads_go_after_an_hour(context, settings):
    for minutes in (90, 61, 59, 0):
        recorded_at = NOW - timedelta(minutes=minutes)
        db.session.add(MetricNews(data=b"x", recorded_at=recorded_at))
        db.session.flush()
    assert forget("metric_news", settings) == [2]
    assert count(MetricNews.id) == 2
