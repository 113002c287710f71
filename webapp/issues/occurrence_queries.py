"""Questions about stored occurrences: those of one issue, and each table as it is.

Lists go on from the last row seen, so that the last page costs what the first does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_

from webapp.core.db import db
from webapp.issues import search
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.models import (
    AffectedName,
    IssueFingerprint,
    OperationalIssue,
    RecurringIssue,
)
from webapp.issues.records import MODELS, MOMENTS, SUBJECTS, Record, Row, record

NAMES_SHOWN = 10
Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Touched:
    """A host, service or person, how often an issue touched it, and when it last did."""

    name: str
    count: int
    last_seen_at: datetime


@dataclass(frozen=True)
class RecordFilters:
    """What a table is narrowed to; words are sought in operational issues only."""

    severity: Severity | None = None
    subject: str = ""
    host: str = ""
    since_at: datetime | None = None
    until_at: datetime | None = None
    search: str = ""


def occurrence(issue: RecurringIssue, occurrence_id: int | None = None) -> Record | None:
    """The stored occurrence of that id, the newest without one; None where it is not there."""
    row = newest(issue, occurrence_id)
    return None if row is None else record(row)


def newest(issue: RecurringIssue, occurrence_id: int | None = None) -> Row | None:
    """The same, as its row."""
    query = _of_issue(issue)
    if occurrence_id is not None:
        query = query.where(MODELS[issue.kind].id == occurrence_id)
    found: Row | None = db.session.scalars(query.limit(1)).first()
    return found


def neighbours(issue: RecurringIssue, of: Record) -> tuple[int | None, int | None]:
    """The ids of the stored occurrences just before and just after that one."""
    model, moment = MODELS[issue.kind], _moment(issue.kind)
    same = select(model.id).where(model.recurring_issue_id == issue.id)
    older = same.where(_before(model, moment, of.at, of.id))
    newer = same.where(_after(model, moment, of.at, of.id))
    return (
        db.session.scalar(older.order_by(moment.desc(), model.id.desc()).limit(1)),
        db.session.scalar(newer.order_by(moment, model.id).limit(1)),
    )


def occurrences(
    issue: RecurringIssue, limit: int, before: int | None = None
) -> tuple[list[Record], bool]:
    """The stored occurrences of an issue, newest first, and whether there are older ones."""
    conditions: Conditions = [MODELS[issue.kind].recurring_issue_id == issue.id]
    return _some(issue.kind, conditions, limit, before)


def records(
    kind: IssueKind, filters: RecordFilters, limit: int, before: int | None = None
) -> tuple[list[Record], bool]:
    """The rows of a table that fit, newest first, and whether there are older ones."""
    model, moment = MODELS[kind], _moment(kind)
    conditions: Conditions = []
    for column, value in (
        (model.severity, filters.severity),
        (getattr(model, SUBJECTS[kind]), filters.subject or None),
        (model.host, filters.host or None),
    ):
        if value is not None:
            conditions.append(column == value)
    if filters.since_at:
        conditions.append(moment >= filters.since_at)
    if filters.until_at:
        conditions.append(moment < filters.until_at)
    sought = None
    if kind is IssueKind.OPERATIONAL:
        sought = search.matching(OperationalIssue, filters.search)
    return _some(kind, conditions, limit, before, sought)


def fingerprints(issue_id: int, limit: int) -> Sequence[IssueFingerprint]:
    """What holds the occurrences of an issue together, the oldest first."""
    query = select(IssueFingerprint).where(IssueFingerprint.recurring_issue_id == issue_id)
    return db.session.scalars(query.order_by(IssueFingerprint.id).limit(limit)).all()


def affected(issue_id: int) -> dict[str, list[Touched]]:
    """The hosts, services and people that an issue touched most, by which of these they are.

    One more than is shown, so that a page can say that there are others.
    """
    found: dict[str, list[Touched]] = {}
    number = func.sum(AffectedName.count)
    for what in ("host", "service", "person"):
        query = select(AffectedName.name, number, func.max(AffectedName.last_seen_at)).where(
            AffectedName.recurring_issue_id == issue_id, AffectedName.what == what
        )
        most = query.group_by(AffectedName.name).order_by(number.desc(), AffectedName.name)
        rows = db.session.execute(most.limit(NAMES_SHOWN + 1)).all()
        if rows:
            found[what] = [Touched(name, int(count), at) for name, count, at in rows]
    return found


def _some(
    kind: IssueKind,
    conditions: Conditions,
    limit: int,
    before: int | None,
    sought: ColumnElement[bool] | None = None,
) -> tuple[list[Record], bool]:
    """Found words come in the order of the index they are in, which is that of arrival."""
    model, moment = MODELS[kind], _moment(kind)
    query: Select[Any] = select(model).where(*conditions)
    order: tuple[Any, ...] = (moment.desc(), model.id.desc())
    if sought is not None:
        query, order = query.where(sought), (model.id.desc(),)
    if before is not None:
        last = None if sought is not None else db.session.get(model, before)
        at = getattr(last, MOMENTS[kind]) if last else None
        query = query.where(_before(model, moment, at, before) if at else model.id < before)
    rows: Sequence[Row] = db.session.scalars(query.order_by(*order).limit(limit + 1)).all()
    return [record(row) for row in rows[:limit]], len(rows) > limit


def _of_issue(issue: RecurringIssue) -> Select[Any]:
    model, moment = MODELS[issue.kind], _moment(issue.kind)
    query = select(model).where(model.recurring_issue_id == issue.id)
    return query.order_by(moment.desc(), model.id.desc())


def _moment(kind: IssueKind) -> Any:
    return getattr(MODELS[kind], MOMENTS[kind])


def _before(model: Any, moment: Any, at: datetime, row_id: int) -> ColumnElement[bool]:
    return tuple_(moment, model.id) < tuple_(literal(at, moment.type), literal(row_id))


def _after(model: Any, moment: Any, at: datetime, row_id: int) -> ColumnElement[bool]:
    return tuple_(moment, model.id) > tuple_(literal(at, moment.type), literal(row_id))
