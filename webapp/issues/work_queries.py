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
    """What was written under an issue and what is in it, newest first, and how much that is."""
    query = select(IssueComment).where(IssueComment.recurring_issue_id.in_(family(issue_id)))
    newest = (IssueComment.created_at.desc(), IssueComment.id.desc())
    return _page(query, newest, skip, limit)


def links(issue_id: int) -> Sequence[IssueLink]:
    """The addresses that belong to an issue and to what is in it, oldest first."""
    query = select(IssueLink).where(IssueLink.recurring_issue_id.in_(family(issue_id)))
    return db.session.scalars(query.order_by(IssueLink.id)).all()


def comment(issue_id: int, comment_id: int) -> IssueComment | None:
    """A comment of that issue, or of one that was merged into it."""
    return _own(IssueComment, issue_id, comment_id)


def link(issue_id: int, link_id: int) -> IssueLink | None:
    """A link of that issue, or of one that was merged into it."""
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


def family(issue_id: int) -> Select[Any]:
    """The id of an issue, and of all that were merged into it or into one of these."""
    found = select(RecurringIssue.id).where(RecurringIssue.id == issue_id).cte(recursive=True)
    merged = RecurringIssue.merged_into_id == found.c.id
    return select(found.union(select(RecurringIssue.id).where(merged)).c.id)


def home(issue_id: int) -> RecurringIssue:
    """The issue that one belongs to now: itself, or what it was merged into."""
    issue = db.session.get(RecurringIssue, issue_id)
    assert issue is not None
    return issue if issue.merged_into_id is None else home(issue.merged_into_id)


def _own(model: type[Own], issue_id: int, row_id: int) -> Own | None:
    if not (0 < row_id < 2**31 and 0 < issue_id < 2**31):
        return None
    query = select(model).where(model.id == row_id)
    return db.session.scalar(query.where(model.recurring_issue_id.in_(family(issue_id))))


def _page(
    query: Select[Any], order: tuple[Any, ...], skip: int, limit: int
) -> tuple[Sequence[Found], int]:
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows: Sequence[Found] = db.session.scalars(
        query.order_by(*order).offset(skip).limit(limit)
    ).all()
    return rows, total
