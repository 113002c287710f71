"""From issues to alerts: what is open and bad enough is one, and what is settled is none.

A comparison and no message: it may be made twice, late, or by two at once, and comes to the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, or_, select, tuple_

from webapp.alerts import actions, telling
from webapp.alerts.actions import Trouble
from webapp.alerts.models import Alert, AlertStatus, News, Notification, Route, Severity
from webapp.alerts.queries import OPEN
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueStatus
from webapp.issues.leases import lock_mark
from webapp.issues.models import RecurringIssue

MARK, SWEEP_MARK = "alerts", "alerts swept"
OVERLAP = timedelta(seconds=10)  # a change may be committed that much later than it is dated
PART = 50  # issues in one transaction, which holds SQLite's write lock for some tenths of a second
MOST = 500
SOURCES = {"fault": "fault", "overload": "overload", "operational": "operational issue"}


def raise_from_issues(now: datetime) -> tuple[int, bool]:
    """Compare the next part of what changed; how many alerts were raised or ended, if more waits.

    With the last part the mark goes back a little: what is committed late is seen by a later look.
    """
    mark = lock_mark(MARK)
    at, last_id = _place(mark.details)
    place = tuple_(RecurringIssue.updated_at, RecurringIssue.id)
    changed = db.session.scalars(
        select(RecurringIssue)
        .where(place > (at, last_id))
        .order_by(RecurringIssue.updated_at, RecurringIssue.id)
        .limit(PART)
    ).all()
    done = compare(changed, now)
    is_full = len(changed) == PART
    if changed:
        newest = changed[-1]
        at, last_id = (
            (newest.updated_at, newest.id) if is_full else (newest.updated_at - OVERLAP, 0)
        )
        mark.details = (mark.details or {}) | {"at": at.isoformat(), "id": last_id}
    return done, is_full


def _place(details: dict[str, Any] | None) -> tuple[datetime, int]:
    """After which change the next look begins."""
    kept = details or {}
    return datetime.fromisoformat(kept["at"]) if "at" in kept else clock.EPOCH, kept.get("id", 0)


def sweep(now: datetime) -> int:
    """Compare a part of what is open, all in turn: nothing that was missed stays missed."""
    mark = lock_mark(SWEEP_MARK)
    alerts = select(Alert.recurring_issue_id).where(Alert.status.in_(OPEN))
    query = select(RecurringIssue).where(
        or_(RecurringIssue.status == IssueStatus.OPEN, RecurringIssue.id.in_(alerts)),
        RecurringIssue.id > mark.position,
    )
    found = db.session.scalars(query.order_by(RecurringIssue.id).limit(MOST)).all()
    mark.position = found[-1].id if len(found) == MOST else 0
    return compare(found, now)


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
    has_listener = telling.listening(now) if waiting else None
    heard = [alert for alert in waiting if has_listener and has_listener(alert)]
    return sum(telling.tell(alert, News.FIRING, now) for alert in heard)


def repeat(now: datetime) -> int:
    """Tell again what is active and was told as long ago as its route says; how many alerts."""
    routes = db.session.scalars(select(Route).where(Route.repeat_s > 0)).all()
    return sum(_repeat(route, now) for route in routes)


def _repeat(route: Route, now: datetime) -> int:
    query = (
        select(Alert)
        .join(Notification, Notification.alert_id == Alert.id)
        .where(Alert.status == AlertStatus.ACTIVE, Notification.route_id == route.id)
        .group_by(Alert.id)
        .having(func.max(Notification.created_at) <= now - timedelta(seconds=route.repeat_s))
        .order_by(Alert.id)
        .limit(MOST)
    )
    due = db.session.scalars(query).all()
    for alert in due:
        alert.sequence += 1
        telling.tell(alert, News.REPEATED, now)
    return len(due)
