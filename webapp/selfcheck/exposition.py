"""What Prometheus reads: the monitor itself, websites by status, the newest reading of machines."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from webapp.core import clock
from webapp.core.workforce import Workforce
from webapp.selfcheck import queries
from webapp.selfcheck.queries import Monitor
from webapp.websites.queries import websites_summary

FRESH = timedelta(minutes=5)  # Prometheus itself calls what is older stale


def exposition(now: datetime) -> bytes:
    """The document at `now`; a registry of its own, so that nothing outlives the request."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Watchkeeper(now))
    return generate_latest(registry)


class _Watchkeeper(Collector):
    """Reads everything when asked, and keeps nothing."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All families."""
        found = queries.monitor(self.now)
        yield from _parts(found)
        if found.workforce is not None:
            yield from _queues(found.workforce, self.now)
        if found.facts.database_ms is not None:
            yield _websites(self.now)
            yield _readings(self.now)

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing in advance: registering must not read anything."""
        return []


def _parts(found: Monitor) -> Iterator[GaugeMetricFamily]:
    up = GaugeMetricFamily(
        "watchkeeper_up", "Whether a part answers (1) or not (0).", None, ["part"]
    )
    up.add_metric(["database"], float(found.facts.database_ms is not None))
    up.add_metric(["redis"], float(found.facts.redis_ms is not None))
    up.add_metric(["scheduler"], float(found.facts.has_scheduler))
    yield up
    workers = GaugeMetricFamily(
        "watchkeeper_workers",
        "Workers that report in time, and those that are late.",
        None,
        ["state"],
    )
    workers.add_metric(["on_time"], found.facts.workers)
    workers.add_metric(["late"], found.facts.late_workers)
    yield workers


def _queues(force: Workforce, now: datetime) -> Iterator[GaugeMetricFamily]:
    jobs = GaugeMetricFamily(
        "watchkeeper_jobs", "Jobs by queue and state.", None, ["queue", "state"]
    )
    age = GaugeMetricFamily(
        "watchkeeper_oldest_job_age_seconds", "How long the oldest job waits.", None, ["queue"]
    )
    for queue in force.queues:
        jobs.add_metric([queue.name, "waiting"], queue.waiting)
        jobs.add_metric([queue.name, "running"], queue.running)
        jobs.add_metric([queue.name, "failed"], queue.failed)
        waits = (now - queue.oldest_at).total_seconds() if queue.oldest_at else 0
        age.add_metric([queue.name], max(waits, 0))
    yield jobs
    yield age
    yield GaugeMetricFamily("watchkeeper_redis_bytes", "Memory Redis uses.", force.redis_bytes)


def _websites(now: datetime) -> GaugeMetricFamily:
    websites = GaugeMetricFamily("watchkeeper_websites", "Websites by status.", None, ["status"])
    counts = dict.fromkeys(("up", "down", "degraded", "unknown", "paused"), 0)
    for status, count in (counts | websites_summary(now).counts).items():
        websites.add_metric([status], count)
    return websites


def _readings(now: datetime) -> GaugeMetricFamily:
    readings = GaugeMetricFamily(
        "watchkeeper_system_metric",
        "Newest reading of a machine, at most five minutes old.",
        None,
        ["host", "type", "name", "unit", "labels"],
    )
    for series in queries.newest_readings(clock.to_ms(now - FRESH)):
        if series.newest_value is not None:
            labels = ",".join(f"{k}={v}" for k, v in sorted((series.details or {}).items()))
            readings.add_metric(
                [series.source, series.metric_type, series.name, series.unit, labels],
                series.newest_value,
            )
    return readings
