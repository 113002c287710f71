"""Questions about the past of websites: status periods, and rollups with the tail not summed up.

Checks themselves are read only from the moment up to which they are summed up, and never further
back than `TAIL`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy import Table as SqlTable

from webapp.core.db import db
from webapp.websites.models import (
    CheckRollup,
    MonitorCheck,
    MonitorStatus,
    PeriodStatus,
    RollupMark,
    RollupSpan,
    StatusPeriod,
)
from webapp.websites.summaries import DAY, HOUR, Summary, ceiling, floor, merged

TAIL = timedelta(days=2)
BY_HOUR_UP_TO = timedelta(days=90)  # a longer window begins with a whole day
LENGTH = {RollupSpan.HOUR: HOUR, RollupSpan.DAY: DAY}
CHECK = MonitorCheck.__table__.c
TIMES = (
    CHECK.response_time_ms, CHECK.dns_time_ms, CHECK.connect_time_ms, CHECK.tls_time_ms,
    CHECK.ttfb_ms,
)  # fmt: skip
_rollups: SqlTable = CheckRollup.__table__  # type: ignore[assignment]
_periods: SqlTable = StatusPeriod.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Stretch:
    """A status period as read for a drawing or a sum."""

    status: PeriodStatus
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Window:
    """The time that an answer is really about, in whole hours or days."""

    since: datetime
    until: datetime


def marks() -> dict[RollupSpan, datetime]:
    """Until when the hours and the days are summed up; without an entry none is."""
    found = db.session.execute(select(RollupMark.span, RollupMark.rolled_until))
    return {row.span: row.rolled_until for row in found}


def periods_of(
    website_ids: Sequence[int], since: datetime, until: datetime | None = None
) -> dict[int, list[Stretch]]:
    """For each website its periods that touch [since, until), oldest first; one statement."""
    found: dict[int, list[Stretch]] = {website_id: [] for website_id in website_ids}
    if not found:
        return found
    columns = _periods.c
    wanted = select(columns.website_id, columns.status, columns.started_at, columns.ended_at)
    wanted = wanted.where(columns.website_id.in_(website_ids))
    if until is not None:
        wanted = wanted.where(columns.started_at < until)
    # Two questions, because an index answers neither database's "later, or open".
    rows = db.session.execute(
        union_all(wanted.where(columns.ended_at > since), wanted.where(columns.ended_at.is_(None)))
    )
    for website_id, status, started_at, ended_at in rows:
        found[website_id].append(Stretch(status, started_at, ended_at))
    for stretches in found.values():
        stretches.sort(key=lambda stretch: stretch.started_at)
    return found


def window(since: datetime, until: datetime) -> Window:
    """[since, until) widened to whole hours, or to whole days (UTC) if it is long."""
    length = HOUR if until - since <= BY_HOUR_UP_TO else DAY
    return Window(floor(since, length), ceiling(until, length))


def summary(website_id: int, asked: Window, now: datetime) -> Summary:
    """All checks of a website in that window; two statements, and one for the marks."""
    hours_end, spans = _summed_up(asked)
    columns = _rollups.c
    rows = db.session.execute(
        select(_rollups).where(columns.website_id == website_id, or_(*spans))
    ).mappings()
    parts = [Summary.from_row(dict(row)) for row in rows]
    tail = _checks(website_id, max(hours_end, asked.since), asked.until, now)
    return merged([*parts, *(part for _, part in _by_span(tail, DAY))])


def count_checks(
    website_id: int, since: datetime, until: datetime, status: MonitorStatus | None = None
) -> int:
    """How many checks of a website are kept of [since, until): sums, and the checks at both ends.

    Four statements, whatever the time: what lies before the first check that is kept is left out.
    """
    of_it = CHECK.website_id == website_id
    first = db.session.scalar(select(func.min(CHECK.checked_at)).where(of_it))
    if first is None or max(first, since) >= until:
        return 0
    since = max(first, since)
    hours_end, spans = _summed_up(Window(ceiling(since, HOUR), floor(until, HOUR)))
    middle = ceiling(since, HOUR), max(hours_end, ceiling(since, HOUR))
    counted = _counted(status)
    sums = select(func.coalesce(func.sum(counted), 0)).where(
        _rollups.c.website_id == website_id, or_(*spans)
    )
    at = CHECK.checked_at
    ends = or_(and_(at >= since, at < min(middle[0], until)), and_(at >= middle[1], at < until))
    raw = select(func.count()).where(of_it, ends)
    raw = raw.where(CHECK.status == status) if status else raw
    return int(db.session.scalar(sums) or 0) + int(db.session.scalar(raw) or 0)


def _counted(status: MonitorStatus | None) -> Any:
    columns = _rollups.c
    if status:
        return columns[f"{status.value.lower()}_count"]
    return sum((columns[f"{s.value.lower()}_count"] for s in MonitorStatus), literal(0))


def _summed_up(asked: Window) -> tuple[datetime, list[ColumnElement[bool]]]:
    """Until when that window is summed up, and which rollups make it up: days, hours around."""
    done = marks()
    hours_end = min(done.get(RollupSpan.HOUR, asked.since), asked.until)
    days_begin = ceiling(asked.since, DAY)
    days_end = floor(min(done.get(RollupSpan.DAY, asked.since), hours_end), DAY)
    if days_begin >= days_end:
        return hours_end, [_within(RollupSpan.HOUR, asked.since, hours_end)]
    return hours_end, [
        _within(RollupSpan.HOUR, asked.since, days_begin),
        _within(RollupSpan.DAY, days_begin, days_end),
        _within(RollupSpan.HOUR, days_end, hours_end),
    ]


def points(
    website_id: int, span: RollupSpan, since: datetime, now: datetime, until: datetime | None = None
) -> list[tuple[datetime, Summary]]:
    """A summary for each hour or day with checks from `since` on, oldest first.

    They end with the hour or day of `until`, or now.
    """
    columns, done, length = _rollups.c, marks(), LENGTH[span]
    since, until = floor(since, length), ceiling(until or now, length)
    marked, hours_end = done.get(span, since), done.get(RollupSpan.HOUR, since)
    parts = [_within(span, since, min(marked, until))]
    if span is RollupSpan.DAY:
        parts.append(_within(RollupSpan.HOUR, max(marked, since), min(hours_end, until)))
    rows = db.session.execute(
        select(_rollups).where(columns.website_id == website_id, or_(*parts))
    ).mappings()
    found: dict[datetime, Summary] = {}
    for row in rows:
        place = found.setdefault(floor(row["started_at"], length), Summary())
        place.merge(Summary.from_row(dict(row)))
    tail = _checks(website_id, max(hours_end, since), min(now, until), now)
    for at, part in _by_span(tail, length):
        found.setdefault(at, Summary()).merge(part)
    return sorted(found.items(), key=lambda pair: pair[0])


def steps(
    website_id: int, since: datetime, until: datetime, step: timedelta
) -> list[tuple[datetime, Summary]]:
    """A summary of the checks themselves for each step, of at most `TAIL` before `until`."""
    found = _by_span(_checks(website_id, since, until, until), step)
    return sorted(found, key=lambda pair: pair[0])


def hourly_medians(website_ids: Sequence[int], since: datetime) -> dict[int, dict[datetime, float]]:
    """For each website the median of each hour summed up since then, in ms; one statement."""
    found: dict[int, dict[datetime, float]] = {website_id: {} for website_id in website_ids}
    columns = _rollups.c
    query = select(columns.website_id, columns.started_at, columns.total_p50_ms).where(
        columns.website_id.in_(website_ids),
        columns.span == RollupSpan.HOUR,
        columns.started_at >= since,
        columns.total_p50_ms.is_not(None),
    )
    for website_id, started_at, median in db.session.execute(query) if website_ids else ():
        found[website_id][started_at] = median
    return found


def _within(span: RollupSpan, since: datetime, until: datetime) -> ColumnElement[bool]:
    columns = _rollups.c
    return and_(columns.span == span, columns.started_at >= since, columns.started_at < until)


Row = tuple[datetime, str, Sequence[float | None]]


def _checks(website_id: int, since: datetime, until: datetime, now: datetime) -> Iterator[Row]:
    """What is not summed up yet: time, status and times of each check, oldest first."""
    query: Select[Any] = (
        select(CHECK.checked_at, CHECK.status, *TIMES)
        .where(CHECK.website_id == website_id, CHECK.checked_at < until)
        .where(CHECK.checked_at >= max(since, now - TAIL))
        .order_by(CHECK.checked_at)
    )
    for row in db.session.execute(query):
        yield row[0], row[1].value, row[2:]


def _by_span(rows: Iterable[Row], length: timedelta) -> Iterator[tuple[datetime, Summary]]:
    found: dict[datetime, Summary] = {}
    for at, status, times in rows:
        begins = floor(at, length)
        found.setdefault(begins, Summary()).add(status, times)
    yield from found.items()


def times_of(whole: Summary) -> Mapping[str, dict[str, float | None]]:
    """p50, p95 and p99 in ms of the whole and of each phase."""
    return {
        phase: {f"p{share}_ms": sketch.quantile(share / 100) for share in (50, 95, 99)}
        for phase, sketch in whole.sketches.items()
    }
