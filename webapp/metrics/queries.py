"""Questions about what was measured."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, func, or_, select

from webapp.config import Settings
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import database, system, timelines
from webapp.metrics.cards import BESIDE_CARDS, CARDS, Latest, Machine, draw_machines
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.listing import listed
from webapp.metrics.models import NEWEST, Metric, MetricKind, MetricSeries
from webapp.metrics.readings import Snapshot
from webapp.metrics.selection import labelled

CPU_PROBE_S = 0.1
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
SILENT_DAYS = 7  # a machine that has been silent so long is no longer shown
SHORTEST_STALE_S = 15


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def stale_after_s() -> int:
    """Seconds after which a machine that sent nothing counts as silent."""
    return max(3 * _settings().metrics_interval_s, SHORTEST_STALE_S)


def metrics_version(now: datetime) -> str:
    """What changes when a value of a machine or its silence does; one statement."""
    newest = func.max(MetricSeries.newest_ms)
    found = db.session.execute(
        select(newest).where(MetricSeries.kind == MetricKind.SYSTEM).group_by(MetricSeries.source)
    ).scalars()
    times = [at_ms for at_ms in found if at_ms is not None]
    limit = clock.to_ms(now) - stale_after_s() * 1000
    return f"{max(times, default=0)}-{sum(at_ms < limit for at_ms in times)}"


def machine_cards(now: datetime, host: str | None = None) -> list[Machine]:
    """Machines by name, or only `host`, with cards and the last hour; at most five statements."""
    now_ms = clock.to_ms(now)
    latest = _latest((*CARDS, *BESIDE_CARDS), now_ms, host)
    points = _last_hour([value.series_id for value in latest if value.name in CARDS], now_ms)
    return draw_machines(latest, points, DESCRIBED, now_ms, stale_after_s() * 1000)


def _latest(names: Iterable[str], now_ms: int, host: str | None) -> list[Latest]:
    since_ms = now_ms - SILENT_DAYS * 86_400_000
    wanted = [MetricSeries.name.in_(list(names)), MetricSeries.newest_ms >= since_ms]
    if host is not None:
        named = MetricSeries.details["host"].as_string()
        wanted.append(func.coalesce(named, MetricSeries.source) == host)
    rows = db.session.execute(select(*NEWEST).where(_of_machines(), *wanted))
    return [
        Latest(row[0], row[4].get("host", row[1]), row[2], row[3], row[4], row[5], row[6])
        for row in rows
    ]


def _of_machines() -> ColumnElement[bool]:
    """Series of hosts, and those of our own service, which name the host they ran on."""
    return or_(MetricSeries.kind == MetricKind.SYSTEM, MetricSeries.name == "latency_ms")


def _last_hour(series_ids: Sequence[int], now_ms: int) -> dict[int, list[float | None]]:
    """Means of the minutes of the last hour, by series; no statement without series."""
    if not series_ids:
        return {}
    until_ms = (now_ms // MINUTE_MS + 1) * MINUTE_MS
    # A step is at least two intervals long, or one late reading would look like a gap.
    least_ms = 2000 * _settings().metrics_interval_s
    found = timelines.read(
        *(series_ids, until_ms - HOUR_MS, until_ms, 60, now_ms),
        tier="minute",
        least_step_ms=least_ms,
        ends=False,
    )
    return {
        series_id: [bucket and bucket.total / bucket.count for bucket in line]
        for series_id, line in found.lines.items()
    }


def system_snapshot(now: datetime, answer_ms: Callable[[], float]) -> Snapshot:
    """This machine now. `answer_ms` says how long the question has taken so far.

    The CPU is the newest stored reading, if that is younger than two intervals, else it is
    measured over a tenth of a second, which the answer time leaves out.
    """
    usage = database.read_usage()
    cpu = _recent_cpu_percent(now)
    ram, disk = system.ram_percent(), system.disk_percent()
    delay_ms = answer_ms()
    if cpu is None:
        cpu = system.cpu_percent_over(CPU_PROBE_S)
    return Snapshot(cpu, ram, disk, delay_ms, usage.connections, usage.max_connections, now)


def _recent_cpu_percent(now: datetime) -> float | None:
    since = now - timedelta(seconds=2 * _settings().metrics_interval_s)
    return db.session.scalar(
        select(MetricSeries.newest_value).where(
            MetricSeries.kind == MetricKind.SYSTEM,
            MetricSeries.metric_type == "cpu",
            MetricSeries.source == _settings().own_host,
            MetricSeries.name == "cpu_percent",
            MetricSeries.newest_ms >= clock.to_ms(since),
        )
    )


def metrics(
    *,
    from_at: datetime,
    to_at: datetime,
    limit: int,
    offset: int = 0,
    labels: Mapping[str, str] | None = None,
    **equal: Any,
) -> tuple[Sequence[Metric], int]:
    """Readings from `from_at` until before `to_at`, newest first, and how many there are in all.

    `equal` narrows by kind, metric_type, name and source; None does not narrow.
    """
    since_ms, until_ms = clock.to_ms(from_at), clock.to_ms(to_at)
    narrow = [getattr(MetricSeries, k) == value for k, value in equal.items() if value is not None]
    narrow += labelled(labels or {})
    query = select(MetricSeries).where(MetricSeries.newest_ms >= since_ms, *narrow)
    series = db.session.scalars(query.order_by(MetricSeries.id)).all()
    return listed(series, since_ms, until_ms, limit, offset)
