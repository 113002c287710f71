"""Put together what is one trouble, and take apart what is several: for what comes, too.

A fingerprint belongs to one issue, and what comes with it follows: so a merge and a split are
remembered for ever. An issue that was merged into another keeps its row, as it was then, its
comments and its links.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.issues import belonging, moving, naming, occurrence_queries, steps
from webapp.issues.arrivals import current_severity
from webapp.issues.kinds import IssueStatus
from webapp.issues.many import chosen
from webapp.issues.models import IssueTransition, RecurringIssue

MERGE, MERGED_AWAY, SPLIT, SPLIT_OFF = "merge", "merged_away", "split", "split_off"
UNSETTLED = (IssueStatus.OPEN, IssueStatus.ACKNOWLEDGED)
COPIED = ("kind", "title", "subject", "status", "status_since_at", "is_regressed", "regressions",
          "ignored_until_at", "ignored_until_count", "ignored_hourly", "first_seen_at",
          "last_seen_at", "message", "severity", "host", "service")  # fmt: skip


def merge(target: RecurringIssue, other_ids: Collection[int], now: datetime) -> IssueTransition:
    """Put other issues into one, which keeps its title and status.

    A resolved one into which something unsettled is merged is open again. The row that is given
    back is what to undo.
    """
    belonging.changes()
    others = _others(target, other_ids)
    before = steps.snapshot(target, (*steps.STEPPED, *moving.LAST))
    status = target.status
    moved = moving.fingerprints_of([other.id for other in others])
    everything = [fingerprint_id for ids in moved.values() for fingerprint_id in ids]
    moving.move(target.kind, everything, list(moved), target.id)
    _take_over(target, others, now)
    for other in others:
        other.merged_into_id = target.id
        steps.written(other, MERGED_AWAY, now, details={"into": target.id})
    details = {
        "before": before,
        "after": steps.snapshot(target, steps.STEPPED),
        "issues": {str(issue_id): ids for issue_id, ids in moved.items()},
    }
    note = ", ".join(f"#{other.id} {other.title}" for other in others)[: steps.LONGEST_NOTE]
    row = steps.written(target, MERGE, now, from_status=status, note=note, details=details)
    what = "1 issue" if len(others) == 1 else f"{len(others)} issues"
    return _told(row, ActivityType.ISSUE_MERGED, f"{what} merged into: {target.title}")


def split(
    issue: RecurringIssue, fingerprint_ids: Collection[int], now: datetime
) -> IssueTransition:
    """Make an issue of its own of some fingerprints of one; its status is the same.

    The row that is given back is what to undo; `details["into"]` is the new issue's id.
    """
    belonging.changes()
    steps.lock(issue)
    return part(issue, _taken(issue, fingerprint_ids), now)


def part(
    issue: RecurringIssue, taken: Sequence[int], now: datetime, **details: Any
) -> IssueTransition:
    """Split off some, not all, of the fingerprints of a locked issue."""
    before = steps.snapshot(issue, moving.LAST)
    new = RecurringIssue(
        **{name: getattr(issue, name) for name in COPIED}, created_at=now, updated_at=now
    )
    db.session.add(new)
    db.session.flush()
    moving.move(issue.kind, taken, [issue.id], new.id)
    moving.sum_up([issue, new])
    moving.show_newest(issue)
    moving.show_newest(new)
    if (newest := occurrence_queries.newest(new)) is not None:
        new.title = naming.title_of(newest)
    steps.written(new, SPLIT_OFF, now, from_status=None, details={"from": issue.id})
    details |= {"before": before, "into": new.id, "fingerprints": list(taken)}
    note = f"#{new.id} {new.title}"
    row = steps.written(issue, SPLIT, now, note=note, details=details)
    return _told(row, ActivityType.ISSUE_SPLIT, f"Split off from {issue.title}: {new.title}")


def _others(target: RecurringIssue, other_ids: Collection[int]) -> Sequence[RecurringIssue]:
    """The issues to merge, locked, with the target; refused where that cannot be."""
    wanted = chosen(other_ids, "issue_ids")
    if target.id in wanted:
        raise invalid(FieldError("issue_ids", "An issue cannot be merged into itself."))
    found = steps.locked([target.id, *wanted])
    if sentence := steps.merged_away(target):
        raise Problem(409, sentence)
    others = [issue for issue in found if issue.id != target.id]
    if missing := set(other_ids) - {other.id for other in others}:
        raise invalid(FieldError("issue_ids", f"There is no issue {min(missing)}."))
    for other in others:
        if sentence := _why_apart(target, other):
            raise invalid(FieldError("issue_ids", f"Issue {other.id}: {sentence}"))
    return others


def _why_apart(target: RecurringIssue, other: RecurringIssue) -> str | None:
    if other.kind is not target.kind:
        return f"It is of another kind, {other.kind.value} and not {target.kind.value}."
    return steps.merged_away(other)


def _take_over(
    target: RecurringIssue, others: Sequence[RecurringIssue], now: datetime
) -> None:  # fmt: skip
    """What the target shows of itself, with the others in it."""
    in_order = sorted((target, *others), key=lambda issue: issue.last_seen_at)
    last, severity, seen_at = in_order[-1], in_order[0].severity, in_order[0].last_seen_at
    for one in in_order[1:]:
        severity = current_severity(
            severity, seen_at, target.is_ongoing, one.severity, one.last_seen_at
        )
        seen_at = one.last_seen_at
    is_open_again = target.status is IssueStatus.RESOLVED and any(
        other.status in UNSETTLED for other in others
    )
    if is_open_again:
        target.status, target.status_since_at = IssueStatus.OPEN, now
    moving.sum_up([target])
    target.severity = severity
    target.message, target.host, target.service = last.message, last.host, last.service
    target.flap_score = max(one.flap_score for one in in_order)


def _taken(issue: RecurringIssue, fingerprint_ids: Collection[int]) -> list[int]:
    own = moving.fingerprints_of([issue.id])[issue.id]
    if strange := set(fingerprint_ids) - set(own):
        raise invalid(
            FieldError("fingerprint_ids", f"The issue has no fingerprint {min(strange)}.")
        )
    taken = [fingerprint_id for fingerprint_id in own if fingerprint_id in set(fingerprint_ids)]
    if not taken or len(taken) == len(own):
        raise invalid(
            FieldError("fingerprint_ids", "Give some of the issue's fingerprints, not all of them.")
        )
    return taken


def _told(row: IssueTransition, type: ActivityType, message: str) -> IssueTransition:
    db.session.flush()
    details = {"recurring_issue_id": row.recurring_issue_id, "transition_id": row.id}
    activity.record(type, message, details=details)
    return row
