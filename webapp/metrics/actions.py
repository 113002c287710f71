"""Record what was measured."""

import math
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, case, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import FieldError, invalid
from webapp.metrics import system
from webapp.metrics.catalogue import SOURCES
from webapp.metrics.collection import Collection, Notebook, collect
from webapp.metrics.models import MetricSample, MetricSeries
from webapp.metrics.readings import Sample, SeriesKey, sample_of

CHUNK = 500  # series in one question, far below what either database lets a statement bind
INSERT_ARRAYS = text(
    "INSERT INTO metric_samples (series_id, at_ms, value) SELECT * FROM unnest("
    "CAST(:series AS integer[]), CAST(:at_ms AS bigint[]), CAST(:value AS double precision[]))"
    " ON CONFLICT DO NOTHING"
)
Rows = dict[tuple[int, int], float]  # value by series id and moment
log = structlog.get_logger(__name__)


def collect_machine(before: Notebook, now: datetime) -> Collection:
    """Read this machine, its database and its Redis, and record the readings at `now`.

    A source that begins to fail is written into the diary once, and stops no other.
    """
    found = collect(SOURCES, before, time.monotonic())
    host, at_ms = system.host_name(), clock.to_ms(now)
    record_samples([sample_of(reading, host, at_ms) for reading in found.readings])
    for source, why in found.newly_failing.items():
        _tell_failure(host, source, why)
    for source in found.recovered:
        log.info("a source can be measured again", source=source, host=host)
    return found


def _tell_failure(host: str, source: str, why: str) -> None:
    log.warning("a source cannot be measured", source=source, host=host, why=why)
    activity.record(
        ActivityType.SYSTEM_WARNING,
        f"{source[:1].upper() + source[1:]} of {host} cannot be measured: {why}",
        details={"source": source, "host": host, "error": why},
    )


def record_samples(samples: Sequence[Sample]) -> int:
    """Store `samples`, making the series that are new; return how many were not there yet.

    A sample of a series and moment that is already stored changes nothing. A value that is not a
    finite number is refused, and nothing is stored then.
    """
    _refuse_what_is_no_number(samples)
    if not samples:
        return 0
    ids = _series_ids({sample.key for sample in samples})
    rows = {(ids[s.key], s.at_ms): float(s.value) for s in samples}
    stored = _insert_samples(rows)
    _keep_newest(rows)
    return stored


def _refuse_what_is_no_number(samples: Sequence[Sample]) -> None:
    wrong = [i for i, sample in enumerate(samples) if not math.isfinite(sample.value)]
    if wrong:
        raise invalid(*(FieldError(f"{i}.value", "Send a finite number.") for i in wrong))


def _series_ids(keys: set[SeriesKey]) -> dict[SeriesKey, int]:
    by_print = {key.fingerprint: key for key in keys}
    found = _find_series(by_print)
    missing = [by_print[fingerprint] for fingerprint in by_print.keys() - found.keys()]
    if missing:
        # Another process may make the same series at this moment; both then find the one made.
        _execute(_insert_series(), [_row(key) for key in missing])
        found |= _find_series(key.fingerprint for key in missing)
    return {key: found[fingerprint] for fingerprint, key in by_print.items()}


def _find_series(fingerprints: Iterable[str]) -> dict[str, int]:
    wanted = list(fingerprints)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        part = MetricSeries.fingerprint.in_(wanted[start : start + CHUNK])
        rows = db.session.execute(select(MetricSeries.fingerprint, MetricSeries.id).where(part))
        found |= {row.fingerprint: row.id for row in rows}
    return found


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


def _insert_samples(rows: Rows) -> int:
    if db.engine.dialect.name == "postgresql":
        series, at_ms = zip(*rows, strict=True)
        given = {"series": list(series), "at_ms": list(at_ms), "value": list(rows.values())}
        # Arrays make one statement of any number of rows, and one that counts what it stored.
        return _execute(INSERT_ARRAYS, given)
    return _execute(
        sqlite.insert(MetricSample).on_conflict_do_nothing(),
        [{"series_id": i, "at_ms": at_ms, "value": value} for (i, at_ms), value in rows.items()],
    )


def _keep_newest(rows: Rows) -> None:
    """Write down each series' newest value, and from where its rollups have to be brought up."""
    newest: dict[int, tuple[int, float]] = {}
    first_ms: dict[int, int] = {}
    for (series_id, at_ms), value in rows.items():
        if series_id not in newest or at_ms > newest[series_id][0]:
            newest[series_id] = (at_ms, value)
        if at_ms < first_ms.get(series_id, at_ms + 1):
            first_ms[series_id] = at_ms
    # In the order of ids, so that two recorders wait for each other and never in a circle.
    ordered = sorted(newest.items())
    given = [{"series": i, "at": at, "v": v, "first": first_ms[i]} for i, (at, v) in ordered]
    _execute(_NOTE_NEWEST, given)


_is_newer = or_(MetricSeries.newest_ms.is_(None), MetricSeries.newest_ms < bindparam("at"))
_is_earlier = or_(
    MetricSeries.unsummed_from_ms.is_(None), MetricSeries.unsummed_from_ms > bindparam("first")
)
_NOTE_NEWEST = (
    update(MetricSeries)
    .where(MetricSeries.id == bindparam("series"))
    .values(
        newest_ms=case((_is_newer, bindparam("at")), else_=MetricSeries.newest_ms),
        newest_value=case((_is_newer, bindparam("v")), else_=MetricSeries.newest_value),
        unsummed_from_ms=case(
            (_is_earlier, bindparam("first")), else_=MetricSeries.unsummed_from_ms
        ),
    )
)


def _execute(statement: Any, rows: Any) -> int:
    """Execute with one row or many; the number of rows changed, where the driver counts them."""
    return db.session.connection().execute(statement, rows).rowcount
