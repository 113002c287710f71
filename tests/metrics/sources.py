"""Hosts and services for the tests of their pages."""

from datetime import timedelta

from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import actions, hosts, upkeep_jobs
from webapp.metrics.readings import MetricKind, Sample, SeriesKey


def metric(name, value, at, *, service="shop", kind="custom", unit="", **labels):
    """A sample of a metric of an application."""
    pairs = tuple(sorted(labels.items()))
    key = SeriesKey(MetricKind.APPLICATION, kind, name, unit, service, pairs)
    return Sample(key, clock.to_ms(at), value)


def own(name, value, at, *, host="web-1", unit="", **labels):
    """A sample of a metric that a machine's owner named."""
    pairs = tuple(sorted(labels.items()))
    key = SeriesKey(MetricKind.SYSTEM, "custom", name, unit, host, pairs)
    return Sample(key, clock.to_ms(at), value)


def over_an_hour(make, now, *, every_s=60):
    """What `make(moment, number)` gives for each of the moments of the last hour."""
    count = 3600 // every_s
    return [make(now - timedelta(seconds=every_s * (count - n)), n) for n in range(1, count + 1)]


def store(app, *samples, seen=(), processes=()):
    """Store samples, hosts as (name, moment) and lists of processes as (host, moment)."""
    with app.app_context():
        actions.record_samples(samples)
        for host, at in seen:
            hosts.note_host(host, 5, at, at - timedelta(hours=2), {"system": "Linux", "cpus": 4})
        for host, at in processes:
            hosts.note_processes(host, clock.to_ms(at), listed(f"at-{at:%H-%M-%S}"))
        db.session.commit()


def roll_up(app):
    """Bring the minutes, hours and days up to date, as the job does every half minute."""
    with app.app_context():
        upkeep_jobs.roll_up_metrics()


def listed(name):
    """A list of one process."""
    process = {"pid": 7, "name": name, "user": "root", "command": f"{name} --fast"}
    process |= {"cpu_percent": 12.5, "memory_bytes": 1_048_576}
    return {"count": 99, "cpu": [process], "memory": [process]}
