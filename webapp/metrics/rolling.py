"""Verbs of rollups: samples into minutes as they arrive, finished hours into hours and days.

A series says from where it has to be summed (`unsummed_from_ms`, set by whoever records) and from
which hour its minutes have to be folded (`unfolded_from_ms`, set here). Each step locks some
series, makes their buckets anew out of all samples there are, and moves the marks in the same
transaction; so a sample that is late, or comes twice, is counted once. What the newest samples
come to before they are summed or folded, `timelines` adds when it is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Table, bindparam, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.db import begin_to_write, db
from webapp.core.sketch import Sketch
from webapp.metrics.models import MetricRollup, MetricSeries
from webapp.metrics.pages import (
    DAY,
    HOUR,
    MINUTE,
    PAGE_MS,
    Bucket,
    Page,
    by_bucket,
    merged,
    new_page,
    open_page,
    page_start,
    summed,
)
from webapp.metrics.raw import CHUNK, SAMPLE, samples_of

MINUTE_MS, HOUR_MS, DAY_MS = MINUTE * 1000, HOUR * 1000, DAY * 1000
LIVE_MS = 5 * MINUTE_MS  # what arrived so lately is summed first, many series in a step
LIVE_TOGETHER = 50
LATE_TOGETHER = 4  # an hour of each, at a second some ten thousand samples
FOLDED_TOGETHER = 10
FOLDED_AT_ONCE_MS = 24 * HOUR_MS
_unsummed, _unfolded = MetricSeries.unsummed_from_ms, MetricSeries.unfolded_from_ms
_pages: Table = MetricRollup.__table__  # type: ignore[assignment]
PAGE = _pages.c
COARSER = {MINUTE: HOUR, HOUR: DAY}
Pages = dict[tuple[int, int], Page]  # by series and when the page begins
Made = tuple[int, int, Bucket, Sketch]  # series, when the bucket begins, what it is


class Claim(NamedTuple):
    """A series that is locked, from where it waits, and its newest sample."""

    series_id: int
    from_ms: int
    newest_ms: int


def roll_up(now_ms: int, horizon_ms: int = 0) -> Iterator[int]:
    """Bring the rollups up to date, and yield how many series each step took; the caller commits.

    What is older than `horizon_ms`, where raw samples are forgotten, stays as it is. A sample of a
    time to come waits for its time. With nothing to do it asks three questions.
    """
    yield from _summed(now_ms, horizon_ms)
    yield from _folded(now_ms)
    was_late, waits = False, _unsummed < now_ms - LIVE_MS
    while claims := _claim(_unsummed, waits, LATE_TOGETHER):
        ends_ms = (claims[0].from_ms // HOUR_MS + 1) * HOUR_MS
        _sum([claim for claim in claims if claim.from_ms < ends_ms], ends_ms, horizon_ms)
        was_late = True
        yield len(claims)
    if was_late:
        yield from _summed(now_ms, horizon_ms)
        yield from _folded(now_ms)


def _summed(now_ms: int, horizon_ms: int) -> Iterator[int]:
    """Sum what arrived just now, many series in a step, and yield how many."""
    waits = _unsummed.between(now_ms - LIVE_MS, now_ms + LIVE_MS - 1)
    while claims := _claim(_unsummed, waits, LIVE_TOGETHER):
        _sum(claims, now_ms + LIVE_MS, horizon_ms)
        yield len(claims)


def _folded(now_ms: int) -> Iterator[int]:
    """Fold finished hours, and yield how many series each step took."""
    finished_ms = now_ms // HOUR_MS * HOUR_MS
    while claims := _claim(_unfolded, _unfolded < finished_ms, FOLDED_TOGETHER):
        _fold(claims, min(claims[0].from_ms + FOLDED_AT_ONCE_MS, finished_ms))
        yield len(claims)


def _claim(mark: Any, waits: ColumnElement[bool], together: int) -> list[Claim]:
    """Lock the series that have waited longest, of which no other worker has hold."""
    begin_to_write()
    query = select(MetricSeries.id, mark, MetricSeries.newest_ms).where(waits).order_by(mark)
    rows = db.session.execute(
        query.limit(together).with_for_update(skip_locked=True, key_share=True)
    )
    return [Claim(row[0], row[1], max(row[2] or 0, row[1])) for row in rows]


def _sum(claims: Sequence[Claim], to_ms: int, horizon_ms: int) -> None:
    """Make the minutes of the claimed series anew, until `to_ms`."""
    # Of the minute in which raw samples begin to be forgotten some are gone already.
    since_ms = -(-horizon_ms // MINUTE_MS) * MINUTE_MS
    from_ms = {c.series_id: max(c.from_ms // MINUTE_MS * MINUTE_MS, since_ms) for c in claims}
    found = samples_of(list(from_ms), min(from_ms.values()), to_ms)
    _lay(
        MINUTE,
        [
            (series_id, at_ms, summed(values), Sketch(values))
            for series_id, samples in found.items()
            for at_ms, values in by_bucket(samples, MINUTE_MS)
            if at_ms >= from_ms[series_id]
        ],
    )
    later = _next_samples([c.series_id for c in claims if c.newest_ms >= to_ms], to_ms)
    marks = [
        {"series": i, "next": later.get(i), "hour": max(at_ms, since_ms) // HOUR_MS * HOUR_MS}
        for i, at_ms, _ in claims
    ]
    db.session.connection().execute(_MARK_SUMMED, marks)


def _next_samples(series_ids: Sequence[int], from_ms: int) -> dict[int, int]:
    """From when each of the series has samples again, from `from_ms` on."""
    found: dict[int, int] = {}
    for series_id in series_ids:
        row = select(func.min(SAMPLE.at_ms)).where(
            SAMPLE.series_id == series_id, SAMPLE.at_ms >= from_ms
        )
        chunk = select(func.min(CHUNK.started_ms)).where(
            CHUNK.series_id == series_id, CHUNK.ended_ms >= from_ms
        )
        moments = [db.session.scalar(row), db.session.scalar(chunk)]
        if known := [max(at_ms, from_ms) for at_ms in moments if at_ms is not None]:
            found[series_id] = min(known)
    return found


def _fold(claims: Sequence[Claim], to_ms: int) -> None:
    """Make the hours of the claimed series anew until `to_ms`, and the days that they are in."""
    ours = [claim for claim in claims if claim.from_ms < to_ms]
    ids, from_ms = [claim.series_id for claim in ours], ours[0].from_ms
    _lay(HOUR, list(_gathered(MINUTE, ids, from_ms, to_ms)))
    days = from_ms // DAY_MS * DAY_MS, -(-to_ms // DAY_MS) * DAY_MS
    _lay(DAY, list(_gathered(HOUR, ids, *days)))
    marks = [{"series": c.series_id, "next": to_ms if c.newest_ms >= to_ms else None} for c in ours]
    db.session.connection().execute(_MARK_FOLDED, marks)


def _gathered(finer: int, series_ids: Sequence[int], from_ms: int, to_ms: int) -> Iterator[Made]:
    """The buckets of the next tier that those of `finer` come to, each in full."""
    step_ms = COARSER[finer] * 1000
    for (series_id, page_ms), page in _read(finer, series_ids, from_ms, to_ms).items():
        for start_ms in range(max(page_ms, from_ms), min(page_ms + PAGE_MS[finer], to_ms), step_ms):
            first = (start_ms - page_ms) // (finer * 1000)
            numbers = range(first, first + COARSER[finer] // finer)
            bucket = merged(page.bucket(number) for number in numbers)
            if bucket.count:
                yield series_id, start_ms, bucket, _merged_sketch(page, numbers)


def _merged_sketch(page: Page, numbers: Iterable[int]) -> Sketch:
    sketch = Sketch()
    for number in numbers:
        sketch.merge(Sketch.from_bytes(page.sketches[number]))
    return sketch


def _lay(tier: int, made: Sequence[Made]) -> None:
    """Lay buckets onto their pages, and store these."""
    keys = {(series_id, page_start(at_ms, tier)) for series_id, at_ms, _, _ in made}
    if not keys:
        return
    moments = [page_ms for _, page_ms in keys]
    ids = sorted({series_id for series_id, _ in keys})
    known = _read(tier, ids, min(moments), max(moments) + 1)
    pages = {key: known.get(key) or new_page(tier) for key in sorted(keys)}
    for series_id, at_ms, bucket, sketch in made:
        page_ms = page_start(at_ms, tier)
        pages[series_id, page_ms].put((at_ms - page_ms) // (tier * 1000), bucket, sketch)
    _store(tier, pages)


def _read(tier: int, series_ids: Sequence[int], from_ms: int, to_ms: int) -> Pages:
    """The pages of a tier that have a part in the time."""
    query = select(PAGE.series_id, PAGE.page_ms, PAGE.data, PAGE.sketches).where(
        PAGE.series_id.in_(series_ids),
        PAGE.tier == tier,
        PAGE.page_ms.between(page_start(from_ms, tier), to_ms - 1),
    )
    rows = db.session.execute(query)
    return {(i, page_ms): open_page(tier, data, packed) for i, page_ms, data, packed in rows}


def _store(tier: int, pages: Pages) -> None:
    rows = []
    for (series_id, page_ms), page in pages.items():
        key = {"series_id": series_id, "tier": tier, "page_ms": page_ms}
        rows.append(key | dict(zip(("data", "sketches"), page.pack(), strict=True)))
    insert = (sqlite if db.engine.dialect.name == "sqlite" else postgresql).insert(_pages)
    given = {"data": insert.excluded.data, "sketches": insert.excluded.sketches}
    upsert = insert.on_conflict_do_update(
        index_elements=["series_id", "tier", "page_ms"], set_=given
    )
    db.session.connection().execute(upsert, rows)


_hour = bindparam("hour", type_=BigInteger)
_is_earlier = or_(MetricSeries.unfolded_from_ms.is_(None), MetricSeries.unfolded_from_ms > _hour)
_MARK_SUMMED = (
    update(MetricSeries)
    .where(MetricSeries.id == bindparam("series"))
    .values(
        unsummed_from_ms=bindparam("next"),
        unfolded_from_ms=case((_is_earlier, _hour), else_=MetricSeries.unfolded_from_ms),
    )
)
_MARK_FOLDED = (
    update(MetricSeries)
    .where(MetricSeries.id == bindparam("series"))
    .values(unfolded_from_ms=bindparam("next"))
)
