"""Verbs of sealing: samples older than an hour move from rows into packed chunks.

A chunk costs two or three bytes a sample, a row some thirty. Each step is one transaction that
writes chunks and deletes the rows in them: broken off at any point, or run twice, nothing is lost
and nothing is there twice. Samples that arrive late join the chunks they belong to; where a row
and a chunk have the same moment, the chunk's value stays.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, and_, delete, func, insert, or_, select

from webapp.core.db import begin_to_write, db
from webapp.metrics.models import MetricChunk, MetricSample, MetricSeries
from webapp.metrics.packing import FULL, STRETCH_MS, Samples, cut, pack, unpack
from webapp.metrics.raw import CHUNK, SAMPLE, united

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
TOGETHER = 16  # series in one step
MOST_ROWS = 3 * FULL  # rows sealed in one step: some tens of milliseconds
_chunks: Table = MetricChunk.__table__  # type: ignore[assignment]
_samples: Table = MetricSample.__table__  # type: ignore[assignment]


def sealed_before_ms(now_ms: int) -> int:
    """Until when samples are sealed: the beginning of the hour before this one."""
    return (now_ms - HOUR_MS) // HOUR_MS * HOUR_MS


def seal(now_ms: int) -> Iterator[int]:
    """Seal what is old enough, and yield how many rows each step took; the caller commits each.

    With nothing to seal it asks one question and yields nothing.
    """
    before_ms = sealed_before_ms(now_ms)
    waiting = db.session.scalars(_with_rows(before_ms)).all()
    for start in range(0, len(waiting), TOGETHER):
        count = 1
        while count:
            count = _seal_some(waiting[start : start + TOGETHER], before_ms)
            yield count


def _with_rows(before_ms: int) -> Any:
    """Ids of series with a row older than that: one look at the primary key for each series."""
    oldest = select(func.min(SAMPLE.at_ms)).where(SAMPLE.series_id == MetricSeries.id)
    series = select(MetricSeries.id).where(oldest.scalar_subquery() < before_ms)
    return series.order_by(MetricSeries.id)


def _seal_some(series_ids: Sequence[int], before_ms: int) -> int:
    """One step: at most `MOST_ROWS` rows of these series, of each those of one day.

    Returns how many rows were sealed: 0 when none is left, or another worker has these series.
    """
    begin_to_write()
    locked = select(MetricSeries.id).where(MetricSeries.id.in_(series_ids))
    mine = db.session.scalars(locked.with_for_update(skip_locked=True, key_share=True)).all()
    found = _take_rows(mine, before_ms) if mine else {}
    if found:
        _join_chunks(found)
    return sum(map(len, found.values()))


def _take_rows(series_ids: Sequence[int], before_ms: int) -> dict[int, Samples]:
    """Delete the oldest rows, and return them.

    What is deleted is what is sealed, even if it was recorded after we looked.
    """
    query = select(SAMPLE.series_id, SAMPLE.at_ms).where(
        SAMPLE.series_id.in_(series_ids), SAMPLE.at_ms < before_ms
    )
    oldest = query.order_by(SAMPLE.series_id, SAMPLE.at_ms).limit(MOST_ROWS)
    taken: dict[int, Samples] = {}
    for series_id, of_series in groupby(db.session.execute(oldest).all(), itemgetter(0)):
        moments = [at_ms for _, at_ms in of_series]
        ends_ms = (moments[0] // DAY_MS + 1) * DAY_MS - 1
        within = SAMPLE.at_ms.between(moments[0], min(ends_ms, moments[-1]))
        gone = delete(_samples).where(SAMPLE.series_id == series_id, within)
        rows = db.session.execute(gone.returning(SAMPLE.at_ms, SAMPLE.value)).all()
        taken[series_id] = sorted((at_ms, value) for at_ms, value in rows)
    return taken


def _join_chunks(found: dict[int, Samples]) -> None:
    """Write the samples of a day into chunks; those that they belong to are cut anew."""
    chunks = {series_id: list[Any]() for series_id in found}
    for chunk in db.session.execute(_chunks_around(found)):
        chunks[chunk.series_id].append(chunk)
    made: list[dict[str, Any]] = []
    stale: list[Any] = []
    for series_id, samples in found.items():
        for chunk, run in _places(chunks[series_id], samples):
            if chunk is not None:
                stale.append(chunk)
                run = united(unpack(chunk.data), run)
            made += (_row(series_id, part) for part in cut(run))
    if stale:
        keys = (_is_chunk(chunk.series_id, chunk.started_ms) for chunk in stale)
        db.session.execute(delete(_chunks).where(or_(*keys)))
    db.session.execute(insert(_chunks), made)


def _chunks_around(found: dict[int, Samples]) -> Any:
    """Of each series the chunks that its samples may be in, from the last that begins before."""
    around = (
        and_(
            CHUNK.series_id == series_id,
            CHUNK.started_ms.between(_begin(series_id, samples[0][0]), samples[-1][0]),
        )
        for series_id, samples in found.items()
    )
    return select(_chunks).where(or_(*around)).order_by(CHUNK.series_id, CHUNK.started_ms)


def _begin(series_id: int, first_ms: int) -> Any:
    earlier = _chunks.alias()
    begun = earlier.c.series_id == series_id, earlier.c.started_ms <= first_ms
    last = select(func.max(earlier.c.started_ms)).where(*begun)
    return func.coalesce(last.scalar_subquery(), first_ms)


def _places(chunks: Sequence[Any], samples: Samples) -> Iterator[tuple[Any, Samples]]:
    """Runs of samples with the chunk that each joins: the one it is in, or behind if that has room.

    None where a run makes chunks of its own. A run ends where a chunk begins, so that no two
    chunks ever overlap.
    """
    starts = [chunk.started_ms for chunk in chunks]
    for place, found in groupby(samples, lambda sample: bisect_right(starts, sample[0])):
        run, before = list(found), chunks[place - 1] if place else None
        yield (before if before is not None and _takes(before, run[0][0]) else None), run


def _takes(chunk: Any, at_ms: int) -> bool:
    """Whether a sample belongs into a chunk that begins before it, or fits behind."""
    is_near = chunk.started_ms // STRETCH_MS == at_ms // STRETCH_MS
    return bool(at_ms <= chunk.ended_ms or (is_near and chunk.count < FULL))


def _row(series_id: int, run: Samples) -> dict[str, Any]:
    return {
        "series_id": series_id,
        "started_ms": run[0][0],
        "ended_ms": run[-1][0],
        "count": len(run),
        "data": pack(run),
    }


def _is_chunk(series_id: int, started_ms: int) -> Any:
    return and_(CHUNK.series_id == series_id, CHUNK.started_ms == started_ms)
