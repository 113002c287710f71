"""Verbs of rollups: sum up each finished hour of checks once, and each finished day of hours.

How far this has come is a mark for each span, moved only when the whole hour or day is stored: a
run that is broken off begins that hour again and writes the same rows.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.db import db
from webapp.websites.history import CHECK, LENGTH, TIMES, marks
from webapp.websites.models import (
    CheckRollup,
    MonitorCheck,
    MonitorStatus,
    RollupMark,
    RollupSpan,
    Website,
)
from webapp.websites.summaries import DAY, HOUR, Summary, floor, merged, summarise

GRACE = timedelta(minutes=5)  # a check that began in the hour has been stored by then
CHUNK = 50
KEY = ("website_id", "span", "started_at")
_rollups: Table = CheckRollup.__table__  # type: ignore[assignment]
_marks: Table = RollupMark.__table__  # type: ignore[assignment]


def roll_up(now: datetime) -> Iterator[int]:
    """Sum up all that is finished at `now`, and yield how many rollups each step stored.

    The caller commits after each step, so that the write lock is never held for long.
    """
    ids = list(db.session.scalars(select(Website.id).order_by(Website.id)))
    hours_end = floor(now - GRACE, HOUR)
    yield from _roll(RollupSpan.HOUR, hours_end, ids)
    yield from _roll(RollupSpan.DAY, floor(hours_end, DAY), ids)


def sum_up_again(late: Collection[tuple[int, datetime]], now: datetime) -> None:
    """Correct the hours and days of checks that are stored after their hour was summed up.

    `late` are websites and when their checks began, with the checks of hours that are still to be
    summed up among them.
    """
    hours_end = floor(now - GRACE, HOUR)
    for begins, ids in _by_start(late, HOUR, hours_end):
        _store(RollupSpan.HOUR, begins, _hours_of(ids, begins))
    for begins, ids in _by_start(late, DAY, floor(hours_end, DAY)):
        _store(RollupSpan.DAY, begins, _days_of(ids, begins))


def _by_start(
    late: Collection[tuple[int, datetime]], length: timedelta, end: datetime
) -> Iterator[tuple[datetime, Sequence[int]]]:
    """The hours or days before `end` that these checks began in, with their websites."""
    found: dict[datetime, set[int]] = {}
    for website_id, at in late:
        if at < end:
            found.setdefault(floor(at, length), set()).add(website_id)
    for begins, ids in sorted(found.items()):
        yield begins, sorted(ids)


def _roll(span: RollupSpan, end: datetime, ids: Sequence[int]) -> Iterator[int]:
    length = LENGTH[span]
    while (found := _next(span, end)) is not None:
        begins = floor(found, length)
        for start in range(0, len(ids), CHUNK):
            read = _hours_of if span is RollupSpan.HOUR else _days_of
            yield _store(span, begins, read(ids[start : start + CHUNK], begins))
        yield _mark(span, begins + length)
    yield _mark(span, end)


def _next(span: RollupSpan, end: datetime) -> datetime | None:
    """When the first check or hour that is not summed up began, if before `end`."""
    since = marks().get(span)
    first = _first_check(since) if span is RollupSpan.HOUR else _first_hour(since)
    return first if first is not None and first < end else None


def _first_check(since: datetime | None) -> datetime | None:
    """One look at the index for each status, because it begins with the status."""
    firsts = []
    for status in MonitorStatus:
        first = select(func.min(MonitorCheck.checked_at)).where(MonitorCheck.status == status)
        firsts.append(first.where(MonitorCheck.checked_at >= since) if since else first)
    found = db.session.scalars(union_all(*firsts))
    return min((moment for moment in found if moment is not None), default=None)


def _first_hour(since: datetime | None) -> datetime | None:
    first = select(func.min(CheckRollup.started_at)).where(CheckRollup.span == RollupSpan.HOUR)
    return db.session.scalar(first.where(CheckRollup.started_at >= since) if since else first)


def _hours_of(ids: Sequence[int], hour: datetime) -> Iterable[tuple[int, Summary]]:
    query = (
        select(CHECK.website_id, CHECK.status, *TIMES)
        .where(CHECK.website_id.in_(ids), CHECK.checked_at >= hour, CHECK.checked_at < hour + HOUR)
        .order_by(CHECK.website_id)
    )
    rows = db.session.execute(query, execution_options={"yield_per": 2000})
    return summarise((row[0], row[1].value, row[2:]) for row in rows)


def _days_of(ids: Sequence[int], day: datetime) -> Iterable[tuple[int, Summary]]:
    columns = _rollups.c
    query = (
        select(_rollups)
        .where(columns.website_id.in_(ids), columns.span == RollupSpan.HOUR)
        .where(columns.started_at >= day, columns.started_at < day + DAY)
        .order_by(columns.website_id)
    )
    hours: dict[int, list[Summary]] = {}
    for row in db.session.execute(query).mappings():
        hours.setdefault(row["website_id"], []).append(Summary.from_row(dict(row)))
    return ((website_id, merged(found)) for website_id, found in hours.items())


def _store(span: RollupSpan, begins: datetime, found: Iterable[tuple[int, Summary]]) -> int:
    rows = [
        {"website_id": website_id, "span": span, "started_at": begins} | summary.to_row()
        for website_id, summary in found
    ]
    if rows:
        _upsert(_rollups, KEY, rows)
    return len(rows)


def _mark(span: RollupSpan, until: datetime) -> int:
    if marks().get(span, until - DAY) < until:
        _upsert(_marks, ("span",), [{"span": span, "rolled_until": until}])
    return 0


def _upsert(table: Table, key: Sequence[str], rows: list[dict[str, Any]]) -> None:
    insert = (sqlite if db.engine.dialect.name == "sqlite" else postgresql).insert(table)
    values = {name: insert.excluded[name] for name in rows[0] if name not in key}
    db.session.connection().execute(
        insert.on_conflict_do_update(index_elements=list(key), set_=values), rows
    )
