"""What people do with recurring issues: rules for grouping, steps, comments and links."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.db import Model
from webapp.issues.columns import KIND, STATUS, of_issue
from webapp.issues.kinds import IssueKind, IssueStatus


class GroupingRule(Model):
    """What people decided about what belongs together.

    An occurrence of `kind` that fits all of `matches` (field: pattern with *) gets `fingerprint`,
    in which {task}, {name}, {host} and the like are filled in.
    """

    __tablename__ = "grouping_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[IssueKind] = mapped_column(KIND)
    matches: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(255))
    position: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class IssueTransition(Model):
    """A step in the life of a recurring issue: which verb, from which status to which, by whom.

    `details` keeps what is needed to take the step back; `undone_at` is when that was done.
    """

    __tablename__ = "issue_transitions"
    __table_args__ = (Index("ix_issue_transitions_recurring_issue_id", "recurring_issue_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recurring_issue_id: Mapped[int] = of_issue()
    at: Mapped[datetime] = mapped_column(default=clock.now)
    verb: Mapped[str] = mapped_column(String(30))
    from_status: Mapped[IssueStatus | None] = mapped_column(STATUS)
    to_status: Mapped[IssueStatus] = mapped_column(STATUS)
    by: Mapped[str | None] = mapped_column(String(255))
    note: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any] | None]
    undone_at: Mapped[datetime | None]


class IssueComment(Model):
    """What somebody wrote under a recurring issue."""

    __tablename__ = "issue_comments"
    __table_args__ = (
        Index("ix_issue_comments_recurring_issue_id", "recurring_issue_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recurring_issue_id: Mapped[int] = of_issue()
    body: Mapped[str] = mapped_column(Text)
    by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]


class IssueLink(Model):
    """An address elsewhere that belongs to a recurring issue: a ticket, a change, a document."""

    __tablename__ = "issue_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    recurring_issue_id: Mapped[int] = of_issue(index=True)
    url: Mapped[str] = mapped_column(String(2048))
    title: Mapped[str] = mapped_column(String(255))
    by: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
