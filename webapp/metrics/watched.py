"""Verbs about series that are watched: their new samples become news for the judge.

News of one series have rising ids in the order in which they were recorded: who records holds the
row of the series until the news are committed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, insert, select, update

from webapp.core import nudges
from webapp.core.db import begin_to_write, db
from webapp.metrics import news, raw
from webapp.metrics.models import MetricNews, MetricSeries
from webapp.metrics.news import Row

SERIES: Any = MetricSeries.__table__
NEWS: Table = MetricNews.__table__  # type: ignore[assignment]
CHUNK = 500  # ids in one statement
BELL = "metrics"
MOST_ROWS = 50_000  # samples in one row of news


class News(NamedTuple):
    """New samples, in the order of series and time, and when they were recorded."""

    id: int
    recorded_at: datetime
    rows: list[Row]


def watch(series_ids: Sequence[int], since_ms: int, now: datetime) -> list[int]:
    """Have all further samples of these series told, and now those from `since_ms` on.

    Between the two no sample is missed: who records waits, or is read here. Returns those of the
    series that are still there; none of them goes before the transaction ends.
    """
    there: list[int] = []
    for part in _parts(sorted(set(series_ids))):
        held = _hold(part)
        db.session.connection().execute(
            update(SERIES).where(SERIES.c.id.in_(held)).values(is_watched=True)
        )
        tell(_stored(held, since_ms), now)
        there += held
    return there


def unwatch(series_ids: Sequence[int]) -> None:
    """Have no further samples of these series told."""
    for part in _parts(sorted(set(series_ids))):
        _hold(part)
        db.session.connection().execute(
            update(SERIES).where(SERIES.c.id.in_(part)).values(is_watched=False)
        )


def tell(rows: Sequence[Row], now: datetime) -> None:
    """Write these samples down as news."""
    for begin in range(0, len(rows), MOST_ROWS):
        data = news.pack(rows[begin : begin + MOST_ROWS])
        db.session.connection().execute(insert(NEWS), {"recorded_at": now, "data": data})
    if rows:
        nudges.ring_after_commit(BELL)


def unread(most: int) -> list[News]:
    """The oldest news, at most so many rows of them; one statement."""
    query = select(NEWS.c.id, NEWS.c.recorded_at, NEWS.c.data).order_by(NEWS.c.id).limit(most)
    return [
        News(news_id, recorded_at, news.unpack(data))
        for news_id, recorded_at, data in db.session.execute(query)
    ]


def settle(read: Sequence[News]) -> bool:
    """Remove news that were judged; whether all of them were still there to be judged."""
    removed = 0
    for part in _parts([each.id for each in read]):
        gone = delete(NEWS).where(NEWS.c.id.in_(part))
        removed += db.session.connection().execute(gone).rowcount
    return removed == len(read)


def _hold(ids: Sequence[int]) -> list[int]:
    """Lock the rows in the order of their ids, as who records does; those that there are."""
    begin_to_write()
    query = select(SERIES.c.id).where(SERIES.c.id.in_(ids)).order_by(SERIES.c.id)
    return list(db.session.connection().scalars(query.with_for_update(key_share=True)))


def _stored(ids: Sequence[int], since_ms: int) -> list[Row]:
    found = raw.rows_of(ids, since_ms, 2**62)
    return [(i, at_ms, value) for i in ids for at_ms, value in found[i]]


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for begin in range(0, len(ids), CHUNK):
        yield ids[begin : begin + CHUNK]
