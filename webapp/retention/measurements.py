"""Delete what metrics no longer keep: by age each tier, and by size where there is a limit.

Generators of batches like those of `actions`, which lists them.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, and_, delete, func, or_, select, tuple_

from webapp.config import Settings
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics.models import (
    Host,
    MetricChunk,
    MetricRollup,
    MetricSample,
    MetricSeries,
    ProcessList,
)
from webapp.metrics.pages import DAY, HOUR, MINUTE, PAGE_MS

BATCH = 250  # a few milliseconds of the write lock
PACKED_BATCH = 50  # rows of some thousand bytes each
WEIGHED_SERIES = 30
ROW_BYTES = 80  # of a packed row beside its data, with its indexes

Forgetting = Callable[[Settings, datetime], Iterator[int]]
_CHUNK_KEY = tuple_(MetricChunk.series_id, MetricChunk.started_ms)
_PAGE_KEY = tuple_(MetricRollup.series_id, MetricRollup.tier, MetricRollup.page_ms)


def forget_samples(settings: Settings, now: datetime) -> Iterator[int]:
    """Samples older than METRICS_DAYS that were never sealed, series by series."""
    before_ms = _before_ms(now, settings.metrics_days)
    oldest = select(func.min(MetricSample.at_ms)).where(MetricSample.series_id == MetricSeries.id)
    old = select(MetricSeries.id).where(oldest.scalar_subquery() < before_ms)
    for series_id in db.session.scalars(old).all():
        while (last_ms := _batch_end(series_id, before_ms)) is not None:
            yield execute(
                delete(MetricSample).where(
                    MetricSample.series_id == series_id, MetricSample.at_ms <= last_ms
                )
            )


def forget_chunks(settings: Settings, now: datetime) -> Iterator[int]:
    """Sealed samples whose last one is older than METRICS_DAYS."""
    old = MetricChunk.ended_ms < _before_ms(now, settings.metrics_days)
    query = select(MetricChunk.series_id, MetricChunk.started_ms).where(old)
    while keys := db.session.execute(query.limit(PACKED_BATCH)).all():
        yield execute(delete(MetricChunk).where(_CHUNK_KEY.in_([tuple(key) for key in keys])))


def forget_minutes(settings: Settings, now: datetime) -> Iterator[int]:
    """Minutes older than METRIC_MINUTES_DAYS, an hour's page of them at a time."""
    yield from _pages(MINUTE, _before_ms(now, settings.metric_minutes_days))


def forget_hours(settings: Settings, now: datetime) -> Iterator[int]:
    """Hours older than METRIC_HOURS_DAYS, three days' page of them at a time."""
    yield from _pages(HOUR, _before_ms(now, settings.metric_hours_days))


def forget_days(settings: Settings, now: datetime) -> Iterator[int]:
    """Days older than METRIC_DAYS_DAYS, a page of 64 at a time."""
    yield from _pages(DAY, _before_ms(now, settings.metric_days_days))


def forget_series(settings: Settings, now: datetime) -> Iterator[int]:
    """Series of which nothing is kept any more, and those that never had a sample."""
    made_before = now - timedelta(days=settings.metrics_days)
    never = and_(MetricSeries.newest_ms.is_(None), MetricSeries.created_at < made_before)
    gone = MetricSeries.newest_ms < _before_ms(now, settings.metric_days_days)
    query = select(MetricSeries.id).where(or_(never, gone))
    while ids := db.session.scalars(query.limit(PACKED_BATCH)).all():
        yield execute(delete(MetricSeries).where(MetricSeries.id.in_(ids)))


def forget_process_lists(settings: Settings, now: datetime) -> Iterator[int]:
    """Lists of processes older than METRICS_DAYS."""
    key = tuple_(ProcessList.host, ProcessList.at_ms)
    old = ProcessList.at_ms < _before_ms(now, settings.metrics_days)
    query = select(ProcessList.host, ProcessList.at_ms).where(old)
    while keys := db.session.execute(query.limit(BATCH)).all():
        yield execute(delete(ProcessList).where(key.in_([tuple(each) for each in keys])))


