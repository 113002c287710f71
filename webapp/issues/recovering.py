"""What the judge does to issues of itself: what is over is resolved, what lasts on is reopened."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.issues import steps
from webapp.issues.kinds import IssueStatus
from webapp.issues.lifecycle import Standing, Verb, lasts_on
from webapp.issues.models import RecurringIssue

ONE_BY_ONE = 10  # more than that at once are told in one sentence
MOST = 500


def recovered(issue_ids: Collection[int], now: datetime) -> int:
    """Resolve those of the issues of which nothing lasts any more; how many that were.

    An ignored one stays ignored, and a resolved one resolved. Flushes, never commits.
    """
    over = [
        issue
        for issue in (steps.locked(issue_ids) if issue_ids else [])
        if not issue.is_ongoing and steps.why_not(Verb.RECOVERED, issue) is None
    ]
    return _take(over, Verb.RECOVERED, now, ActivityType.ISSUE_RECOVERED, "Over")


def wake_what_lasts(now: datetime) -> int:
    """Reopen what was ignored for a time and has lasted beyond it; how many that were.

    What does not last waits until it comes again.
    """
    query = select(RecurringIssue.id).where(
        RecurringIssue.status == IssueStatus.IGNORED,
        RecurringIssue.merged_into_id.is_(None),
        RecurringIssue.is_ongoing,
        RecurringIssue.ignored_until_at <= now,
    )
    ids = db.session.scalars(query.order_by(RecurringIssue.id).limit(MOST)).all()
    found = [i for i in (steps.locked(ids) if ids else []) if lasts_on(Standing.of(i), now)]
    return _take(found, Verb.RETURNED, now, ActivityType.ISSUE_REOPENED, "It lasts on")


def _take(
    issues: Sequence[RecurringIssue], verb: Verb, now: datetime, type: ActivityType, what: str
) -> int:
    for issue in issues:
        steps.take(issue, verb, now)
    db.session.flush()
    if len(issues) > ONE_BY_ONE:
        message = f"{what}: {issues[0].title}, and {len(issues) - 1} more"
        activity.record(type, message, details={"recurring_issue_ids": [i.id for i in issues]})
        return len(issues)
    for issue in issues:
        details = {"recurring_issue_id": issue.id}
        activity.record(type, f"{what}: {issue.title}", details=details)
    return len(issues)
