"""Store samples, many at once: each series is made once, each moment of it stored once.

The one place that writes samples, and the busiest of the product. A batch costs two statements
once its series are known: what is newest and not yet summed of each series, then the samples; a
third one where any of them is watched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import func as sql
from sqlalchemy import select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.metrics import sample_statements, watched
from webapp.metrics.models import MetricSeries
from webapp.metrics.readings import MetricKind, Sample, SeriesKey
from webapp.metrics.sample_statements import Gone, Row

CHUNK = 500  # series in one question, far below what either database lets a statement bind
KNOWN = "metrics.known_series"
MOST_KNOWN = 50_000
ATTEMPTS = 3
Ids = dict[SeriesKey, int]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Columns:
    """Samples as columns: `which` of `keys`, at which millisecond since 1970, which value."""

    keys: Sequence[SeriesKey]
    which: Sequence[int]
    at_ms: Sequence[int]
    values: Sequence[float]


@dataclass(frozen=True)
class Stored:
    """How many samples were not there yet, and the series for which there was no more room."""

    new: int
    crowded: frozenset[SeriesKey] = frozenset()


def store(columns: Columns) -> Stored:
    """Store samples of finite values, making the series that are new.

    A sample of a series and moment that is already stored changes nothing; of two in one batch
    the first counts. A source that has `METRICS_MAX_SERIES` series gets no further ones.
    """
    for _ in range(ATTEMPTS):
        ids = _ids_of(columns.keys)
        crowded = frozenset(key for key in columns.keys if key not in ids)
        rows = _rows(columns, ids)
        if not rows:
            return Stored(0, crowded)
        fingerprints = {series_id: key.fingerprint for key, series_id in ids.items()}
        try:
            if len(fingerprints) == len(ids):
                return Stored(_insert(rows, fingerprints), crowded)
        except Gone:
            log.info("a series was forgotten and is made again")
        # Of what this process knew, some is gone; its id may even be another's now.
        _known().clear()
    raise Problem(503, "The series of these samples are being removed. Try again in a moment.")


def record(samples: Sequence[Sample]) -> Stored:
    """The same for samples one by one, as the readers of this machine give them."""
    keys = list(dict.fromkeys(sample.key for sample in samples))
    places = {key: place for place, key in enumerate(keys)}
    return store(
        Columns(
            keys,
            [places[sample.key] for sample in samples],
            [sample.at_ms for sample in samples],
            [float(sample.value) for sample in samples],
        )
    )


def _rows(columns: Columns, ids: Ids) -> list[Row]:
    """What to store in the order of the key, so that two recorders never wait in a circle."""
    by_place = [ids.get(key) for key in columns.keys]
    series = map(by_place.__getitem__, columns.which)
    moments = zip(series, columns.at_ms, strict=True)
    # Backwards, because the last of two equal keys stays in a dictionary.
    values = dict(zip(reversed(list(moments)), reversed(columns.values), strict=True))
    return sorted((i, at_ms, value) for (i, at_ms), value in values.items() if i is not None)


def _insert(rows: Sequence[Row], fingerprints: Mapping[int, str]) -> int:
    """Insert what is not there yet, and tell the judge of the series that are watched."""
    done = sample_statements.insert(rows, fingerprints)
    if done.watched:
        watched.tell([row for row in rows if row[0] in done.watched], clock.now())
    return done.new


def _known() -> Ids:
    known: Ids = current_app.extensions.setdefault(KNOWN, {})
    return known


def _ids_of(keys: Sequence[SeriesKey]) -> Ids:
    known = _known()
    ids = {key: known[key] for key in keys if key in known}
    if len(ids) < len(keys):
        unknown = {key.fingerprint: key for key in keys if key not in ids}
        found = _find_or_make(unknown)
        if len(known) + len(found) > MOST_KNOWN:
            known.clear()
        known |= found
        ids |= found
    return ids


def _find_or_make(wanted: Mapping[str, SeriesKey]) -> Ids:
    found = _find(wanted)
    missing = _with_room([wanted[each] for each in sorted(wanted.keys() - found.keys())])
    if missing:
        # Another process may make the same series at this moment; both then find the one made.
        _execute(_insert_series(), [_row(key) for key in missing])
        found |= _find(key.fingerprint for key in missing)
    return {wanted[fingerprint]: series_id for fingerprint, series_id in found.items()}


def _find(fingerprints: Iterable[str]) -> dict[str, int]:
    wanted = list(fingerprints)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        part = MetricSeries.fingerprint.in_(wanted[start : start + CHUNK])
        rows = db.session.execute(select(MetricSeries.fingerprint, MetricSeries.id).where(part))
        found |= {row.fingerprint: row.id for row in rows}
    return found


def _with_room(missing: Sequence[SeriesKey]) -> list[SeriesKey]:
    """Those of `missing` that their source still has room for, first come, first served."""
    if not missing:
        return []
    most: int = current_app.extensions["settings"].metrics_max_series
    taken = _count_series({(key.kind, key.source) for key in missing})
    fitting = []
    for key in missing:
        owner = (key.kind, key.source)
        taken[owner] = taken.get(owner, 0) + 1
        if taken[owner] <= most:
            fitting.append(key)
    if len(fitting) < len(missing):
        sources = sorted({key.source for key in missing} - {key.source for key in fitting})
        log.warning("no room for more series", sources=sources, most=most)
    return fitting


def _count_series(owners: set[tuple[MetricKind, str]]) -> dict[tuple[MetricKind, str], int]:
    owner = MetricSeries.kind, MetricSeries.source
    counted: dict[tuple[MetricKind, str], int] = {}
    ordered = sorted(owners)
    for start in range(0, len(ordered), CHUNK):
        part = tuple_(*owner).in_(ordered[start : start + CHUNK])
        rows = db.session.execute(select(*owner, sql.count()).where(part).group_by(*owner))
        counted |= {(kind, source): number for kind, source, number in rows}
    return counted


def _insert_series() -> Any:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    return dialect.insert(MetricSeries).on_conflict_do_nothing()


def _row(key: SeriesKey) -> dict[str, Any]:
    return {
        "fingerprint": key.fingerprint,
        "kind": key.kind,
        "metric_type": key.metric_type,
        "name": key.name,
        "unit": key.unit,
        "source": key.source,
        "details": dict(key.labels),
        "created_at": clock.now(),
    }


def _execute(statement: Any, rows: Any) -> None:
    db.session.connection().execute(statement, rows)
