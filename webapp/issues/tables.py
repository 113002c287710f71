"""Questions to the three tables of occurrences for the API: one row, or a page with a total."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from webapp.core.db import db
from webapp.issues import search
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.models import OperationalIssue, RecurringIssue
from webapp.issues.records import MODELS, MOMENTS, SUBJECTS


@dataclass(frozen=True)
class TableFilters:
    """What a table is narrowed to; `subject` is the code, the component or the task."""

    severity: Severity | None = None
    subject: str | None = None
    host: str | None = None
    recurring_issue_id: int | None = None
    since_at: datetime | None = None
    until_at: datetime | None = None
    search: str = ""


def rows(
    kind: IssueKind, filters: TableFilters, page: int, page_size: int
) -> tuple[Sequence[Any], int]:
    """One page of the rows that fit, newest first, and how many fit in all."""
    model, at = MODELS[kind], getattr(MODELS[kind], MOMENTS[kind])
    conditions = _conditions(kind, filters)
    total = db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
    query = select(model).where(*conditions).order_by(at.desc(), model.id.desc())
    return db.session.scalars(query.limit(page_size).offset((page - 1) * page_size)).all(), total


def _conditions(kind: IssueKind, filters: TableFilters) -> list[ColumnElement[bool]]:
    model, at = MODELS[kind], getattr(MODELS[kind], MOMENTS[kind])
    equal = (
        (model.severity, filters.severity),
        (getattr(model, SUBJECTS[kind]), filters.subject),
        (model.host, filters.host),
        (model.recurring_issue_id, filters.recurring_issue_id),
    )
    found: list[ColumnElement[bool]] = [column == v for column, v in equal if v is not None]
    if filters.since_at is not None:
        found.append(at >= filters.since_at)
    if filters.until_at is not None:
        found.append(at < filters.until_at)
    if (sought := _sought(kind, filters.search)) is not None:
        found.append(sought)
    return found


def _sought(kind: IssueKind, text: str) -> ColumnElement[bool] | None:
    """The words in what is indexed: the text of operational issues, of others their issue's."""
    if kind is IssueKind.OPERATIONAL:
        return search.matching(OperationalIssue, text)
    condition = search.matching(RecurringIssue, text)
    if condition is None:
        return None
    of_kind = select(RecurringIssue.id).where(condition, RecurringIssue.kind == kind)
    found: ColumnElement[bool] = MODELS[kind].recurring_issue_id.in_(of_kind)
    return found
