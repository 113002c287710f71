"""From issues to alerts: what is open and bad enough is one, and what is settled is none.

A comparison and no message: it may be made twice, late, or by two at once, and comes to the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, or_, select

from webapp.alerts import actions, telling
from webapp.alerts.actions import Trouble
from webapp.alerts.models import Alert, AlertStatus, News, Notification, Route, Severity
from webapp.alerts.queries import OPEN
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueStatus
from webapp.issues.leases import lock_mark
from webapp.issues.models import RecurringIssue

MARK = "alerts"
OVERLAP = timedelta(seconds=10)  # a change may be committed that much later than it is dated
MOST = 500
SOURCES = {"fault": "fault", "overload": "overload", "operational": "operational issue"}


def raise_from_issues(now: datetime) -> int:
    """Compare what changed since the last look; how many alerts were raised or ended."""
    mark = lock_mark(MARK)
    since = clock.from_ms(mark.position) - OVERLAP
    changed = db.session.scalars(
        select(RecurringIssue)
        .where(RecurringIssue.updated_at >= since)
        .order_by(RecurringIssue.updated_at, RecurringIssue.id)
        .limit(MOST)
    ).all()
    done = compare(changed, now)
    if changed:
        newest = max(issue.updated_at for issue in changed)
        mark.position = max(mark.position, clock.to_ms(newest))
    return done


def sweep(now: datetime) -> int:
    """Compare all that is open, wherever the mark is: nothing that was missed stays missed."""
    alerts = select(Alert.recurring_issue_id).where(Alert.status.in_(OPEN))
    query = select(RecurringIssue).where(
        or_(RecurringIssue.status == IssueStatus.OPEN, RecurringIssue.id.in_(alerts))
    )
    newest_first = query.order_by(RecurringIssue.last_seen_at.desc(), RecurringIssue.id)
    return compare(db.session.scalars(newest_first.limit(MOST)).all(), now)


def compare(issues: Sequence[RecurringIssue], now: datetime) -> int:
    """Raise, bring up to date or end the alert of each issue; how many were raised or ended."""
    keys = {_key(issue): issue for issue in issues}
    found = db.session.scalars(select(Alert).where(Alert.open_key.in_(keys))).all()
    alerts = {alert.open_key: alert for alert in found}
    return sum(_settle(issue, alerts.get(key), now) for key, issue in keys.items())


def _settle(issue: RecurringIssue, alert: Alert | None, now: datetime) -> bool:
    if issue.status is IssueStatus.OPEN and issue.merged_into_id is None:
        if alert is not None:
            return _keep_up(alert, issue, now)
        if not _is_bad_enough(issue) or _is_dismissed(issue):
            return False
        return actions.raise_alert(trouble_of(issue), now)[1]
    if alert is None:
        return False
    if issue.status is IssueStatus.ACKNOWLEDGED and issue.merged_into_id is None:
        if alert.status is AlertStatus.ACTIVE:
            actions.acknowledge(alert, now, "The issue was acknowledged.")
        return False
    if issue.status is IssueStatus.IGNORED:
        actions.dismiss(alert, now, "The issue is ignored.")
    else:
        actions.resolve(alert, now, "The issue is resolved.")
    return True


def _keep_up(alert: Alert, issue: RecurringIssue, now: datetime) -> bool:
    """A severity that grew is told; one that fell, and other words, are not."""
    said = {"severity": issue.severity, "host": issue.host, "service": issue.service}
    if any(getattr(alert, name) != value for name, value in said.items()):
        actions.change(alert, said, now)
    return False


def _is_bad_enough(issue: RecurringIssue) -> bool:
    least = Severity(current_app.extensions["settings"].alert_from_severity)
    return issue.severity.rank >= least.rank


def _is_dismissed(issue: RecurringIssue) -> bool:
    """Whether somebody put the alert away since the issue is open, and it got no worse."""
    query = select(Alert).where(Alert.key == _key(issue)).order_by(Alert.created_at.desc()).limit(1)
    last = db.session.scalar(query)
    return (
        last is not None
        and last.status is AlertStatus.DISMISSED
        and last.status_since_at >= issue.status_since_at
        and last.severity.rank >= issue.severity.rank
    )


def trouble_of(issue: RecurringIssue) -> Trouble:
    """What an alert says of an issue."""
    return Trouble(
        key=_key(issue),
        title=issue.title,
        description=issue.message,
        severity=issue.severity,
        source=SOURCES[issue.kind.value],
        host=issue.host,
        service=issue.service,
        tags={"subject": issue.subject},
        recurring_issue_id=issue.id,
    )


def _key(issue: RecurringIssue) -> str:
    return f"issue:{issue.id}"


def wake(now: datetime) -> int:
    """Make alerts active again whose acknowledgement has run out; how many."""
    query = select(Alert).where(Alert.acknowledged_until_at <= now).limit(MOST)
    ended = db.session.scalars(query).all()
    for alert in ended:
        actions.unacknowledge(alert, now, "Nobody resolved it in the time that was set.")
    return len(ended)


def tell_late(now: datetime) -> int:
    """Tell active alerts of which nobody was told, now that a silence or an hour may be over."""
    told = select(Notification.id).where(Notification.alert_id == Alert.id).exists()
    query = select(Alert).where(Alert.status == AlertStatus.ACTIVE, ~told)
    waiting = db.session.scalars(query.order_by(Alert.id.desc()).limit(MOST)).all()
    return sum(
        telling.tell(alert, News.FIRING, now)
        for alert in waiting
        if telling.has_listener(alert, now)
    )


def repeat(now: datetime) -> int:
    """Tell again what is active and was told as long ago as its route says; how many alerts."""
    query = (
        select(Alert, func.max(Notification.created_at), func.min(Route.repeat_s))
        .join(Notification, Notification.alert_id == Alert.id)
        .join(Route, Route.id == Notification.route_id)
        .where(Alert.status == AlertStatus.ACTIVE, Route.repeat_s > 0)
        .group_by(Alert.id)
        .limit(MOST)
    )
    due = [
        alert
        for alert, told_at, repeat_s in db.session.execute(query).all()
        if told_at <= now - timedelta(seconds=repeat_s)
    ]
    for alert in due:
        alert.sequence += 1
        telling.tell(alert, News.REPEATED, now)
    return len(due)
