"""What the front page asks: what is wrong now, over all features."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b

from redis import RedisError
from sqlalchemy import or_, select

from webapp.core import clock
from webapp.core.db import db
from webapp.core.workforce import Workforce, failed_since, impatient_redis, workforce
from webapp.metrics.cards import ANSWERED_ON_DEMAND
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.metrics.paths import page_of_host
from webapp.metrics.queries import SILENT_DAYS, stale_after_s
from webapp.metrics.raw import risen_at
from webapp.metrics.thresholds import THRESHOLDS, MetricStatus, status_of
from webapp.reports.verdict import Facts, Trouble, is_settled, worst_first
from webapp.websites.models import Website
from webapp.websites.period_queries import ongoing_impairment
from webapp.websites.queries import WebsitesSummary

LOOK_BACK = timedelta(hours=24)
FAILED_WITHIN = timedelta(hours=24)
MONITOR = "/selfcheck/"
VERSION = "watchkeeper:front:now"
VERSION_S = 2
LIMITED = frozenset(THRESHOLDS) | {t.percent_of for t in THRESHOLDS.values() if t.percent_of}


def facts(summary: WebsitesSummary, now: datetime) -> Facts:
    """What is wrong now: websites (those of `summary`), machines and the monitor itself."""
    hosts, of_machines = _machines(now)
    troubles = [_website(w) for w in summary.troubled] + of_machines + list(_monitor(now))
    troubles += _impairment() if summary.counts.get("unknown") else []
    silent = sum(trouble.status == "stale" for trouble in of_machines)
    more = summary.troubled_count - len(summary.troubled)
    return Facts(summary.counts, len(hosts) - silent, worst_first(troubles), more)


def facts_version(found: Facts) -> str:
    """Changes when the facts do. For two seconds others need not ask for them to know it."""
    version = blake2b(repr(found).encode(), digest_size=8).hexdigest()
    with suppress(RedisError):
        impatient_redis().set(VERSION, version, ex=VERSION_S)
    return version


def recent_version() -> str | None:
    """The version somebody found in the last two seconds, None when nobody did."""
    try:
        version = impatient_redis().get(VERSION)
    except RedisError:
        return None
    return version.decode() if isinstance(version, bytes) else None


def _website(website: Website) -> Trouble:
    return Trouble(
        status=website.state,
        title=f"{website.name} is {website.state}",
        since_at=website.status_since_at,
        href=f"/websites/{website.id}",
        detail=website.error_message,
    )


def _impairment() -> list[Trouble]:
    """That most websites failed at once, as long as no reference proves that it is not us."""
    found = ongoing_impairment()
    if found is None or found.reference_answered_at is not None:
        return []
    counts = f"{found.failing_count} of {found.checked_count} websites failed at once"
    title = f"The monitor may be impaired: {counts}"
    detail = "What fails is unknown, not down, until a reference answers or most succeed again."
    return [Trouble("warning", title, found.started_at, "/websites/?state=unknown", detail)]


def _machines(now: datetime) -> tuple[set[str], list[Trouble]]:
    """The machines heard of lately, and what is wrong with them; one statement if nothing is."""
    since_ms = clock.to_ms(now - timedelta(days=SILENT_DAYS))
    rows = db.session.scalars(
        select(MetricSeries).where(
            or_(MetricSeries.kind == MetricKind.SYSTEM, MetricSeries.name == ANSWERED_ON_DEMAND),
            MetricSeries.name.in_(LIMITED),
            MetricSeries.newest_ms >= since_ms,
        )
    )
    by_host: dict[str, list[MetricSeries]] = {}
    for row in rows:
        by_host.setdefault(row.details.get("host", row.source), []).append(row)
    found: list[Trouble] = []
    for host, series in sorted(by_host.items()):
        found += _machine(host, series, now)
    return set(by_host), found


def _machine(host: str, series: list[MetricSeries], now: datetime) -> Iterator[Trouble]:
    limit_ms = clock.to_ms(now) - stale_after_s() * 1000
    newest_ms = max(row.newest_ms or 0 for row in series if row.name != ANSWERED_ON_DEMAND)
    if newest_ms < limit_ms:
        title = f"{host} sends nothing"
        yield Trouble("stale", title, clock.from_ms(newest_ms), page_of_host(host))
        return
    values = {row.name: row.newest_value for row in series}
    for row in series:
        if (row.newest_ms or 0) >= limit_ms:
            yield from _reading(host, row, values, now)


def _reading(
    host: str, row: MetricSeries, values: dict[str, float | None], now: datetime
) -> Iterator[Trouble]:
    threshold, value = THRESHOLDS.get(row.name), row.newest_value
    if threshold is None or value is None:
        return
    maximum = values.get(threshold.percent_of) if threshold.percent_of else None
    status = status_of(row.name, value, maximum)
    if status is None or status is MetricStatus.HEALTHY:
        return
    limit = (
        threshold.warning * (maximum or 100) / 100 if threshold.percent_of else threshold.warning
    )
    since_at = _beyond_since(row, limit, now)
    if is_settled(since_at, now):
        name, unit = DESCRIBED[row.name].label, {"percent": "%"}.get(row.unit, row.unit)
        place = " ".join(v for k, v in sorted(row.details.items()) if k != "host")
        title = f"{name}{' ' + place if place else ''} of {host} is at {value:.0f} {unit}".rstrip()
        yield Trouble(status.value, title, since_at, page_of_host(host))


def _beyond_since(row: MetricSeries, limit: float, now: datetime) -> datetime | None:
    """When the value last rose to `limit`, at most a day back."""
    risen_ms = risen_at(row.id, limit, clock.to_ms(now - LOOK_BACK))
    return None if risen_ms is None else clock.from_ms(risen_ms)


def _monitor(now: datetime) -> Iterable[Trouble]:
    try:
        redis = impatient_redis()
        force = workforce(redis)
        failed, first_at = failed_since(redis, now - FAILED_WITHIN)
    except RedisError:
        title = "Redis does not answer, so nothing is measured"
        return [Trouble("critical", title, None, MONITOR)]
    found = list(_crew(force, now))
    if failed:
        title = f"{failed} job{'' if failed == 1 else 's'} failed in the last 24 hours"
        found.append(Trouble("failed", title, first_at, MONITOR))
    return found


def _crew(force: Workforce, now: datetime) -> Iterator[Trouble]:
    late = force.late(now)
    if not force.on_time(now):
        seen = [w.heartbeat_at for w in late if w.heartbeat_at]
        title = "No worker reports, so nothing is measured"
        yield Trouble("critical", title, max(seen, default=None), MONITOR)
        return
    for worker in late:
        title = f"A worker on {worker.host} stopped reporting"
        yield Trouble("late", title, worker.heartbeat_at, MONITOR)
    if not force.has_scheduler:
        yield Trouble("critical", "No scheduler is elected, so no job falls due", None, MONITOR)
