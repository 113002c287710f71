"""The statements that digest occurrences, each for a whole batch, on both databases."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Row,
    Table,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.db import db
from webapp.issues.kinds import IssueKind
from webapp.issues.models import (
    AffectedName,
    Fault,
    IssueFingerprint,
    IssueHour,
    OperationalIssue,
    Overload,
    RecurringIssue,
)
from webapp.issues.origin_models import CountedOrigin

CHUNK = 10_000  # fingerprints in one question
ORIGINS_LOCK = 0x5741_7443  # any number that nobody else locks by
Fingerprint = tuple[IssueKind, str]
Rows = Sequence[Mapping[str, Any]]
_issues: Table = RecurringIssue.__table__  # type: ignore[assignment]
_fingerprints: Table = IssueFingerprint.__table__  # type: ignore[assignment]
_hours: Table = IssueHour.__table__  # type: ignore[assignment]
_origins: Table = CountedOrigin.__table__  # type: ignore[assignment]
_names: Table = AffectedName.__table__  # type: ignore[assignment]
TABLES: Mapping[IssueKind, Table] = {
    IssueKind.FAULT: Fault.__table__,  # type: ignore[dict-item]
    IssueKind.OVERLOAD: Overload.__table__,  # type: ignore[dict-item]
    IssueKind.OPERATIONAL: OperationalIssue.__table__,  # type: ignore[dict-item]
}
STANDING = (
    "status", "status_since_at", "is_regressed", "regressions", "ignored_until_at",
    "ignored_until_count", "ignored_hourly",
)  # fmt: skip
SEEN = (
    "first_seen_at", "last_seen_at", "severity", "is_ongoing", "updated_at", "host", "service",
    *STANDING,
)  # fmt: skip


def _update(*names: str) -> Any:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    count, version = _issues.c.occurrences + bindparam("more"), _issues.c.version + 1
    query = update(_issues).where(_issues.c.id == bindparam("issue_id"))
    return query.values(values | {"occurrences": count, "version": version})


_UPDATE = _update(*SEEN)
_UPDATE_MESSAGE = _update(*SEEN, "message")

_own = _fingerprints.c
_oldest = bindparam("oldest_at", type_=_own.first_seen_at.type)
_newest = bindparam("newest_at", type_=_own.last_seen_at.type)
_COUNT_FINGERPRINT = (
    update(_fingerprints)
    .where(_own.id == bindparam("own_id"))
    .values(
        occurrences=_own.occurrences + bindparam("more"),
        first_seen_at=case((_own.first_seen_at > _oldest, _oldest), else_=_own.first_seen_at),
        last_seen_at=case((_own.last_seen_at < _newest, _newest), else_=_own.last_seen_at),
    )
)


def known(keys: Collection[Fingerprint]) -> dict[Fingerprint, int]:
    """The recurring issue that each known fingerprint belongs to."""
    columns = _fingerprints.c
    query = select(columns.kind, columns.fingerprint, columns.recurring_issue_id)
    return {
        (row.kind, row.fingerprint): row.recurring_issue_id
        for part in _conditions(keys)
        for row in db.session.execute(query.where(part))
    }


def locked(keys: Collection[Fingerprint]) -> dict[Fingerprint, Row[Any]]:
    """The fingerprint and the recurring issue of each, which nobody else changes until we commit.

    Locked in the order of the issues, so that two batches never wait for each other in a circle.
    """
    query = (
        select(_fingerprints.c.id.label("fingerprint_id"), _fingerprints.c.fingerprint, _issues)
        .join(_issues, _issues.c.id == _fingerprints.c.recurring_issue_id)
        .order_by(_issues.c.id, _fingerprints.c.id)
        .with_for_update(key_share=True, of=[_issues, _fingerprints])
    )
    return {
        (row.kind, row.fingerprint): row
        for part in _conditions(keys)
        for row in db.session.execute(query.where(part))
    }


def make_issues(rows: Rows) -> list[int]:
    """New recurring issues, their ids in the order of `rows`."""
    return _insert(_issues, rows)


def make_fingerprints(rows: Rows) -> set[int]:
    """Add fingerprints that are not there yet; the issues of those that were not."""
    query = _dialect().insert(_fingerprints).on_conflict_do_nothing()
    return {row[0] for row in _execute(query.returning(_fingerprints.c.recurring_issue_id), rows)}


def drop_issues(ids: Collection[int]) -> None:
    """Take back recurring issues that were made in this transaction."""
    db.session.execute(_issues.delete().where(_issues.c.id.in_(ids)))


def add_hours(rows: Rows) -> dict[tuple[int, datetime], int]:
    """Add to the counts by hour; what each fingerprint then has of each of these hours."""
    query = _dialect().insert(_hours)
    keys = ["recurring_issue_id", "hour_at", "fingerprint_id"]
    more = {"count": _hours.c["count"] + query.excluded["count"]}
    adding = query.on_conflict_do_update(index_elements=keys, set_=more)
    found = _execute(adding.returning(*_hours.c), rows).mappings()
    return {(row["fingerprint_id"], row["hour_at"]): row["count"] for row in found}


def in_hour(issue_id: int, hour_at: datetime) -> int:
    """How many of a recurring issue came in that hour."""
    query = select(func.sum(_hours.c["count"])).where(_hours.c.recurring_issue_id == issue_id)
    return int(db.session.scalar(query.where(_hours.c.hour_at == hour_at)) or 0)


def count_fingerprints(rows: Rows) -> None:
    """Add to the counts of fingerprints."""
    _execute(_COUNT_FINGERPRINT, rows)


def add_names(rows: Rows) -> None:
    """Add to the counts of affected names."""
    query = _dialect().insert(_names)
    new = query.excluded
    changes = {
        "count": _names.c.count + new.count,
        "first_seen_at": _either(new.first_seen_at < _names.c.first_seen_at, "first_seen_at", new),
        "last_seen_at": _either(new.last_seen_at > _names.c.last_seen_at, "last_seen_at", new),
    }
    keys = ["recurring_issue_id", "what", "name", "fingerprint_id"]
    if rows:
        _execute(query.on_conflict_do_update(index_elements=keys, set_=changes), rows)


def update_issues(rows: Rows, *, with_message: bool) -> None:
    """Count and note what came of each recurring issue."""
    # The message is indexed word by word: it is only written where it is another one.
    if rows:
        _execute(_UPDATE_MESSAGE if with_message else _UPDATE, rows)


def store(kind: IssueKind, rows: Rows) -> list[int]:
    """Insert occurrences of one kind; their ids in the order of `rows`."""
    return _insert(TABLES[kind], rows)


def by_origin(kind: IssueKind, origins: Collection[str]) -> dict[str, tuple[int, int]]:
    """The ids of what was raised for these facts already, and of the recurring issues of it."""
    columns = TABLES[kind].c
    query = select(columns.origin, columns.id, columns.recurring_issue_id)
    found = db.session.execute(query.where(columns.origin.in_(origins)))
    return {origin: (row_id, issue_id) for origin, row_id, issue_id in found}


def counted_keys(keys: Collection[int]) -> dict[int, int]:
    """The recurring issues of what was counted and not kept, by the keys of the origins."""
    query = select(_origins.c.key, _origins.c.recurring_issue_id)
    found = db.session.execute(query.where(_origins.c.key.in_(keys)))
    return {row.key: row.recurring_issue_id for row in found}


def remember_keys(rows: Rows) -> None:
    """Remember the origins of what was counted and is not kept."""
    if rows:
        _execute(_dialect().insert(_origins).on_conflict_do_nothing(), rows)


def forget_keys(before: datetime, limit: int) -> None:
    """Forget some of the origins that were counted before a moment."""
    old = select(_origins.c.key).where(_origins.c.counted_at < before).limit(limit)
    db.session.execute(_origins.delete().where(_origins.c.key.in_(old)))


def lock_origins() -> None:
    """Let no two batches look for origins at once: each would find none and store its own."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ORIGINS_LOCK})