def forget_hosts(settings: Settings, now: datetime) -> Iterator[int]:
    """Hosts that nobody has heard of for METRIC_DAYS_DAYS."""
    old = Host.last_seen_at < now - timedelta(days=settings.metric_days_days)
    while names := db.session.scalars(select(Host.name).where(old).limit(BATCH)).all():
        yield execute(delete(Host).where(Host.name.in_(names)))


def forget_oversize(settings: Settings, _now: datetime) -> Iterator[int]:
    """Beyond METRICS_MAX_MB the oldest sealed samples, then the oldest minutes."""
    if not settings.metrics_max_mb:
        return
    excess = weight() - settings.metrics_max_mb * 1_000_000
    for query, table, key in _OLDEST_FIRST:
        while excess > 0 and (rows := db.session.execute(query.limit(PACKED_BATCH)).all()):
            excess -= sum(row[-1] + ROW_BYTES for row in rows)
            yield execute(delete(table).where(key.in_([tuple(row[:-1]) for row in rows])))


_OLDEST_FIRST: tuple[tuple[Any, Any, Any], ...] = (
    (
        select(
            MetricChunk.series_id, MetricChunk.started_ms, func.length(MetricChunk.data)
        ).order_by(MetricChunk.ended_ms),
        MetricChunk,
        _CHUNK_KEY,
    ),
    (
        select(
            MetricRollup.series_id,
            MetricRollup.tier,
            MetricRollup.page_ms,
            func.length(MetricRollup.data) + func.length(MetricRollup.sketches),
        )
        .where(MetricRollup.tier == MINUTE)
        .order_by(MetricRollup.page_ms),
        MetricRollup,
        _PAGE_KEY,
    ),
)


def weight() -> int:
    """Bytes of sealed samples and rollups, judged by some series: to weigh all would read all."""
    some = select(MetricSeries.id).order_by(func.random()).limit(WEIGHED_SERIES)
    ids = db.session.scalars(some).all()
    return sum(
        _weight(table, size, ids)
        for table, size in (
            (MetricChunk, func.length(MetricChunk.data)),
            (MetricRollup, func.length(MetricRollup.data) + func.length(MetricRollup.sketches)),
        )
    )


def _weight(table: Any, size: Any, series_ids: Any) -> int:
    rows = db.session.scalar(select(func.count()).select_from(table)) or 0
    mean = db.session.scalar(select(func.avg(size)).where(table.series_id.in_(series_ids)))
    return int(rows * (float(mean or 0) + ROW_BYTES))


def _pages(tier: int, before_ms: int) -> Iterator[int]:
    """Pages that have ended before, along the index."""
    old = MetricRollup.tier == tier, MetricRollup.page_ms <= before_ms - PAGE_MS[tier]
    query = select(MetricRollup.series_id, MetricRollup.tier, MetricRollup.page_ms).where(*old)
    while keys := db.session.execute(query.limit(PACKED_BATCH)).all():
        yield execute(delete(MetricRollup).where(_PAGE_KEY.in_([tuple(key) for key in keys])))


def _batch_end(series_id: int, before_ms: int) -> int | None:
    """When the last sample of the next batch was taken, None when there is nothing to forget."""
    old = select(MetricSample.at_ms).where(
        MetricSample.series_id == series_id, MetricSample.at_ms < before_ms
    )
    batch = old.order_by(MetricSample.at_ms).limit(BATCH).subquery()
    last_ms: int | None = db.session.scalar(select(func.max(batch.c.at_ms)))
    return last_ms


def _before_ms(now: datetime, days: int) -> int:
    return clock.to_ms(now - timedelta(days=days))


def execute(statement: Delete) -> int:
    """Delete, and say how many rows went."""
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)  # type: ignore[attr-defined]


FORGETTINGS: dict[str, Forgetting] = {
    "metric_samples": forget_samples,
    "metric_chunks": forget_chunks,
    "metric_minutes": forget_minutes,
    "metric_hours": forget_hours,
    "metric_rollups": forget_days,
    "metrics_size": forget_oversize,
    "metric_series": forget_series,
    "process_lists": forget_process_lists,
    "hosts": forget_hosts,
}
