"""Occurrences become rows, counts and recurring issues."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.issues.occurring import NOW, fault, operational, overload
from tests.statements import count_statements
from webapp.activity.models import ActivityEvent
from webapp.core.db import db
from webapp.issues.digesting import digest
from webapp.issues.kinds import IssueStatus, Severity
from webapp.issues.models import (
    AffectedName,
    Fault,
    IssueFingerprint,
    IssueHour,
    IssueTransition,
    OperationalIssue,
    Overload,
    RecurringIssue,
)
from webapp.issues.occurrences import SENT

A_WHILE = timedelta(minutes=5)


def the_issue() -> RecurringIssue:
    db.session.expire_all()
    return db.session.scalars(select(RecurringIssue)).one()


def number_of(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_first_of_its_kind_makes_a_recurring_issue(context):
    [told] = digest([operational("no answer", host="web1", service="shop", person="eva")], NOW)
    issue = the_issue()
    assert told.recurring_issue_id == issue.id
    assert (told.is_new, told.is_regressed) == (True, False)
    assert (issue.subject, issue.message) == ("import_orders", "no answer")
    assert (issue.status, issue.occurrences) == (IssueStatus.OPEN, 1)
    assert (issue.first_seen_at, issue.last_seen_at) == (NOW, NOW)
    assert (issue.host, issue.service) == ("web1", "shop")
    row = db.session.get(OperationalIssue, told.occurrence_id)
    assert row is not None
    assert (row.task, row.error_message, row.person) == ("import_orders", "no answer", "eva")
    assert row.recurring_issue_id == issue.id


def test_the_same_trouble_is_one_issue_with_a_count(context):
    first = digest([operational("no answer")], NOW)
    more = digest([operational("no answer", at=NOW + A_WHILE)] * 3, NOW + A_WHILE)
    issue = the_issue()
    assert {each.recurring_issue_id for each in first + more} == {issue.id}
    assert not any(each.is_new for each in more)
    assert issue.occurrences == number_of(OperationalIssue) == 4
    assert (issue.first_seen_at, issue.last_seen_at) == (NOW, NOW + A_WHILE)
    fingerprint = db.session.scalars(select(IssueFingerprint)).one()
    assert (fingerprint.occurrences, fingerprint.last_seen_at) == (4, NOW + A_WHILE)


def test_each_kind_has_a_table_and_the_answers_keep_their_order(context):
    told = digest([overload(), operational(), fault(), overload("memory")], NOW)
    assert [each.kind.value for each in told] == ["overload", "operational", "fault", "overload"]
    assert all(each.is_new and each.occurrence_id for each in told)
    assert number_of(RecurringIssue) == 4
    row = db.session.get(Overload, told[3].occurrence_id)
    assert row is not None
    assert (row.component_name, row.value, row.peak_value, row.unit) == (
        "memory", 97.0, 97.0, "percent",
    )  # fmt: skip
    assert row.peak_at == NOW
    code = db.session.get(Fault, told[2].occurrence_id)
    assert code is not None
    assert (code.error_code, code.description) == ("WEBSITE_DOWN", "It does not answer.")


def test_counts_by_hour_and_the_names_it_touched_are_exact(context):
    earlier = NOW - timedelta(hours=2)
    digest([operational(host="web1"), operational(host="web2"), operational(at=earlier)], NOW)
    digest([operational(host="web2", person="eva")], NOW)
    hours = db.session.execute(select(IssueHour.hour_at, IssueHour.count)).all()
    assert sorted(tuple(each) for each in hours) == [
        (earlier.replace(minute=0), 1),
        (NOW.replace(minute=0), 3),
    ]
    names = db.session.execute(select(AffectedName.what, AffectedName.name, AffectedName.count))
    assert sorted(tuple(each) for each in names) == [
        ("host", "web1", 1), ("host", "web2", 2), ("person", "eva", 1),
    ]  # fmt: skip


def test_what_was_raised_for_a_fact_is_raised_once(context):
    [first] = digest([fault(origin="downtime:12", is_ongoing=True)], NOW)
    again = digest([fault(origin="downtime:12"), fault(origin="downtime:13")], NOW)
    assert again[0].occurrence_id == first.occurrence_id
    assert not again[0].is_new
    assert again[1].occurrence_id != first.occurrence_id
    assert the_issue().occurrences == number_of(Fault) == 2


def test_of_two_with_one_origin_in_a_batch_the_first_counts(context):
    told = digest([fault(origin="downtime:12"), fault(origin="downtime:12")], NOW)
    assert told[0].occurrence_id == told[1].occurrence_id
    assert [each.is_new for each in told] == [True, False]
    assert the_issue().occurrences == 1


def test_a_storm_is_counted_exactly_and_kept_in_part(context):
    for _ in range(10):
        told = digest([operational(f"no answer from {n}") for n in range(200)], NOW)
    assert the_issue().occurrences == 2000
    assert db.session.scalar(select(func.sum(IssueHour.count))) == 2000
    kept = number_of(OperationalIssue)
    assert 300 <= kept <= 400
    assert any(each.occurrence_id is None for each in told)


def test_all_are_kept_of_what_was_sent_one_by_one(context):
    for _ in range(3):
        digest([operational()] * 100, NOW, keeps_all=True)
    assert number_of(OperationalIssue) == 300


def test_what_lasts_and_what_has_an_origin_is_kept_in_a_storm_too(context):
    digest([fault()] * 201, NOW)
    [lasting, named] = digest([fault(is_ongoing=True), fault(origin="downtime:1")], NOW)
    assert lasting.occurrence_id
    assert named.occurrence_id
    assert the_issue().is_ongoing


def test_what_a_sender_named_is_counted_once_and_sampled_like_the_rest(context):
    named = [operational(origin=f"{SENT}{number}") for number in range(1000)]
    first = digest(named, NOW)
    again = digest(named, NOW)
    assert [each.occurrence_id for each in again] == [each.occurrence_id for each in first]
    assert the_issue().occurrences == 1000
    assert 100 <= number_of(OperationalIssue) < 400


def test_a_resolved_one_that_returns_is_regressed_and_kept(context):
    digest([operational()] * 201, NOW)
    set_status(IssueStatus.RESOLVED)
    [told, second] = digest([operational(at=NOW + A_WHILE)] * 2, NOW + A_WHILE)
    issue = the_issue()
    assert (told.is_regressed, told.is_new, second.is_regressed) == (True, False, False)
    assert told.occurrence_id is not None
    assert (issue.status, issue.is_regressed, issue.regressions) == (IssueStatus.OPEN, True, 1)
    step = db.session.scalars(select(IssueTransition)).one()
    assert (step.verb, step.from_status, step.to_status, step.by) == (
        "returned", IssueStatus.RESOLVED, IssueStatus.OPEN, None,
    )  # fmt: skip


def set_status(status: IssueStatus, **fields) -> None:
    issue = the_issue()
    issue.status, issue.status_since_at = status, NOW
    for name, value in fields.items():
        setattr(issue, name, value)
    db.session.flush()


def test_an_ignored_one_is_counted_and_stays_ignored(context):
    digest([operational()], NOW)
    set_status(IssueStatus.IGNORED, ignored_until_count=5)
    digest([operational()], NOW)
    assert (the_issue().status, the_issue().occurrences) == (IssueStatus.IGNORED, 2)
    digest([operational()] * 3, NOW)
    assert (the_issue().status, the_issue().is_regressed) == (IssueStatus.OPEN, False)


def test_one_ignored_until_it_grows_is_counted_by_the_hour(context):
    digest([operational()], NOW)
    set_status(IssueStatus.IGNORED, ignored_hourly=1.0)
    digest([operational()], NOW)
    assert the_issue().status is IssueStatus.IGNORED
    digest([operational()] * 30, NOW)
    assert the_issue().status is IssueStatus.OPEN


def test_what_is_told_late_changes_no_last_message(context):
    digest([operational("timed out after 30 s", host="web1")], NOW)
    digest([operational("timed out after 20 s", host="web2", at=NOW - A_WHILE)], NOW)
    issue = the_issue()
    assert (issue.message, issue.host) == ("timed out after 30 s", "web1")
    assert (issue.first_seen_at, issue.last_seen_at) == (NOW - A_WHILE, NOW)


def test_the_severity_is_the_worst_that_is_current(context):
    digest([fault(severity=Severity.CRITICAL)], NOW)
    digest([fault(severity=Severity.INFO)], NOW)
    assert the_issue().severity is Severity.CRITICAL
    later = NOW + timedelta(days=3)
    digest([fault(severity=Severity.INFO, at=later)], later)
    assert the_issue().severity is Severity.INFO


def test_secrets_are_taken_out_before_anything_is_stored(context):
    context_ = {"login": {"password": "hunter2"}}
    digest([operational("failed", context=context_)], NOW)
    row = db.session.scalars(select(OperationalIssue)).one()
    assert "hunter2" not in str(row.context)


def test_what_opens_and_what_returns_is_in_the_diary_and_nothing_else(context):
    digest([operational()] * 5, NOW)
    set_status(IssueStatus.RESOLVED)
    digest([operational(at=NOW + A_WHILE)] * 5, NOW + A_WHILE)
    types = db.session.scalars(select(ActivityEvent.type).order_by(ActivityEvent.id)).all()
    assert types == ["issue_opened", "issue_regressed"]


def test_many_that_open_at_once_are_one_entry_in_the_diary(context):
    digest([fault(f"CODE_{chr(65 + n)}") for n in range(20)], NOW)
    event = db.session.scalars(select(ActivityEvent)).one()
    assert event.message.endswith("and 19 more.")


@pytest.mark.parametrize("count", [1, 300])
def test_a_batch_costs_as_many_statements_as_one_occurrence(context, count):
    digest([operational()], NOW)
    batch = [operational("no answer", host=f"web{n % 9}") for n in range(count)]
    with count_statements(context) as statements:
        digest(batch, NOW)
    # rules, belonging, fingerprints, locks, hours, names, counts of fingerprints and issues, rows
    assert len(statements) <= 10, "\n".join(each[:80] for each in statements)


def test_a_former_fingerprint_leads_to_the_issue_it_led_to(context, monkeypatch):
    from webapp.issues import preparing
    from webapp.issues.fingerprints import Keys

    digest([operational()], NOW)
    old = preparing.prepare([operational()])[0].keys.current
    new = replace(old, version=2, fingerprint="f" * 64)
    monkeypatch.setattr(
        preparing.fingerprints, "keys_of", lambda occurrence, rules: Keys(new, (old,))
    )
    [told] = digest([operational()], NOW)
    assert not told.is_new
    assert the_issue().occurrences == 2
    assert number_of(IssueFingerprint) == 2
