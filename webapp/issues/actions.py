"""What people do with one recurring issue: each verb locks it, and leaves a row and a diary entry.

Refusals are problems with a sentence. The row that a verb gives back can be undone by its id.
"""

from datetime import datetime, timedelta
from typing import Any

from webapp.accounts.models import User, UserStatus
from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.issues import queries, steps
from webapp.issues.lifecycle import Verb
from webapp.issues.models import IssueTransition, RecurringIssue

LONGEST_IGNORED = timedelta(days=3660)
MOST_MORE = 10**9
USUAL_DAYS = 7
ASSIGN = "assign"
DONE = {
    Verb.ACKNOWLEDGE.value: (ActivityType.ISSUE_ACKNOWLEDGED, "acknowledged"),
    Verb.UNACKNOWLEDGE.value: (ActivityType.ISSUE_REOPENED, "no longer acknowledged"),
    Verb.RESOLVE.value: (ActivityType.ISSUE_RESOLVED, "resolved"),
    Verb.REOPEN.value: (ActivityType.ISSUE_REOPENED, "reopened"),
    Verb.IGNORE.value: (ActivityType.ISSUE_IGNORED, "ignored"),
    ASSIGN: (ActivityType.ISSUE_ASSIGNED, "assigned"),
}


def acknowledge(issue: RecurringIssue, now: datetime, note: str | None = None) -> IssueTransition:
    """Somebody has seen an open one and looks after it."""
    return _done(issue, Verb.ACKNOWLEDGE, now, note)


def unacknowledge(issue: RecurringIssue, now: datetime, note: str | None = None) -> IssueTransition:
    """Nobody looks after it any more: it is open again."""
    return _done(issue, Verb.UNACKNOWLEDGE, now, note)


def resolve(issue: RecurringIssue, now: datetime, note: str | None = None) -> IssueTransition:
    """It is settled; when it comes again, it is open and regressed. Refused while it lasts."""
    return _done(issue, Verb.RESOLVE, now, note)


def reopen(issue: RecurringIssue, now: datetime, note: str | None = None) -> IssueTransition:
    """A resolved or ignored one waits for somebody again."""
    return _done(issue, Verb.REOPEN, now, note)


def ignore(
    issue: RecurringIssue,
    now: datetime,
    until_at: datetime | None = None,
    more: int | None = None,
    until_grows: bool = False,
    note: str | None = None,
) -> IssueTransition:
    """Leave it alone for good, until a moment, until `more` came or until it grows.

    Of several conditions the first counts. Growing is to come clearly more often in an hour than
    in the busiest hour of the last seven days, or to become worse.
    """
    until = ignored(steps.lock(issue), now, until_at=until_at, more=more, until_grows=until_grows)
    return _done(issue, Verb.IGNORE, now, note, **until)


def assign(issue: RecurringIssue, user_id: int | None, now: datetime) -> IssueTransition:
    """Say who sees to it; None for nobody."""
    who = assignable(user_id)
    steps.lock(issue)
    return tell(given_to(issue, who, now), issue)


def ignored(
    issue: RecurringIssue,
    now: datetime,
    *,
    until_at: datetime | None = None,
    more: int | None = None,
    until_grows: bool = False,
) -> dict[str, Any]:
    """The columns that say until when a locked issue is ignored; what makes no sense is refused."""
    if until_at is not None and not now < until_at <= now + LONGEST_IGNORED:
        raise invalid(FieldError("until_at", "Give a moment to come, within ten years."))
    if more is not None and not 1 <= more <= MOST_MORE:
        raise invalid(FieldError("more", f"Give a number from 1 to {MOST_MORE}."))
    return {
        "ignored_until_at": until_at,
        "ignored_until_count": None if more is None else issue.occurrences + more,
        "ignored_hourly": _busiest_hour(issue, now) if until_grows else None,
    }


def assignable(user_id: int | None) -> User | None:
    """The person of that id who may be given an issue; refused where there is no such one."""
    if user_id is None:
        return None
    user = db.session.get(User, user_id) if 0 < user_id < 2**31 else None
    if user is None or user.status is not UserStatus.APPROVED:
        raise invalid(FieldError("user_id", "There is nobody of that id who may sign in."))
    return user


def given_to(issue: RecurringIssue, who: User | None, now: datetime) -> IssueTransition:
    """A locked issue is put into somebody's hands; the diary is left to the caller."""
    before = issue.assignee_id
    issue.assignee_id = who.id if who else None
    details = {"before": {"assignee_id": before}, "after": {"assignee_id": issue.assignee_id}}
    note = f"To {who.email}" if who else "To nobody"
    return steps.written(issue, ASSIGN, now, note=note, details=details)


def tell(transition: IssueTransition, issue: RecurringIssue) -> IssueTransition:
    """Write down in the diary what was done to one issue; flushes."""
    db.session.flush()
    type, done = DONE[transition.verb]
    details: dict[str, Any] = {"recurring_issue_id": issue.id, "transition_id": transition.id}
    if transition.note:
        details["note"] = transition.note
    activity.record(type, f"Issue {done}: {issue.title}", details=details)
    return transition


def checked_note(note: str | None) -> str | None:
    """A note as it is kept; refused where it is too long."""
    note = (note or "").strip()
    if len(note) > steps.LONGEST_NOTE:
        raise invalid(FieldError("note", f"It has at most {steps.LONGEST_NOTE} characters."))
    return note or None


def _done(
    issue: RecurringIssue, verb: Verb, now: datetime, note: str | None, **until: Any
) -> IssueTransition:
    note = checked_note(note)
    steps.lock(issue)
    if sentence := steps.why_not(verb, issue):
        raise Problem(409, sentence)
    return tell(steps.take(issue, verb, now, note, **until), issue)


def _busiest_hour(issue: RecurringIssue, now: datetime) -> float:
    since = now - timedelta(days=USUAL_DAYS)
    return max(queries.hours_of([issue.id], since)[issue.id].values(), default=0)
