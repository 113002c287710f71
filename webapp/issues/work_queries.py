"""Questions about one recurring issue: what was done with it, said under it and counted of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, func, select

from webapp.core.db import db
from webapp.issues.models import (
    AffectedName,
    IssueComment,
    IssueFingerprint,
    IssueHour,
    IssueLink,
    IssueTransition,
    RecurringIssue,
)

MOST_MEMBERS = 1000
Own = TypeVar("Own", IssueComment, IssueLink)
Found = TypeVar("Found")


def transitions(issue_id: int, skip: int, limit: int) -> tuple[Sequence[IssueTransition], int]:
    """What was done with an issue, newest first, and how often in all."""
    query = select(IssueTransition).where(IssueTransition.recurring_issue_id == issue_id)
    newest = (IssueTransition.at.desc(), IssueTransition.id.desc())
    return _page(query, newest, skip, limit)


def comments(issue_id: int, skip: int, limit: int) -> tuple[Sequence[IssueComment], int]:
    """What was written under an issue, newest first, and how many comments there are."""
    query = select(IssueComment).where(IssueComment.recurring_issue_id == issue_id)
    newest = (IssueComment.created_at.desc(), IssueComment.id.desc())
    return _page(query, newest, skip, limit)


def links(issue_id: int) -> Sequence[IssueLink]:
    """The addresses that belong to an issue, oldest first."""
    query = select(IssueLink).where(IssueLink.recurring_issue_id == issue_id)
    return db.session.scalars(query.order_by(IssueLink.id)).all()


def comment(issue_id: int, comment_id: int) -> IssueComment | None:
    """A comment of that issue."""
    return _own(IssueComment, issue_id, comment_id)


def link(issue_id: int, link_id: int) -> IssueLink | None:
    """A link of that issue."""
    return _own(IssueLink, issue_id, link_id)


def hours(issue_id: int, since: datetime, until: datetime) -> dict[datetime, int]:
    """How often an issue came in each hour that begins in [since, until), in their order."""
    query = (
        select(IssueHour.hour_at, func.sum(IssueHour.count))
        .where(
            IssueHour.recurring_issue_id == issue_id,
            IssueHour.hour_at >= since,
            IssueHour.hour_at < until,
        )
        .group_by(IssueHour.hour_at)
        .order_by(IssueHour.hour_at)
    )
    return {hour_at: int(count) for hour_at, count in db.session.execute(query)}


def affected(
    issue_id: int, what: str | None, skip: int, limit: int
) -> tuple[Sequence[Any], int]:  # fmt: skip
    """The hosts, services and people that an issue touched, the most touched first."""
    number = func.sum(AffectedName.count).label("occurrences")
    query = select(
        AffectedName.what, AffectedName.name, number,
        func.min(AffectedName.first_seen_at).label("first_seen_at"),
        func.max(AffectedName.last_seen_at).label("last_seen_at"),
    ).where(AffectedName.recurring_issue_id == issue_id)  # fmt: skip
    if what is not None:
        query = query.where(AffectedName.what == what)
    query = query.group_by(AffectedName.what, AffectedName.name)
    order = (number.desc(), AffectedName.what, AffectedName.name)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return db.session.execute(query.order_by(*order).offset(skip).limit(limit)).all(), total


def fingerprints(issue_id: int) -> Sequence[IssueFingerprint]:
    """What holds the occurrences of an issue together, oldest first."""
    query = select(IssueFingerprint).where(IssueFingerprint.recurring_issue_id == issue_id)
    return db.session.scalars(query.order_by(IssueFingerprint.id).limit(MOST_MEMBERS)).all()


def members(issue_id: int) -> Sequence[RecurringIssue]:
    """The issues that were merged into that one, as they were then."""
    query = select(RecurringIssue).where(RecurringIssue.merged_into_id == issue_id)
    return db.session.scalars(query.order_by(RecurringIssue.id).limit(MOST_MEMBERS)).all()


def _own(model: type[Own], issue_id: int, row_id: int) -> Own | None:
    row = db.session.get(model, row_id) if row_id < 2**31 else None
    return row if row is not None and row.recurring_issue_id == issue_id else None


def _page(
    query: Select[Any], order: tuple[Any, ...], skip: int, limit: int
) -> tuple[Sequence[Found], int]:
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows: Sequence[Found] = db.session.scalars(
        query.order_by(*order).offset(skip).limit(limit)
    ).all()
    return rows, total
