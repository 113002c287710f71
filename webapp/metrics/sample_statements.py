"""The two statements that store a batch of samples, in the words of each database.

They go to the driver as they are: what SQLAlchemy does for each bound value would cost more than
the database does for each row. One statement for many rows, because SQLite's driver lets other
threads of a busy process in between any two.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import CursorResult

from webapp.core.db import db

Row = tuple[int, int, float]  # series id, milliseconds since 1970, value
Note = tuple[int, str, int, float, int]  # series id, its fingerprint, newest row, oldest moment
ROWS = 500  # of up to five values each, in one statement of SQLite

NOTE_NEWEST = """
UPDATE metric_series SET
  newest_value = CASE WHEN newest_ms >= given.column3 THEN newest_value ELSE given.column4 END,
  newest_ms = max(coalesce(newest_ms, given.column3), given.column3),
  unsummed_from_ms = min(coalesce(unsummed_from_ms, given.column5), given.column5)
FROM (VALUES {rows}) AS given
WHERE metric_series.id = given.column1 AND metric_series.fingerprint = given.column2
RETURNING metric_series.id * metric_series.is_watched
"""
INSERT = "INSERT INTO metric_samples (series_id, at_ms, value) VALUES {rows} ON CONFLICT DO NOTHING"

# Rows are locked in the order of their ids, or two recorders could wait for each other.
NOTE_NEWEST_ARRAYS = """
WITH given AS MATERIALIZED (
  SELECT series.id, series.newest_ms AS before_ms, g.newest_ms, g.newest_value, g.oldest_ms
  FROM unnest(%s::integer[], %s::text[], %s::bigint[], %s::double precision[], %s::bigint[])
    AS g (id, fingerprint, newest_ms, newest_value, oldest_ms)
  JOIN metric_series AS series ON series.id = g.id AND series.fingerprint = g.fingerprint
  ORDER BY series.id FOR NO KEY UPDATE OF series
), noted AS (
  UPDATE metric_series AS series SET
    newest_value = CASE WHEN series.newest_ms >= given.newest_ms
      THEN series.newest_value ELSE given.newest_value END,
    newest_ms = greatest(series.newest_ms, given.newest_ms),
    unsummed_from_ms = least(series.unsummed_from_ms, given.oldest_ms)
  FROM given WHERE series.id = given.id
  RETURNING coalesce(given.before_ms < given.oldest_ms, false) AS is_ahead, series.id,
    series.is_watched
)
SELECT count(*) AS noted, bool_and(is_ahead) AS is_ahead,
  array_agg(id) FILTER (WHERE is_watched) AS watched
FROM noted
"""
INSERT_ARRAYS = """
INSERT INTO metric_samples (series_id, at_ms, value)
SELECT * FROM unnest(%s::integer[], %s::bigint[], %s::double precision[])
"""
UNLESS_THERE = "ON CONFLICT DO NOTHING"


class Gone(Exception):
    """A series is not there any more, or its id is another's now; nothing was stored."""


class Inserted(NamedTuple):
    """How many rows were not there yet, and which of their series are watched."""

    new: int
    watched: Collection[int]


def insert(rows: Sequence[Row], fingerprints: Mapping[int, str]) -> Inserted:
    """Insert the rows, which are sorted, that are not there yet.

    Tells each series first what is newest and not yet summed of it, which also keeps it from
    being deleted until the transaction ends, and in return says whether it is watched. Raises
    `Gone`.
    """
    newest = {row[0]: row for row in rows}
    oldest = {row[0]: row[1] for row in reversed(rows)}
    notes = [(i, fingerprints[i], at, value, oldest[i]) for i, at, value in newest.values()]
    return _insert_arrays(notes, rows) if _is_postgresql() else _insert_values(notes, rows)


def _insert_arrays(notes: Sequence[Note], rows: Sequence[Row]) -> Inserted:
    told = _execute(NOTE_NEWEST_ARRAYS, _arrays(notes)).one()
    if told.noted < len(notes):
        raise Gone
    # Nobody else adds to a series that we hold, so what is later than its newest cannot be there.
    statement = INSERT_ARRAYS if told.is_ahead else INSERT_ARRAYS + UNLESS_THERE
    return Inserted(_execute(statement, _arrays(rows)).rowcount, set(told.watched or ()))


def _insert_values(notes: Sequence[Note], rows: Sequence[Row]) -> Inserted:
    told = [i for done in _execute_values(NOTE_NEWEST, notes) for (i,) in _fetched(done)]
    if len(told) < len(notes):
        raise Gone
    new = sum(done.rowcount for done in _execute_values(INSERT, rows))
    return Inserted(new, set(filter(None, told)))


def _execute_values(
    statement: str, rows: Sequence[tuple[object, ...]]
) -> Iterator[CursorResult[Any]]:
    one = f"({','.join('?' * len(rows[0]))})"
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        places = ",".join([one] * len(part))
        yield _execute(statement.format(rows=places), tuple(chain(*part)))


def _fetched(done: CursorResult[Any]) -> Sequence[Any]:
    """The rows as the driver gives them: SQLAlchemy's own would cost as much as the statement."""
    assert done.cursor is not None
    rows = done.cursor.fetchall()
    done.close()
    return rows


def _arrays(rows: Sequence[tuple[object, ...]]) -> tuple[str, ...]:
    """The columns of `rows`, of numbers or of hexadecimal, as PostgreSQL writes arrays."""
    return tuple(_array(column) for column in zip(*rows, strict=True))


def _array(column: Sequence[object]) -> str:
    if isinstance(column[0], str):
        return "{" + ",".join(map(str, column)) + "}"
    return "{" + str(list(column))[1:-1] + "}"


def _execute(statement: str, values: tuple[object, ...]) -> CursorResult[Any]:
    return db.session.connection().exec_driver_sql(statement, values)


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
