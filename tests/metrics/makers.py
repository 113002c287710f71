"""Readings for the tests of metrics."""

from datetime import timedelta

from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import actions
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.readings import Measure, Reading, SystemMetricType, sample_of

HOST = "web-1"
GAUGE = Measure(SystemMetricType.CPU, "gauge", "", "Gauge", "A gauge.", "gauge")
SHARE = Measure(SystemMetricType.CPU, "share", "%", "Share", "A share.", "share", 100)


def sample(name, value, *, host=HOST, at=None, **labels):
    """A sample of the measure `name` of the catalogue."""
    return sample_of(Reading(DESCRIBED[name], value, labels), host, clock.to_ms(at or clock.now()))


def record(app, *samples):
    """Store samples and commit."""
    with app.app_context():
        actions.record_samples(samples)
        db.session.commit()


def machine(now, *, host=HOST, age_s=0, **values):
    """One sample of each of the measures in `values`, taken `age_s` seconds before `now`."""
    usual = {"cpu_percent": 12.5, "ram_percent": 40.0, "load_1": 0.5, "load_5": 0.4, "load_15": 0.3}
    usual |= {"uptime_s": 7200.0, "db_connections": 3.0, "db_max_connections": 100.0}
    at = now - timedelta(seconds=age_s)
    found = [sample(name, value, host=host, at=at) for name, value in (usual | values).items()]
    return [*found, sample("disk_percent", 55.0, host=host, at=at, mount="/")]
