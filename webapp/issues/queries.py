"""Questions about recurring issues: the list with its filters, what is open, what changed.

A page of the list is put together from segments, one per status (and severity, where the worst
come first), each in the order of an index: no order ever sorts the whole table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from webapp.core.db import db
from webapp.issues import search
from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.models import AffectedName, IssueHour, IssueTransition, RecurringIssue

STATUS_ORDER = tuple(IssueStatus)
WORST_FIRST = tuple(reversed(Severity))
UNSETTLED = (IssueStatus.OPEN, IssueStatus.ACKNOWLEDGED)
OCCURRENCES_LOOKED_AT = 500


class Sort(str, Enum):
    """In which order the list comes."""

    OPEN = "open"
    NEWEST = "newest"
    FIRST = "first"
    MOST = "most"
    WORST = "worst"


ORDERS: dict[Sort, tuple[Any, ...]] = {
    Sort.FIRST: (RecurringIssue.first_seen_at.desc(), RecurringIssue.id.desc()),
    Sort.MOST: (RecurringIssue.occurrences.desc(), RecurringIssue.id.desc()),
}
NEWEST: tuple[Any, ...] = (RecurringIssue.last_seen_at.desc(), RecurringIssue.id.desc())


@dataclass(frozen=True)
class IssueFilters:
    """What the list is narrowed to; `search` are words, of which the last may go on.

    `subject` is the error code, the component or the task. It came at least once in
    [since_at, until_at). `host` and `service` are of any of its occurrences.
    """

    kind: IssueKind | None = None
    severity: Severity | None = None
    status: IssueStatus | None = None
    subject: str = ""
    host: str = ""
    service: str = ""
    since_at: datetime | None = None
    until_at: datetime | None = None
    search: str = ""
    assignee_id: int | None = None
    is_unassigned: bool = False
    sort: Sort = Sort.OPEN


@dataclass(frozen=True)
class OpenIssues:
    """What is not settled: how many open and acknowledged, and the worst and newest open ones."""

    open_count: int
    acknowledged_count: int
    worst: Sequence[RecurringIssue]


Tally = dict[tuple[IssueStatus, Severity | None], int]
Conditions = list[ColumnElement[bool]]


def get_issue(issue_id: int) -> RecurringIssue | None:
    """The recurring issue of that id."""
    return db.session.get(RecurringIssue, issue_id)


def issues(
    filters: IssueFilters, page: int = 1, page_size: int = 50
) -> tuple[Sequence[RecurringIssue], int]:
    """One page (from 1) of the recurring issues that fit, and the number of all that do."""
    rows, counts = issues_and_counts(filters, page, page_size)
    return rows, counts[filters.status] if filters.status else sum(counts.values())


def issues_and_counts(
    filters: IssueFilters, page: int, page_size: int
) -> tuple[Sequence[RecurringIssue], dict[IssueStatus, int]]:
    """The same page, and how many fit in each status, whichever status the filters name."""
    narrowed = _narrowed(filters)
    conditions = narrowed + _sought(filters.search)
    tally = _tally(narrowed + _sought(filters.search, of_all=True), filters.sort)
    if not tally and search.words(filters.search):
        ids = search.newest_matching(filters.search, OCCURRENCES_LOOKED_AT)
        conditions = [*narrowed, RecurringIssue.id.in_(ids)]
        tally = _tally(conditions, filters.sort)
    counts = dict.fromkeys(IssueStatus, 0)
    for (status, _), number in tally.items():
        counts[status] += number
    if filters.status is not None:
        conditions.append(RecurringIssue.status == filters.status)
        tally = {key: number for key, number in tally.items() if key[0] is filters.status}
    return _page(filters.sort, conditions, tally, (page - 1) * page_size, page_size), counts


def ids_of_all(filters: IssueFilters, limit: int) -> list[int]:
    """The ids of the recurring issues that fit, up to `limit` of them."""
    found, _ = issues(filters, 1, limit)
    return [issue.id for issue in found]


def open_issues(count: int) -> OpenIssues:
    """How many wait for somebody, and the `count` worst and newest of the open ones."""
    is_shown = RecurringIssue.merged_into_id.is_(None)
    tally = _tally([is_shown, RecurringIssue.status.in_(UNSETTLED)], Sort.WORST)
    opened = {key: number for key, number in tally.items() if key[0] is IssueStatus.OPEN}
    return OpenIssues(
        sum(opened.values()),
        sum(tally.values()) - sum(opened.values()),
        _page(Sort.WORST, [is_shown], opened, 0, count),
    )


def open_count(most: int) -> int:
    """How many recurring issues are open, counted up to `most`: one look at an index."""
    is_open = RecurringIssue.status == IssueStatus.OPEN, RecurringIssue.merged_into_id.is_(None)
    some = select(RecurringIssue.id).where(*is_open).limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def issues_version() -> str:
    """Changes with every occurrence and every verb; one look at the end of two indexes."""
    updated_at, step = db.session.execute(
        select(
            select(func.max(RecurringIssue.updated_at)).scalar_subquery(),
            select(func.max(IssueTransition.id)).scalar_subquery(),
        )
    ).one()
    moment = round(updated_at.timestamp() * 1_000_000) if updated_at else 0
    return f"{moment}-{step or 0}"


def hours_of(ids: Sequence[int], since: datetime) -> dict[int, dict[datetime, int]]:
    """How often each of these issues came in each hour since; hours without are left out."""
    found: dict[int, dict[datetime, int]] = {issue_id: {} for issue_id in ids}
    query = select(IssueHour.recurring_issue_id, IssueHour.hour_at, IssueHour.count)
    for issue_id, hour_at, number in db.session.execute(
        query.where(IssueHour.recurring_issue_id.in_(ids), IssueHour.hour_at >= since)
    ):
        found[issue_id][hour_at] = found[issue_id].get(hour_at, 0) + number
    return found


def _page(
    sort: Sort, conditions: Conditions, tally: Tally, skip: int, limit: int
) -> Sequence[RecurringIssue]:
    if not tally or limit < 1:
        return []
    if sort not in (Sort.OPEN, Sort.WORST):
        return _slice(conditions, ORDERS.get(sort, NEWEST), skip, limit)
    found: list[RecurringIssue] = []
    for condition, number in _segments(sort, tally):
        if skip >= number:
            skip -= number
            continue
        found += _slice([*conditions, *condition], NEWEST, skip, limit - len(found))
        skip = 0
        if len(found) >= limit:
            break
    return found


def _slice(
    conditions: Conditions, order: tuple[Any, ...], skip: int, limit: int
) -> Sequence[RecurringIssue]:
    query = select(RecurringIssue).where(*conditions).order_by(*order)
    return db.session.scalars(query.offset(skip).limit(limit)).all()


def _segments(sort: Sort, tally: Tally) -> Iterator[tuple[Conditions, int]]:
    """What narrows to each segment, and how many rows it has; the empty ones are left out."""
    severities = WORST_FIRST if sort is Sort.WORST else (None,)
    for status in STATUS_ORDER:
        for severity in severities:
            if number := tally.get((status, severity), 0):
                own: Conditions = [RecurringIssue.status == status]
                own += [RecurringIssue.severity == severity] if severity else []
                yield own, number


def _tally(conditions: Conditions, sort: Sort = Sort.OPEN) -> Tally:
    """How many rows fit, by status, and by severity where that is asked for."""
    if sort is not Sort.WORST:
        counted = select(RecurringIssue.status, func.count()).where(*conditions)
        found = db.session.execute(counted.group_by(RecurringIssue.status))
        return {(status, None): number for status, number in found}
    both = (RecurringIssue.severity, RecurringIssue.status)
    query = select(*both, func.count()).where(*conditions).group_by(*both)
    return {(status, grade): number for grade, status, number in db.session.execute(query)}


def _narrowed(filters: IssueFilters) -> Conditions:
    """What the filters say, but for the status and the words."""
    found: Conditions = [RecurringIssue.merged_into_id.is_(None)]
    for column, value in (
        (RecurringIssue.kind, filters.kind),
        (RecurringIssue.severity, filters.severity),
        (RecurringIssue.subject, filters.subject or None),
        (RecurringIssue.assignee_id, filters.assignee_id),
    ):
        if value is not None:
            found.append(column == value)
    if filters.is_unassigned:
        found.append(RecurringIssue.assignee_id.is_(None))
    for what in ("host", "service"):
        if name := getattr(filters, what):
            found.append(_touched(what, name))
    return found + _when(filters)


def _touched(what: str, name: str) -> ColumnElement[bool]:
    names = select(AffectedName.recurring_issue_id)
    return RecurringIssue.id.in_(names.where(AffectedName.what == what, AffectedName.name == name))


def _when(filters: IssueFilters) -> Conditions:
    since, until = filters.since_at, filters.until_at
    found: Conditions = []
    if since:
        found.append(RecurringIssue.last_seen_at >= since)
    if until:
        found.append(RecurringIssue.first_seen_at < until)
    if since and until:
        found.append(_came_between(since, until))
    return found


def _came_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    """One that came before and after may have been quiet between: the hours tell, to the hour."""
    hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return or_(
        RecurringIssue.first_seen_at >= since,
        RecurringIssue.last_seen_at < until,
        exists().where(
            and_(
                IssueHour.recurring_issue_id == RecurringIssue.id,
                IssueHour.hour_at >= hour,
                IssueHour.hour_at < until,
            )
        ),
    )


def _sought(text: str, *, of_all: bool = False) -> Conditions:
    condition = search.matching(RecurringIssue, text, of_all=of_all)
    return [] if condition is None else [condition]
