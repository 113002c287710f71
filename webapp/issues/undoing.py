"""Take back what people did: one step, a merge, a split, or all that was done to many at once.

A step can be taken back as long as nothing was built on it: the issue must still stand where the
step left it, and fingerprints where they were put.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from sqlalchemy import select

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core.db import begin_to_write, db
from webapp.core.problems import Problem
from webapp.issues import belonging, many, merging, moving, steps
from webapp.issues.models import GroupingRule, IssueTransition, RecurringIssue

UNDO = "undo"
CHANGED = "It was changed since: what came after would be lost."
MOVED = "Some of it was merged or split since: undo that first."


@dataclass(frozen=True)
class Undone:
    """The issues that are as they were, and why others are not."""

    done: list[int]
    refused: dict[int, str] = field(default_factory=dict)


def undo(transition_id: int, now: datetime) -> Undone:
    """Take a step back, and with the first of a bulk all the others of it; flushes.

    409 where nothing of it can be taken back.
    """
    begin_to_write()
    first = db.session.get(IssueTransition, transition_id) if 0 < transition_id < 2**31 else None
    if first is None:
        raise Problem(404, "There is no such step.")
    if first.verb in (merging.MERGE, merging.SPLIT):
        belonging.changes()
    refused: dict[int, str] = {}
    done: list[int] = []
    for row, issue in _locked(first):
        if sentence := _taken_back(row, issue, now):
            refused[issue.id] = sentence
        else:
            done.append(issue.id)
    if not done:
        raise Problem(409, next(iter(refused.values()), "It is not there any more."))
    _tell(first, done)
    return Undone(done, refused)


def reach(row: IssueTransition) -> int:
    """How many issues undoing the step would concern."""
    return 1 + len((row.details or {}).get("others", ()))


def _locked(first: IssueTransition) -> list[tuple[IssueTransition, RecurringIssue]]:
    """The step, and those that were taken together with it, as they are now, and their issues."""
    ids = [first.id, *(first.details or {}).get("others", [])]
    query = select(IssueTransition).where(IssueTransition.id.in_(ids))
    concerned = {each for row in db.session.scalars(query) for each in _concerned(row)}
    issues = {issue.id: issue for issue in steps.locked(concerned)}
    ordered = query.order_by(IssueTransition.recurring_issue_id)
    rows = db.session.scalars(ordered.execution_options(populate_existing=True))
    return [(row, issues[row.recurring_issue_id]) for row in rows]


def _taken_back(row: IssueTransition, issue: RecurringIssue, now: datetime) -> str | None:
    """Take one step back, or say why not."""
    taking = _TAKING.get(row.verb)
    if taking is None:
        return "A step of this kind cannot be taken back."
    if row.undone_at is not None:
        return "It was taken back already."
    sentence = steps.merged_away(issue) or taking(issue, row.details or {}, now)
    if sentence is None:
        row.undone_at = now
    return sentence


def _concerned(row: IssueTransition) -> list[int]:
    details = row.details or {}
    others = [int(issue_id) for issue_id in details.get("issues", {})]
    return [row.recurring_issue_id, *others, *([details["into"]] if "into" in details else [])]


def _put_back(issue: RecurringIssue, details: steps.Details, now: datetime) -> str | None:
    """A step or an assignment: the columns as they were before."""
    if steps.differs(issue, details["after"]):
        return CHANGED
    status = issue.status
    steps.restore(issue, details["before"])
    steps.written(issue, UNDO, now, from_status=status, details={})
    return None


def _unmerge(target: RecurringIssue, details: steps.Details, now: datetime) -> str | None:
    """Each issue gets its own fingerprints again, with all that came with them since."""
    moved = {int(issue_id): ids for issue_id, ids in details["issues"].items()}
    found = db.session.scalars(select(RecurringIssue).where(RecurringIssue.id.in_(moved))).all()
    others = [other for other in found if other.merged_into_id == target.id]
    here = set(moving.fingerprints_of([target.id])[target.id])
    if len(others) < len(moved) or not here.issuperset(chain.from_iterable(moved.values())):
        return MOVED
    for other in others:
        other.merged_into_id = None
        moving.move(target.kind, moved[other.id], [target.id], other.id)
    status, is_as_left = target.status, not steps.differs(target, details["after"])
    _sum_up({target: details["before"]} | {o: steps.snapshot(o, moving.LAST) for o in others})
    if is_as_left:
        steps.restore(target, {name: details["before"][name] for name in steps.STEPPED})
    steps.written(target, UNDO, now, from_status=status, details={})
    for other in others:
        steps.written(other, UNDO, now, details={"from": target.id})
    return None


def _unsplit(issue: RecurringIssue, details: steps.Details, now: datetime) -> str | None:
    """What was split off comes back; the issue that was made of it counts as merged."""
    taken, new = details["fingerprints"], db.session.get(RecurringIssue, details["into"])
    if new is None or steps.merged_away(new):
        return MOVED
    if moving.fingerprints_of([new.id])[new.id] != taken:
        return MOVED
    if rule := db.session.get(GroupingRule, details.get("rule_id", 0)):
        db.session.delete(rule)
    moving.move(issue.kind, taken, [new.id], issue.id)
    new.merged_into_id = issue.id
    _sum_up({issue: details["before"], new: steps.snapshot(new, moving.LAST)})
    steps.written(issue, UNDO, now, details={})
    steps.written(new, merging.MERGED_AWAY, now, details={"into": issue.id})
    return None


def _sum_up(kept: dict[RecurringIssue, steps.Details]) -> None:
    moving.sum_up(list(kept))
    for issue, last in kept.items():
        moving.show_last(issue, last)


def _tell(first: IssueTransition, done: list[int]) -> None:
    db.session.flush()
    if len(done) > 1:
        message = f"Undone for {len(done)} issues: {first.verb}"
    else:
        issue = db.session.get(RecurringIssue, done[0])
        message = f"Undone: {first.verb}: {issue.title if issue else done[0]}"
    details = {"recurring_issue_ids": done, "transition_id": first.id}
    activity.record(ActivityType.ISSUE_STEP_UNDONE, message, details=details)


_TAKING: dict[str, Callable[[RecurringIssue, steps.Details, datetime], str | None]] = {
    **dict.fromkeys(many.VERBS, _put_back),
    merging.MERGE: _unmerge,
    merging.SPLIT: _unsplit,
}
