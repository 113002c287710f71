"""A house with websites, a machine and a worker, as the front page meets it."""

from datetime import timedelta

import pytest
from rq import Worker

from tests.factories import create_website
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.core.timetable import LOCK, ElectedScheduler
from webapp.metrics.models import MetricKind, MetricSample, MetricSeries
from webapp.websites.models import MonitorStatus


class House:
    """Makes facts; every method needs an app context and flushes."""

    def crew(self, silent_s=0):
        """A worker that reported `silent_s` ago, and an elected scheduler."""
        redis = queue.connection()
        worker = Worker(list(queue.QUEUES), connection=redis, name="w")
        worker.register_birth()
        at = (clock.now() - timedelta(seconds=silent_s)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        redis.hset(worker.key, "last_heartbeat", at)
        scheduler = ElectedScheduler(redis, ())
        scheduler.register_birth()
        redis.set(LOCK, scheduler.name)

    def website(self, name, status="UP", minutes=5, **fields):
        """A website that has had this status for some minutes."""
        since = clock.now() - timedelta(minutes=minutes)
        url = f"http://127.0.0.1/{name}"
        status = MonitorStatus(status)
        return create_website(url, name=name, status=status, status_since_at=since, **fields)

    def reading(self, name, *values, host="box", every_s=30, age_s=1, unit="percent"):
        """A series of a machine whose values were read `every_s` apart, the last `age_s` ago."""
        newest_ms = clock.to_ms(clock.now()) - 1000 * age_s
        series = MetricSeries(
            fingerprint=f"{host}-{name}",
            kind=MetricKind.SYSTEM,
            metric_type="cpu",
            name=name,
            unit=unit,
            source=host,
            details={},
            newest_ms=newest_ms,
            newest_value=values[-1],
            unsummed_from_ms=newest_ms - 1000 * every_s * (len(values) - 1),
        )
        db.session.add(series)
        db.session.flush()
        for n, value in enumerate(reversed(values)):
            at_ms = newest_ms - 1000 * every_s * n
            db.session.add(MetricSample(series_id=series.id, at_ms=at_ms, value=value))
        db.session.flush()


@pytest.fixture
def house():
    """A maker of what the front page shows."""
    return House()
