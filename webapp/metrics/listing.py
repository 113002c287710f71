"""Questions about single readings: the newest first, page by page, whether sealed or not."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select, tuple_

from webapp.core.db import db
from webapp.metrics.models import (
    ApplicationMetric,
    Metric,
    MetricKind,
    MetricSeries,
    SystemMetric,
)
from webapp.metrics.packing import STRETCH_MS, unpack
from webapp.metrics.raw import CHUNK, SAMPLE, between, samples_of

KINDS: dict[MetricKind, type[Metric]] = {
    MetricKind.SYSTEM: SystemMetric,
    MetricKind.APPLICATION: ApplicationMetric,
}
Found = Sequence[tuple[int, int, float]]  # series id, milliseconds since 1970, value


class Sealed(NamedTuple):
    """What a chunk says of itself without being unpacked; both moments are inclusive."""

    series_id: int
    started_ms: int
    ended_ms: int
    size: int


def listed(
    series: Sequence[MetricSeries], from_ms: int, to_ms: int, limit: int, offset: int
) -> tuple[list[Metric], int]:
    """A page of the readings of `series` from `from_ms` until before `to_ms`, and how many in all.

    Unpacked is only the part of history that the page is in, and the chunks at the ends.
    """
    by_id = {each.id: each for each in series}
    ids = list(by_id)
    chunks = _chunks(ids, from_ms, to_ms)
    rows = _count_rows(ids, from_ms, to_ms)
    total = rows + _count_sealed(chunks, from_ms, to_ms)
    if offset >= total:
        return [], total
    # What is younger than any chunk is read as it lies, and that is nearly always all.
    young_ms = max((min(chunk.ended_ms + 1, to_ms) for chunk in chunks), default=from_ms)
    young = _count_rows(ids, young_ms, to_ms) if chunks else rows
    if offset + limit <= young or not chunks:
        found = _among_rows(ids, young_ms, to_ms, limit, offset)
    else:
        found = _among_chunks(ids, chunks, rows, (from_ms, to_ms, limit, offset))
    return [_metric(by_id[series_id], at_ms, value) for series_id, at_ms, value in found], total


def _metric(series: MetricSeries, at_ms: int, value: float) -> Metric:
    """A reading to look at: it belongs to no session, and cannot be stored."""
    return KINDS[series.kind](
        series_id=series.id,
        at_ms=at_ms,
        kind=series.kind,
        metric_type=series.metric_type,
        name=series.name,
        unit=series.unit,
        source=series.source,
        value=value,
        details=series.details,
    )


def _chunks(ids: Sequence[int], from_ms: int, to_ms: int) -> list[Sealed]:
    query = select(CHUNK.series_id, CHUNK.started_ms, CHUNK.ended_ms, CHUNK.count).where(
        CHUNK.series_id.in_(ids),
        CHUNK.started_ms.between(from_ms // STRETCH_MS * STRETCH_MS, to_ms - 1),
        CHUNK.ended_ms >= from_ms,
    )
    return [Sealed(*row) for row in db.session.execute(query)] if ids else []


def _count_rows(ids: Sequence[int], from_ms: int, to_ms: int) -> int:
    query = select(func.count()).where(
        SAMPLE.series_id.in_(ids), SAMPLE.at_ms >= from_ms, SAMPLE.at_ms < to_ms
    )
    return (db.session.scalar(query) if ids else 0) or 0


def _count_sealed(chunks: Sequence[Sealed], from_ms: int, to_ms: int) -> int:
    """How many sealed samples lie in the time; chunks across its ends are unpacked."""
    touched = [c for c in chunks if c.ended_ms >= from_ms and c.started_ms < to_ms]
    inside = [c for c in touched if c.started_ms >= from_ms and c.ended_ms < to_ms]
    across = [(c.series_id, c.started_ms) for c in set(touched) - set(inside)]
    count = sum(chunk.size for chunk in inside)
    if across:
        key = tuple_(CHUNK.series_id, CHUNK.started_ms)
        for data in db.session.scalars(select(CHUNK.data).where(key.in_(across))):
            count += len(between(unpack(data), from_ms, to_ms))
    return count


def _among_rows(ids: Sequence[int], from_ms: int, to_ms: int, limit: int, offset: int) -> Found:
    query = select(SAMPLE.series_id, SAMPLE.at_ms, SAMPLE.value).where(
        SAMPLE.series_id.in_(ids), SAMPLE.at_ms >= from_ms, SAMPLE.at_ms < to_ms
    )
    newest = query.order_by(SAMPLE.at_ms.desc(), SAMPLE.series_id).limit(limit).offset(offset)
    return [(series_id, at_ms, value) for series_id, at_ms, value in db.session.execute(newest)]


def _among_chunks(
    ids: Sequence[int], chunks: Sequence[Sealed], rows: int, page: tuple[int, int, int, int]
) -> Found:
    from_ms, to_ms, limit, offset = page
    first_ms = _begins(chunks, offset + limit, from_ms)
    ends_ms = _ends(chunks, offset - rows, to_ms)
    skipped = _count_rows(ids, ends_ms, to_ms) + _count_sealed(chunks, ends_ms, to_ms)
    found = samples_of(ids, first_ms, ends_ms)
    newest = sorted((-at_ms, i, value) for i in ids for at_ms, value in found[i])
    start = max(offset - skipped, 0)
    return [(i, -at_ms, value) for at_ms, i, value in newest[start : start + limit]]


def _begins(chunks: Sequence[Sealed], wanted: int, from_ms: int) -> int:
    """From when on there are certainly so many samples."""
    known = 0
    for chunk in sorted(chunks, key=lambda chunk: -chunk.started_ms):
        known += chunk.size
        if known >= wanted:
            return max(chunk.started_ms, from_ms)
    return from_ms


def _ends(chunks: Sequence[Sealed], skipped: int, to_ms: int) -> int:
    """Before when the page certainly lies: no more than `skipped` samples are newer."""
    ends_ms = to_ms
    for chunk in sorted(chunks, key=lambda chunk: -chunk.ended_ms):
        if skipped < 0:
            break
        ends_ms = min(chunk.ended_ms + 1, to_ms)
        skipped -= chunk.size
    return ends_ms
