"""What people did with an issue and wrote under it, as one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.core.db import db
from webapp.issues import undoing, work_queries
from webapp.issues.models import IssueComment, IssueLink, IssueTransition

SHOWN = 100
SENTENCES = {
    "acknowledge": "acknowledged it",
    "unacknowledge": "took the acknowledgement back",
    "resolve": "resolved it",
    "reopen": "reopened it",
    "ignore": "ignores it",
    "recovered": "It was resolved: nothing of it lasts any more",
    "returned": "It came back",
    "merge": "merged others into it",
    "merged_away": "merged it into another",
    "split": "split some of it off",
    "split_off": "split it off from another",
    "undo": "took a step back",
    "assign": "handed it over",
}
BY_ITSELF = ("recovered", "returned")
NEVER_UNDONE = (*BY_ITSELF, "merged_away", "split_off", "undo")


@dataclass(frozen=True)
class Entry:
    """A comment or a step; `transition_id` of a step that can still be taken back."""

    at: datetime
    by: str | None
    text: str
    note: str | None = None
    is_comment: bool = False
    comment_id: int | None = None
    transition_id: int | None = None
    status: str = "info"
    edited_at: datetime | None = None
    is_step: bool = False  # one that stands


def history(issue_id: int) -> list[Entry]:
    """The latest comments and steps, newest first; two statements."""
    steps = select(IssueTransition).where(IssueTransition.recurring_issue_id == issue_id)
    newest_steps = steps.order_by(IssueTransition.at.desc(), IssueTransition.id.desc())
    family = work_queries.family(issue_id)  # what was merged into it leads here
    comments = select(IssueComment).where(IssueComment.recurring_issue_id.in_(family))
    newest_comments = comments.order_by(IssueComment.created_at.desc(), IssueComment.id.desc())
    found = [_step(row) for row in db.session.scalars(newest_steps.limit(SHOWN))]
    found += [_comment(row) for row in db.session.scalars(newest_comments.limit(SHOWN))]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def links(issue_id: int) -> Sequence[IssueLink]:
    """The addresses that belong to an issue, the oldest first."""
    query = select(IssueLink).where(IssueLink.recurring_issue_id.in_(work_queries.family(issue_id)))
    return db.session.scalars(query.order_by(IssueLink.id).limit(SHOWN)).all()


def _step(row: IssueTransition) -> Entry:
    text = SENTENCES.get(row.verb, row.verb.replace("_", " "))
    if others := undoing.reach(row) - 1:
        text += f", and {others} other{'' if others == 1 else 's'} at once"
    if row.undone_at is not None:
        text += " (undone)"
    can_undo = row.undone_at is None and row.verb not in NEVER_UNDONE
    return Entry(
        row.at, row.by, text, row.note,
        transition_id=row.id if can_undo else None, status=row.to_status.value,
        is_step=row.undone_at is None,
    )  # fmt: skip


def _comment(row: IssueComment) -> Entry:
    return Entry(
        row.created_at, row.by, row.body,
        is_comment=True, comment_id=row.id, edited_at=row.edited_at, status="message",
    )  # fmt: skip
