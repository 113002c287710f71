"""What Prometheus reads: the monitor itself, websites, the newest reading of every series."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from webapp.core import clock
from webapp.core.workforce import Workforce
from webapp.metrics.catalogue import DESCRIBED
from webapp.selfcheck import queries
from webapp.selfcheck.families import PREFIX, family_of, labels_of
from webapp.selfcheck.queries import Monitor, Newest
from webapp.websites.queries import websites_summary

FRESH = timedelta(minutes=5)  # Prometheus itself calls what is older stale
OWN_UP, OWN_WORKERS, OWN_PROBES = f"{PREFIX}up", f"{PREFIX}workers", f"{PREFIX}probe_seconds"
OWN_JOBS, OWN_AGE, OWN_REDIS = (
    f"{PREFIX}{name}" for name in ("jobs", "oldest_job_age_seconds", "redis_bytes")
)
OWN_WEBSITES, OWN_STATES, OWN_TIMES = (
    f"{PREFIX}{name}" for name in ("websites", "website_up", "website_response_seconds")
)
OWN_LEFT_OUT = f"{PREFIX}series_left_out"
OWN = {
    *(OWN_UP, OWN_WORKERS, OWN_PROBES, OWN_JOBS, OWN_AGE, OWN_REDIS),
    *(OWN_WEBSITES, OWN_STATES, OWN_TIMES, OWN_LEFT_OUT),
}


def exposition(now: datetime) -> bytes:
    """The document at `now`: at most EXPOSITION_SERIES series and as many websites."""
    return _document(_everything(queries.monitor(now), now))


def exposition_of_parts(found: Monitor) -> bytes:
    """The document while the database is away: whether each part answers."""
    return _document([_up(found), _probes(found)])


def _document(families: Iterable[GaugeMetricFamily]) -> bytes:
    # A registry of its own, so that nothing outlives the request.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(families))
    return generate_latest(registry)


class _Families(Collector):
    """Families that are ready; asked once."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self.families = families

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """All of them."""
        return self.families

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing in advance: registering must not read anything."""
        return []


def _everything(found: Monitor, now: datetime) -> Iterator[GaugeMetricFamily]:
    yield _up(found)
    yield _probes(found)
    yield _workers(found)
    if found.workforce is not None:
        yield from _queues(found.workforce, now)
    if found.facts.database_ms is not None:
        yield _websites(now)
        yield from _each_website()
        yield from _readings(now)


def _up(found: Monitor) -> GaugeMetricFamily:
    up = GaugeMetricFamily(OWN_UP, "Whether a part answers (1) or not (0).", None, ["part"])
    up.add_metric(["database"], float(found.facts.database_ms is not None))
    up.add_metric(["redis"], float(found.facts.redis_ms is not None))
    up.add_metric(["scheduler"], float(found.facts.has_scheduler))
    return up


def _probes(found: Monitor) -> GaugeMetricFamily:
    probes = GaugeMetricFamily(
        OWN_PROBES, "How long it took to find out whether a part answers.", None, ["part"]
    )
    probes.add_metric(["database"], found.facts.database_took_ms / 1000)
    probes.add_metric(["redis"], found.facts.redis_took_ms / 1000)
    return probes


def _workers(found: Monitor) -> GaugeMetricFamily:
    workers = GaugeMetricFamily(
        OWN_WORKERS, "Workers that report in time, and those that are late.", None, ["state"]
    )
    workers.add_metric(["on_time"], found.facts.workers)
    workers.add_metric(["late"], found.facts.late_workers)
    return workers


def _queues(force: Workforce, now: datetime) -> Iterator[GaugeMetricFamily]:
    jobs = GaugeMetricFamily(OWN_JOBS, "Jobs by queue and state.", None, ["queue", "state"])
    age = GaugeMetricFamily(OWN_AGE, "How long the oldest job waits.", None, ["queue"])
    for queue in force.queues:
        jobs.add_metric([queue.name, "waiting"], queue.waiting)
        jobs.add_metric([queue.name, "running"], queue.running)
        jobs.add_metric([queue.name, "failed"], queue.failed)
        waits = (now - queue.oldest_at).total_seconds() if queue.oldest_at else 0
        age.add_metric([queue.name], max(waits, 0))
    yield jobs
    yield age
    yield GaugeMetricFamily(OWN_REDIS, "Memory Redis uses.", force.redis_bytes)


def _websites(now: datetime) -> GaugeMetricFamily:
    websites = GaugeMetricFamily(OWN_WEBSITES, "Websites by status.", None, ["status"])
    counts = dict.fromkeys(("up", "down", "degraded", "unknown", "paused"), 0)
    for status, count in (counts | websites_summary(now).counts).items():
        websites.add_metric([status], count)
    return websites


def _each_website() -> Iterator[GaugeMetricFamily]:
    names = ["id", "name"]
    states = GaugeMetricFamily(
        OWN_STATES, "Whether a website is up or degraded (1) or down (0).", None, names
    )
    times = GaugeMetricFamily(
        OWN_TIMES, "How long a website took to answer the last check.", None, names
    )
    for website in queries.judged_websites():
        labels = [str(website.id), website.name]
        states.add_metric(labels, float(not website.is_down))
        if website.response_time_ms is not None:
            times.add_metric(labels, website.response_time_ms / 1000)
    yield states
    yield times


def _readings(now: datetime) -> Iterator[GaugeMetricFamily]:
    found, left_out = queries.newest_readings(clock.to_ms(now - FRESH))
    families: dict[str, GaugeMetricFamily] = {}
    known: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for series in found:
        name, value = _named(series)
        labels = labels_of(series.kind.value, series.source, series.details or {})
        sample = (name, tuple(sorted(labels.items())))
        if sample in known:  # two units or types of one name: Prometheus would refuse them all
            left_out += 1
            continue
        known.add(sample)
        if name not in families:
            families[name] = GaugeMetricFamily(name, _described(series.name))
        families[name].add_sample(name, labels, value)
    yield from families.values()
    yield GaugeMetricFamily(OWN_LEFT_OUT, "Fresh series that this document leaves out.", left_out)


def _named(series: Newest) -> tuple[str, float]:
    family = family_of(series.name, series.unit)
    name = f"{family.name}_value" if family.name in OWN else family.name
    return name, series.newest_value * family.factor


def _described(name: str) -> str:
    measure = DESCRIBED.get(name)
    return measure.description if measure else f"The newest value of {name}."
