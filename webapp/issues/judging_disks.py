"""Faults of disks that fill: each is looked at every ten minutes, over the last day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import fault_codes
from webapp.issues.forecasts import Forecast, forecast, severity_of
from webapp.issues.judging_websites import fault
from webapp.issues.kinds import Severity
from webapp.issues.leases import lock_mark
from webapp.issues.occurrences import Occurrence
from webapp.issues.reconciling import Found, key_of, reconcile
from webapp.issues.rule_models import JudgeMark
from webapp.metrics import timelines
from webapp.metrics.models import MetricKind, MetricSeries, SystemMetricType

PREFIX, MARK = "disk", "disks"
WHAT = {"disk_percent": "space", "inodes_percent": "places for files"}
EVERY_MS = 600_000
HOUR_MS = 3_600_000
HISTORY_MS = 24 * HOUR_MS
FRESH_MS = 2 * HOUR_MS  # without readings for so long nobody can tell
POINTS = 48
CHUNK = 200
_series = MetricSeries


def judge_disks(now: datetime) -> int:
    """Open and end the faults of disks that fill, if it is time to look; how many."""
    now_ms = clock.to_ms(now)
    looked_ms = db.session.scalar(select(JudgeMark.position).where(JudgeMark.name == MARK)) or 0
    if now_ms - looked_ms < EVERY_MS:
        return 0
    rows = _disks(now_ms)
    points = _points([row.id for row in rows], now_ms)
    forecasts = {row.id: forecast(points.get(row.id, ())) for row in rows}
    count = reconcile(PREFIX, lambda is_open: _look(is_open, rows, forecasts, now), now)
    lock_mark(MARK).position = now_ms
    db.session.flush()
    return count


def _disks(now_ms: int) -> Sequence[Row[Any]]:
    query = select(_series.id, _series.source, _series.name, _series.details, _series.newest_ms)
    return db.session.execute(
        query.where(
            _series.kind == MetricKind.SYSTEM,
            _series.metric_type == SystemMetricType.DISK.value,
            _series.name.in_(WHAT),
            _series.newest_ms > now_ms - HISTORY_MS,
        )
    ).all()


def _points(ids: Sequence[int], now_ms: int) -> dict[int, list[tuple[float, float]]]:
    """Means of half hours: hours since the first one read, and percent."""
    found: dict[int, list[tuple[float, float]]] = {}
    for begin in range(0, len(ids), CHUNK):
        part = ids[begin : begin + CHUNK]
        read = timelines.read(part, now_ms - HISTORY_MS, now_ms, POINTS, now_ms, ends=False)
        hours = read.step_ms / HOUR_MS
        for series_id, line in read.lines.items():
            found[series_id] = [
                (number * hours, bucket.total / bucket.count)
                for number, bucket in enumerate(line)
                if bucket is not None and bucket.count
            ]
    return found


def _look(
    is_open: Collection[str],
    rows: Sequence[Row[Any]],
    forecasts: Mapping[int, Forecast | None],
    now: datetime,
) -> Found:
    wrong: dict[str, Occurrence] = {}
    unsure: list[str] = []
    for row in rows:
        keys = {level: _key(row, level) for level in Severity}
        before = next((level for level, key in keys.items() if key in is_open), None)
        if row.newest_ms < clock.to_ms(now) - FRESH_MS:
            unsure += keys.values()
            continue
        found = forecasts[row.id]
        level = severity_of(found, before)
        if found is not None and level is not None:
            wrong[keys[level]] = _occurrence(row, found, level, now)
    return Found(wrong, unsure=unsure)


def _key(row: Row[Any], level: Severity) -> str:
    return key_of(PREFIX, row.id, level.value)


def _occurrence(row: Row[Any], found: Forecast, level: Severity, now: datetime) -> Occurrence:
    mount = str(row.details.get("mount", "/"))
    message = (
        f"{mount} of {row.source} fills up.\n"
        f"It will have no {WHAT[row.name]} left in {_hours(found)}, filling by "
        f"{found.per_hour:.2g} percentage points an hour."
    )
    if not found.hours_left:
        message = f"{mount} of {row.source} fills up.\nIt has no {WHAT[row.name]} left."
    context = {
        "series_id": row.id, "mount": mount, "metric": row.name,
        "hours_left": round(found.hours_left, 1), "percent_per_hour": round(found.per_hour, 4),
    }  # fmt: skip
    code, about = fault_codes.DISK_FULL_FORECAST, f"disk:{row.source}:{mount}:{row.name}"
    return fault(code, message, now, about, context, host=row.source, severity=level)


def _hours(found: Forecast) -> str:
    hours = round(found.hours_left)
    if hours < 1:
        return "less than an hour"
    return f"about {hours} hour{'' if hours == 1 else 's'}"
