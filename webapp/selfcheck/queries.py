"""Questions about the monitor itself. Each answer is bounded in time."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app, g, has_request_context
from sqlalchemy import func, make_url, select

from webapp.config import Settings
from webapp.core import clock
from webapp.core.db import db
from webapp.core.workforce import Workforce, impatient_redis
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.metrics.statsd_sums import RECEIVED
from webapp.selfcheck.components import Standing
from webapp.selfcheck.health import Facts
from webapp.selfcheck.models import HealthState
from webapp.selfcheck.probes import Probed, probe_database, probe_redis
from webapp.websites.models import MonitorStatus, Website


@dataclass(frozen=True)
class Monitor:
    """What was found at one moment; `workforce` is None when Redis does not answer."""

    facts: Facts
    workforce: Workforce | None


class Newest(NamedTuple):
    """A series with its newest value."""

    kind: MetricKind
    name: str
    unit: str
    source: str
    details: dict[str, Any]
    newest_value: float


class WebsiteState(NamedTuple):
    """A website as the exposition tells it."""

    id: int
    name: str
    is_down: bool
    response_time_ms: float | None


def monitor(now: datetime) -> Monitor:
    """The monitor's parts, asked with patience for about a second each."""
    database = database_probe()
    redis = probe_redis(impatient_redis())
    found = redis.value
    facts = Facts(
        database.ms if database.value else None,
        redis.ms if found else None,
        database_error=database.error,
        database_took_ms=database.ms,
        redis_error=redis.error,
        redis_took_ms=redis.ms,
    )
    if found is None:
        return Monitor(facts, None)
    name, waited_s = _longest_wait(found, now)
    facts = replace(
        facts,
        workers=len(found.on_time(now)),
        late_workers=len(found.late(now)),
        has_scheduler=found.has_scheduler,
        failed_jobs=found.failed,
        waiting_queue=name,
        longest_wait_s=waited_s,
    )
    return Monitor(facts, found)


def database_probe() -> Probed[bool]:
    """Whether the database answers; asked once in a request."""
    if not has_request_context():
        return probe_database(db.engine)
    if "database_probe" not in g:
        g.database_probe = probe_database(db.engine)
    found: Probed[bool] = g.database_probe
    return found


def standings() -> dict[str, Standing]:
    """How each part was found to be, by name; one statement."""
    rows = db.session.execute(select(*(getattr(HealthState, f.name) for f in fields(Standing))))
    return {row.component: Standing(*row) for row in rows}


def database_bytes() -> int | None:
    """Size of the database in bytes, None when it cannot be told."""
    url = make_url(settings().sqlalchemy_url)
    if url.get_backend_name() == "sqlite":
        return _file_bytes(url.database or "")
    return db.session.scalar(select(func.pg_database_size(func.current_database())))


def disk_free() -> tuple[int, int]:
    """Free and whole bytes of the disk that holds DATA_DIR."""
    found = shutil.disk_usage(settings().data_dir)
    return found.free, found.total


def newest_readings(since_ms: int) -> tuple[Sequence[Newest], int]:
    """Series that were read since then, by name, and how many more than EXPOSITION_SERIES."""
    limit = settings().exposition_series
    is_fresh = MetricSeries.newest_ms >= since_ms, MetricSeries.newest_value.is_not(None)
    rows = db.session.execute(
        select(*(getattr(MetricSeries, name) for name in Newest._fields))
        .where(*is_fresh)
        .order_by(MetricSeries.name, MetricSeries.id)
        .limit(limit + 1)
    ).all()
    found = [Newest(*row) for row in rows[:limit]]
    if len(rows) <= limit:
        return found, 0
    count = db.session.scalar(select(func.count()).select_from(MetricSeries).where(*is_fresh))
    return found, (count or 0) - limit


def statsd_newest_at() -> datetime | None:
    """When the StatsD listener last stored how many lines it received; one statement."""
    newest_ms = db.session.scalar(
        select(func.max(MetricSeries.newest_ms)).where(
            MetricSeries.kind == MetricKind.APPLICATION, MetricSeries.name == RECEIVED.name
        )
    )
    return None if newest_ms is None else clock.from_ms(newest_ms)


def judged_websites() -> list[WebsiteState]:
    """Websites that are watched and known to be up, degraded or down; one statement."""
    rows = db.session.execute(
        select(Website.id, Website.name, Website.status, Website.response_time_ms)
        .where(Website.is_active, Website.status != MonitorStatus.UNKNOWN)
        .order_by(Website.id)
        .limit(settings().exposition_series)
    )
    return [WebsiteState(id, name, s is MonitorStatus.DOWN, ms) for id, name, s, ms in rows]


def settings() -> Settings:
    """The settings the product runs with."""
    found: Settings = current_app.extensions["settings"]
    return found


def _longest_wait(found: Workforce, now: datetime) -> tuple[str, float]:
    waits = [(q.name, (now - q.oldest_at).total_seconds()) for q in found.queues if q.oldest_at]
    return max(waits, key=lambda wait: wait[1], default=("", 0.0))


def _file_bytes(path: str) -> int:
    files = (Path(path + suffix) for suffix in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