def _conditions(keys: Collection[Fingerprint]) -> Iterator[Any]:
    # In one order for everybody, as the parts of a large batch are locked one after another.
    ordered = sorted(keys)
    for start in range(0, len(ordered), CHUNK):
        by_kind: dict[IssueKind, list[str]] = {}
        for kind, fingerprint in ordered[start : start + CHUNK]:
            by_kind.setdefault(kind, []).append(fingerprint)
        columns = _fingerprints.c
        yield or_(
            *(and_(columns.kind == k, columns.fingerprint.in_(f)) for k, f in by_kind.items())
        )


def _insert(table: Table, rows: Rows) -> list[int]:
    """Insert rows, and say which ids they have: these are taken first.

    To ask for the ids of many rows in their order takes SQLite a statement for each.
    """
    if not rows:
        return []
    ids = _next_ids(table, len(rows))
    _execute(insert(table), [{**row, "id": i} for i, row in zip(ids, rows, strict=True)])
    return ids


def _next_ids(table: Table, count: int) -> list[int]:
    if db.engine.dialect.name == "sqlite":  # nobody else writes meanwhile
        last = db.session.scalar(select(func.max(table.c.id))) or 0
        return list(range(last + 1, last + 1 + count))
    sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    series = func.generate_series(1, count).table_valued("number")
    return list(db.session.scalars(select(sequence).select_from(series)))


def _either(is_new: Any, name: str, new: Any) -> Any:
    return case((is_new, new[name]), else_=_names.c[name])


def _dialect() -> Any:
    return sqlite if db.engine.dialect.name == "sqlite" else postgresql


def _execute(query: Any, rows: Rows) -> Any:
    return db.session.connection().execute(query, list(rows))
