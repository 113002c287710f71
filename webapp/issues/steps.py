"""Take recurring issues from one status to another, with a row for each step.

What is needed to take a step back is kept with it: what the columns of the standing were before
and after.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.core import access, nudges
from webapp.core.db import begin_to_write, db
from webapp.core.problems import Problem
from webapp.issues.lifecycle import Standing, Verb, refusal, stepped
from webapp.issues.models import IssueTransition, RecurringIssue

MOMENTS = ("status_since_at", "ignored_until_at", "first_seen_at", "last_seen_at")
STEPPED = (
    "status", "status_since_at", "is_regressed", "ignored_until_at", "ignored_until_count",
    "ignored_hourly",
)  # fmt: skip
LONGEST_NOTE = 2000
BELL = "issues"  # rings when one opens, or a step is taken with one
Details = dict[str, Any]


def locked(ids: Collection[int]) -> Sequence[RecurringIssue]:
    """The issues of those ids that exist, as they are now; nobody changes them until we commit."""
    begin_to_write()
    query = select(RecurringIssue).where(RecurringIssue.id.in_(ids)).order_by(RecurringIssue.id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).all()


def why_not(verb: Verb, issue: RecurringIssue) -> str | None:
    """Why this cannot be done to the issue, None where it can."""
    return merged_away(issue) or refusal(verb, Standing.of(issue))


def merged_away(issue: RecurringIssue) -> str | None:
    """Where an issue went that was merged into another: nothing is done to such a one."""
    if issue.merged_into_id is None:
        return None
    return f"It was merged into issue {issue.merged_into_id}."


def lock(issue: RecurringIssue) -> RecurringIssue:
    """The issue as it is now, for a verb; 409 where it was merged away, 404 where it is gone."""
    if not locked([issue.id]):
        raise Problem(404, "There is no such issue any more.")
    if sentence := merged_away(issue):
        raise Problem(409, sentence)
    return issue


def take(
    issue: RecurringIssue, verb: Verb, now: datetime, note: str | None = None, **ignored: Any
) -> IssueTransition:
    """Do what is legal to a locked issue; `ignored` is until when, where it is to be ignored."""
    before, status = snapshot(issue, STEPPED), issue.status
    standing = stepped(verb, Standing.of(issue), now)
    for name in STEPPED:
        setattr(issue, name, getattr(standing, name))
    for name, value in ignored.items():
        setattr(issue, name, value)
    details = {"before": before, "after": snapshot(issue, STEPPED)}
    return written(issue, verb.value, now, from_status=status, note=note, details=details)


def written(
    issue: RecurringIssue, verb: str, now: datetime, *, details: Details, **fields: Any
) -> IssueTransition:
    """The row of something that was done to an issue, whose pages show it as changed."""
    touch(issue, now)
    row = IssueTransition(
        recurring_issue_id=issue.id, at=now, verb=verb, to_status=issue.status,
        by=access.email(), details=details,
        **{"from_status": issue.status} | fields,
    )  # fmt: skip
    db.session.add(row)
    return row


def touch(issue: RecurringIssue, now: datetime) -> None:
    """Let pages that show the issue see that it changed, and wake who tells of it."""
    issue.version += 1
    issue.updated_at = now
    nudges.ring_after_commit(BELL)


def snapshot(issue: RecurringIssue, names: Collection[str]) -> Details:
    """Some columns of an issue, as JSON keeps them."""
    return {name: _kept(getattr(issue, name)) for name in names}


def differs(issue: RecurringIssue, kept: Details) -> bool:
    """Whether the issue is no longer as the snapshot has it."""
    return any(_kept(getattr(issue, name)) != value for name, value in kept.items())


def restore(issue: RecurringIssue, kept: Details) -> None:
    """Put the columns back as the snapshot has them."""
    for name, value in kept.items():
        is_moment = name in MOMENTS and value is not None
        setattr(issue, name, datetime.fromisoformat(value) if is_moment else _typed(name, value))


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return getattr(value, "value", value)


def _typed(name: str, value: Any) -> Any:
    enum = getattr(RecurringIssue.__table__.c[name].type, "enum_class", None)
    return enum(value) if enum is not None else value
