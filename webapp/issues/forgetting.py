"""Forget occurrences, hours and resolved recurring issues, a batch at a time.

Each verb is a generator of batches: it deletes at most a hundred rows, yields how many, and
expects its caller to commit before it asks for the next.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, select, tuple_
from sqlalchemy.orm import aliased

from webapp.config import Settings
from webapp.core.db import db
from webapp.issues.kinds import IssueStatus
from webapp.issues.models import AffectedName, IssueHour, ReceivedOccurrence, RecurringIssue
from webapp.issues.stored import FAULTS, OPERATIONAL_ISSUES, OVERLOADS, SORTS, Sort, execute
from webapp.issues.thinning import BATCH, forget_oversize, forget_surplus
from webapp.metrics.models import MetricNews

ISSUES_BATCH = 25
BODIES_BATCH = 25  # of up to a megabyte each
NEWS_HOURS = 1

Forgetting = Callable[[Settings, datetime], Iterator[int]]


def forget_resolved(settings: Settings, now: datetime) -> Iterator[int]:
    """Resolved recurring issues not seen for RESOLVED_ISSUES_DAYS, with all that is theirs."""
    old = _resolved_before(now - timedelta(days=settings.resolved_issues_days))
    query = select(RecurringIssue.id).where(old).limit(ISSUES_BATCH)
    while ids := db.session.scalars(query).all():
        yield from _empty(ids)
        yield execute(delete(RecurringIssue).where(RecurringIssue.id.in_(ids), old))


def _resolved_before(moment: datetime) -> ColumnElement[bool]:
    return and_(
        RecurringIssue.status == IssueStatus.RESOLVED,
        RecurringIssue.last_seen_at < moment,
        RecurringIssue.status_since_at < moment,
        RecurringIssue.is_ongoing.is_(False),
        RecurringIssue.merged_into_id.is_(None),
    )


def _empty(ids: Sequence[int]) -> Iterator[int]:
    """What there may be much of, also of what was merged into them; the rest goes with the row."""
    family = _family(ids)
    for sort in SORTS:
        yield from _by_id(sort.table, sort.table.recurring_issue_id.in_(family))
    for table, key in (
        (IssueHour, (IssueHour.hour_at,)),
        (AffectedName, (AffectedName.what, AffectedName.name)),
    ):
        yield from _by_key(
            table, (table.recurring_issue_id, *key), table.recurring_issue_id.in_(family)
        )


def _family(ids: Sequence[int]) -> list[int]:
    """These, and whatever was merged into them."""
    found: list[int] = []
    while ids:
        found += ids
        ids = db.session.scalars(
            select(RecurringIssue.id).where(RecurringIssue.merged_into_id.in_(ids))
        ).all()
    return found


def _old(sort: Sort) -> Forgetting:
    """Occurrences older than OCCURRENCES_DAYS, but the first and the last of each issue."""

    def forget(settings: Settings, now: datetime) -> Iterator[int]:
        before = now - timedelta(days=settings.occurrences_days)
        key = tuple_(sort.at, sort.table.id)
        query = (
            select(sort.at, sort.table.id)
            .where(sort.at < before, sort.may_go(now), *_is_between(sort))
            .order_by(sort.at, sort.table.id)
            .limit(BATCH)
        )
        rows = db.session.execute(query).all()
        while rows:
            yield execute(delete(sort.table).where(sort.table.id.in_([row.id for row in rows])))
            rows = db.session.execute(query.where(key > tuple(rows[-1]))).all()

    return forget


def _is_between(sort: Sort) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That its recurring issue has an earlier and a later one."""
    other: Any = aliased(sort.table)
    own, its = tuple_(sort.at, sort.table.id), tuple_(getattr(other, sort.at.key), other.id)
    same = other.recurring_issue_id == sort.table.recurring_issue_id
    return exists().where(same, its < own), exists().where(same, its > own)


def forget_hours(settings: Settings, now: datetime) -> Iterator[int]:
    """How often recurring issues came in hours before ISSUE_HOURS_DAYS."""
    before = now - timedelta(days=settings.issue_hours_days)
    key = IssueHour.recurring_issue_id, IssueHour.hour_at
    yield from _by_key(IssueHour, key, IssueHour.hour_at < before)


def forget_refused(settings: Settings, now: datetime) -> Iterator[int]:
    """What could not be digested, REFUSED_OCCURRENCES_DAYS after it was tried."""
    before = now - timedelta(days=settings.refused_occurrences_days)
    yield from _by_id(ReceivedOccurrence, ReceivedOccurrence.refused_at < before, BODIES_BATCH)


def forget_news(_settings: Settings, now: datetime) -> Iterator[int]:
    """New samples that no judge has read for an hour, from the lowest id: ids follow time."""
    before = now - timedelta(hours=NEWS_HOURS)
    first = select(MetricNews.id, MetricNews.recorded_at).order_by(MetricNews.id).limit(BATCH)
    while old := [id for id, at in db.session.execute(first) if at < before]:
        yield execute(delete(MetricNews).where(MetricNews.id.in_(old)))


def _by_id(table: Any, condition: ColumnElement[bool], batch: int = 0) -> Iterator[int]:
    query = select(table.id).where(condition).limit(batch or BATCH)
    while ids := db.session.scalars(query).all():
        yield execute(delete(table).where(table.id.in_(ids)))


def _by_key(table: Any, key: Sequence[Any], condition: ColumnElement[bool]) -> Iterator[int]:
    while keys := db.session.execute(select(*key).where(condition).limit(BATCH)).all():
        yield execute(delete(table).where(tuple_(*key).in_([tuple(each) for each in keys])))


FORGETTINGS: dict[str, Forgetting] = {
    "recurring_issues": forget_resolved,
    "faults": _old(FAULTS),
    "overloads": _old(OVERLOADS),
    "operational_issues": _old(OPERATIONAL_ISSUES),
    "occurrences_per_issue": forget_surplus,
    "occurrences_size": forget_oversize,
    "issue_hours": forget_hours,
    "received_occurrences": forget_refused,
    "metric_news": forget_news,
}
