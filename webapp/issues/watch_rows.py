"""The rows that say where rules stand: read and written many at once."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.db import db
from webapp.issues.breaches import Standing
from webapp.issues.rule_models import RuleWatch

WATCHES: Table = RuleWatch.__table__  # type: ignore[assignment]
CHUNK = 5_000  # ids in one statement
REST = ("overload_id", "flips")
COLUMNS = tuple(WATCHES.c[name] for name in ("rule_id", "series_id", *REST, *Standing._fields))
FIRST = 2 + len(REST)
TOUCH = "UPDATE rule_watches SET newest_ms = ? WHERE rule_id = ? AND series_id = ?"
TOUCH_ARRAYS = """
UPDATE rule_watches AS watch SET newest_ms = given.newest_ms
FROM unnest(%s::bigint[], %s::integer[], %s::integer[]) AS given (newest_ms, rule_id, series_id)
WHERE watch.rule_id = given.rule_id AND watch.series_id = given.series_id
"""


class Watch(NamedTuple):
    """Where a rule stands with a series, and the overload that lasts, if one does."""

    rule_id: int
    series_id: int
    overload_id: int | None
    flips: list[int]
    standing: Standing


class Change(NamedTuple):
    """A watch after new samples; `flips` is None where nothing came or went."""

    watch: Watch
    standing: Standing
    overload_id: int | None
    flips: list[int] | None

    @property
    def is_at_rest(self) -> bool:
        """Whether all is well as before, and only the newest sample is another."""
        return self.flips is None and self.standing.is_at_rest and self.watch.standing.is_at_rest


def of_series(series_ids: Collection[int]) -> list[Watch]:
    """All watches of these series."""
    return [watch_of(row) for row in rows_of_series(series_ids)]


def rows_of_series(series_ids: Collection[int]) -> Iterator[Any]:
    """The same as rows, of which most need no more than a look."""
    for part in parts(sorted(series_ids)):
        query = select(*COLUMNS).where(WATCHES.c.series_id.in_(part))
        yield from db.session.execute(query).all()


def of_rule(rule_id: int) -> list[Watch]:
    """All watches of a rule."""
    query = select(*COLUMNS).where(WATCHES.c.rule_id == rule_id)
    return [watch_of(row) for row in db.session.execute(query)]


def save(changes: Sequence[Change]) -> None:
    """Write down where rules stand now; a watch that is gone meanwhile stays gone."""
    _touch([change for change in changes if change.is_at_rest])
    rows = [_values(change) for change in changes if not change.is_at_rest]
    if rows:
        db.session.connection().execute(_update(*Standing._fields, "overload_id"), rows)
    flipped = [_flips(change) for change in changes if change.flips is not None]
    if flipped:
        db.session.connection().execute(_update("flips"), flipped)


def add(rule_id: int, series_ids: Sequence[int]) -> None:
    """Watch these series for a rule; those that it watches already stay as they are."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    rows = [
        {"rule_id": rule_id, "series_id": i, "breaching_count": 0, "is_without_data": False}
        for i in series_ids
    ]
    if rows:
        adding: Any = dialect.insert(WATCHES).on_conflict_do_nothing()
        db.session.connection().execute(adding, rows)


def remove(rule_id: int, series_ids: Collection[int]) -> None:
    """Watch these series no longer for a rule."""
    for part in parts(sorted(series_ids)):
        mine = WATCHES.c.rule_id == rule_id, WATCHES.c.series_id.in_(part)
        db.session.connection().execute(delete(WATCHES).where(*mine))


def watched_by_any(series_ids: Collection[int]) -> set[int]:
    """Those of the series that some rule watches."""
    found: set[int] = set()
    for part in parts(sorted(series_ids)):
        query = select(WATCHES.c.series_id).where(WATCHES.c.series_id.in_(part)).distinct()
        found |= set(db.session.scalars(query))
    return found


def parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids, as many at a time as a statement takes."""
    for begin in range(0, len(ids), CHUNK):
        yield ids[begin : begin + CHUNK]


def watch_of(row: Any) -> Watch:
    """A row with all its columns as a watch."""
    rule_id, series_id, overload_id, flips = row[:FIRST]
    told = list(flips["ms"]) if flips else []
    return Watch(rule_id, series_id, overload_id, told, Standing._make(row[FIRST:]))


def _touch(changes: Sequence[Change]) -> None:
    """Of all series at once, about every minute: one statement, or light ones."""
    rows = [(c.standing.newest_ms, c.watch.rule_id, c.watch.series_id) for c in changes]
    if not rows:
        return
    if db.engine.dialect.name == "sqlite":
        db.session.connection().exec_driver_sql(TOUCH, rows)
        return
    columns = tuple("{" + str(list(column))[1:-1] + "}" for column in zip(*rows, strict=True))
    db.session.connection().exec_driver_sql(TOUCH_ARRAYS, columns)


def _update(*names: str) -> Any:
    mine = WATCHES.c.rule_id == bindparam("of_rule"), WATCHES.c.series_id == bindparam("of_series")
    return update(WATCHES).where(*mine).values({name: bindparam(f"new_{name}") for name in names})


def _key(change: Change) -> dict[str, Any]:
    return {"of_rule": change.watch.rule_id, "of_series": change.watch.series_id}


def _values(change: Change) -> dict[str, Any]:
    new = {f"new_{name}": value for name, value in change.standing._asdict().items()}
    return _key(change) | new | {"new_overload_id": change.overload_id}


def _flips(change: Change) -> dict[str, Any]:
    return _key(change) | {"new_flips": {"ms": change.flips}}
