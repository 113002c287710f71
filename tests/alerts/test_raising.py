"""From issues to alerts."""

from dataclasses import replace

import pytest

from tests.alerts.makers import HOUR, MINUTE, NOW, SECOND, channel, issue, route
from tests.statements import count_statements
from webapp.alerts import actions, queries, raising
from webapp.alerts.models import AlertStatus, Severity
from webapp.alerts.queries import AlertFilters
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues.kinds import IssueStatus


def found():
    rows, _ = queries.alerts(AlertFilters(), 1, 50)
    return rows


def look(now=NOW):
    done, _ = raising.raise_from_issues(now)
    db.session.commit()
    return done


@pytest.fixture(autouse=True)
def team(context):
    route(channel())
    db.session.commit()


def test_an_open_issue_that_is_bad_enough_becomes_an_alert_once(context):
    made = issue()
    assert [look(), look()] == [1, 0]
    (alert,) = found()
    assert (alert.title, alert.description) == (made.title, made.message)
    assert (alert.severity, alert.source, alert.recurring_issue_id) == (
        Severity.CRITICAL,
        "fault",
        made.id,
    )


def test_an_issue_that_is_not_bad_enough_becomes_none(context, monkeypatch):
    issue(severity=Severity.WARNING)
    strict = replace(context.extensions["settings"], alert_from_severity="error")
    monkeypatch.setitem(context.extensions, "settings", strict)
    assert look() == 0
    assert found() == []


ENDS = [
    (IssueStatus.RESOLVED, AlertStatus.RESOLVED),
    (IssueStatus.IGNORED, AlertStatus.DISMISSED),
    (IssueStatus.ACKNOWLEDGED, AlertStatus.ACKNOWLEDGED),
]


@pytest.mark.parametrize(("status", "expected"), ENDS)
def test_what_people_do_with_the_issue_is_done_with_its_alert(context, status, expected):
    made = issue()
    look()
    made.status, made.updated_at = status, NOW + MINUTE
    db.session.commit()
    look(NOW + MINUTE)
    assert [alert.status for alert in found()] == [expected]


@pytest.mark.parametrize("status", [s for s in IssueStatus if s is not IssueStatus.OPEN])
def test_an_issue_that_is_not_open_raises_nothing(context, status):
    issue(status=status)
    assert look() == 0
    assert found() == []


def test_one_that_comes_back_is_another_alert(context):
    made = issue()
    look()
    for minute, status in ((1, IssueStatus.RESOLVED), (2, IssueStatus.OPEN)):
        made.status, made.updated_at = status, NOW + minute * MINUTE
        db.session.commit()
        look(NOW + minute * MINUTE)
    assert [alert.status.value for alert in found()] == ["active", "resolved"]


def test_a_change_that_was_committed_late_is_still_seen(context):
    issue(updated_at=NOW)
    look()
    issue(subject="B", updated_at=NOW - 9 * SECOND)
    assert look() == 1


def test_the_sweep_finds_what_the_mark_went_past(context):
    issue(updated_at=NOW)
    look()
    made = issue(subject="B", updated_at=NOW - HOUR)
    assert look() == 0
    assert raising.sweep(NOW) == 1
    made.status, made.updated_at = IssueStatus.RESOLVED, NOW - HOUR
    db.session.commit()
    assert raising.sweep(NOW) == 1
    assert raising.sweep(NOW) == 0


def test_more_than_fits_one_look_is_raised_by_those_that_follow(context, monkeypatch):
    monkeypatch.setattr(raising, "PART", 3)
    for number in range(8):
        issue(subject=str(number))
    looks = []
    for _ in range(4):
        looks.append(raising.raise_from_issues(NOW))
        db.session.commit()
    assert looks[:3] == [(3, True), (3, True), (2, False)]
    assert looks[3] == (0, True)  # the last seconds are looked at again
    assert len(found()) == 8


def test_the_sweep_comes_to_everything_in_turn(context, monkeypatch):
    monkeypatch.setattr(raising, "MOST", 3)
    for number in range(8):
        issue(subject=str(number))
    assert [raising.sweep(NOW) for _ in range(4)] == [3, 3, 2, 0]


def test_what_nobody_acknowledges_is_told_again_as_its_route_says(context):
    quiet = issue(subject="quiet")
    issue(subject="loud")
    look()
    actions.acknowledge(next(a for a in found() if a.recurring_issue_id == quiet.id), NOW)
    db.session.commit()
    assert raising.repeat(NOW + 4 * HOUR - SECOND) == 0
    assert raising.repeat(NOW + 4 * HOUR) == 1
    assert raising.repeat(NOW + 4 * HOUR) == 0
    assert raising.repeat(NOW + 8 * HOUR) == 1


def test_a_look_without_news_costs_few_statements(context):
    for number in range(20):
        issue(subject=str(number))
    look()
    with count_statements(context) as statements:
        raising.raise_from_issues(NOW)
    assert len(statements) <= 4, statements


def test_a_dismissed_alert_does_not_come_back_until_the_issue_is_worse_or_opens_again(context):
    made = issue(severity=Severity.ERROR, status_since_at=NOW)
    look()
    actions.dismiss(found()[0], NOW + MINUTE)
    made.updated_at = NOW + 2 * MINUTE
    db.session.commit()
    assert look(NOW + 2 * MINUTE) == 0
    made.severity, made.updated_at = Severity.CRITICAL, NOW + 3 * MINUTE
    db.session.commit()
    assert look(NOW + 3 * MINUTE) == 1
    actions.dismiss(found()[0], NOW + 4 * MINUTE)
    made.status_since_at = made.updated_at = NOW + 5 * MINUTE
    db.session.commit()
    assert look(NOW + 5 * MINUTE) == 1


class TestCarriedOver:
    """What people do with the alert is done with its issue."""

    def test_acknowledged_taken_back_and_resolved(self, context):
        made = issue()
        look()
        (alert,) = found()
        for verb, status in (
            (actions.acknowledge, IssueStatus.ACKNOWLEDGED),
            (actions.unacknowledge, IssueStatus.OPEN),
            (actions.resolve, IssueStatus.RESOLVED),
        ):
            verb(alert, clock.now(), "By hand")
            db.session.commit()
            assert made.status is status
            look(clock.now())
        assert [alert.status for alert in found()] == [AlertStatus.RESOLVED]

    def test_what_still_lasts_is_not_resolved(self, context):
        made = issue(is_ongoing=True)
        look()
        (alert,) = found()
        with pytest.raises(Problem, match="still lasts"):
            actions.resolve(alert, NOW + MINUTE)
        db.session.rollback()
        assert (alert.status, made.status) == (AlertStatus.ACTIVE, IssueStatus.OPEN)
