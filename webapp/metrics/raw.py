"""Questions about raw samples: rows that are young and chunks that are sealed, as one."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import takewhile

from sqlalchemy import func, select

from webapp.core.db import db
from webapp.metrics.models import MetricChunk, MetricSample
from webapp.metrics.packing import STRETCH_MS, Samples, unpack

CHUNK = MetricChunk.__table__.c
SAMPLE = MetricSample.__table__.c


def samples(series_id: int, from_ms: int, to_ms: int) -> Samples:
    """The samples of a series from `from_ms` until before `to_ms`, in order; two statements."""
    return samples_of([series_id], from_ms, to_ms)[series_id]


def samples_of(series_ids: Sequence[int], from_ms: int, to_ms: int) -> dict[int, Samples]:
    """The same of several series; two statements however many there are.

    Rows are read before chunks: what is sealed in between is then seen twice and not missed.
    """
    found = rows_of(series_ids, from_ms, to_ms)
    for series_id, sealed in _sealed(series_ids, from_ms, to_ms).items():
        found[series_id] = united(sealed, found[series_id])
    return found


def rows_of(series_ids: Sequence[int], from_ms: int, to_ms: int) -> dict[int, Samples]:
    """Only what is not sealed, which is all that is younger than an hour; one statement."""
    found: dict[int, Samples] = {series_id: [] for series_id in series_ids}
    if series_ids:
        query = select(SAMPLE.series_id, SAMPLE.at_ms, SAMPLE.value).where(
            SAMPLE.series_id.in_(series_ids), SAMPLE.at_ms >= from_ms, SAMPLE.at_ms < to_ms
        )
        rows = db.session.execute(query.order_by(SAMPLE.series_id, SAMPLE.at_ms))
        for series_id, at_ms, value in rows:
            found[series_id].append((at_ms, value))
    return found


def united(sealed: Samples, rows: Samples) -> Samples:
    """Sealed samples and rows in order; what was sealed wins where both have the same moment."""
    if not sealed or not rows or sealed[-1][0] < rows[0][0]:
        return sealed + rows
    return sorted((dict(rows) | dict(sealed)).items())


def _sealed(series_ids: Sequence[int], from_ms: int, to_ms: int) -> dict[int, Samples]:
    if not series_ids:
        return {}
    # A chunk lies within one stretch: those that reach into the time begin no earlier than it.
    query = select(CHUNK.series_id, CHUNK.data).where(
        CHUNK.series_id.in_(series_ids),
        CHUNK.started_ms.between(from_ms // STRETCH_MS * STRETCH_MS, to_ms - 1),
        CHUNK.ended_ms >= from_ms,
    )
    rows = db.session.execute(query.order_by(CHUNK.series_id, CHUNK.started_ms))
    found: dict[int, Samples] = {}
    for series_id, data in rows:
        found.setdefault(series_id, []).extend(between(unpack(data), from_ms, to_ms))
    return found


def between(found: Samples, from_ms: int, to_ms: int) -> Samples:
    """Those of `found`, which is in order, from `from_ms` until before `to_ms`."""
    return found[bisect_left(found, (from_ms,)) : bisect_left(found, (to_ms,))]


def risen_at(series_id: int, limit: float, since_ms: int) -> int | None:
    """When a series, which is at `limit` or beyond, rose to it, looking back to `since_ms`.

    Chunks are unpacked one by one, back to the first with a value below. None without a sample.
    """
    recent = SAMPLE.series_id == series_id, SAMPLE.at_ms >= since_ms
    last_below = select(func.max(SAMPLE.at_ms)).where(*recent, SAMPLE.value < limit)
    below = last_below.scalar_subquery()
    first = select(func.min(SAMPLE.at_ms), below).where(
        *recent, SAMPLE.at_ms > func.coalesce(below, since_ms - 1)
    )
    risen_ms, below_ms = db.session.execute(first).one()
    if below_ms is not None:
        return int(risen_ms) if risen_ms is not None else None
    query = select(CHUNK.data).where(CHUNK.series_id == series_id, CHUNK.ended_ms >= since_ms)
    for data in db.session.scalars(query.order_by(CHUNK.started_ms.desc())):
        found = between(unpack(data), since_ms, 2**62)
        at_limit = list(takewhile(lambda sample: sample[1] >= limit, reversed(found)))
        risen_ms = at_limit[-1][0] if at_limit else risen_ms
        if len(at_limit) < len(found):
            break
    return None if risen_ms is None else int(risen_ms)
