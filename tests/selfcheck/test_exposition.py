"""What Prometheus reads."""

from prometheus_client.parser import text_string_to_metric_families

from tests.factories import create_website
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.selfcheck.exposition import exposition


def samples():
    text = exposition(clock.now()).decode()
    return {
        (s.name, *(value for _, value in sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


def series(name, age_s, value=12.5):
    at_ms = clock.to_ms(clock.now()) - 1000 * age_s
    fields = {"metric_type": "cpu", "unit": "percent", "source": "host-a", "details": {}}
    row = MetricSeries(fingerprint=name, kind=MetricKind.SYSTEM, name=name, **fields)
    row.newest_ms, row.newest_value = at_ms, value
    db.session.add(row)


def test_queues_workers_websites_and_readings_are_there(context, jobs):
    jobs.wait("slow")
    jobs.worker("w")
    create_website()
    series("cpu_percent", age_s=3)
    db.session.flush()
    found = samples()
    assert found["watchkeeper_up", "redis"] == 1
    assert found["watchkeeper_up", "scheduler"] == 0
    assert found["watchkeeper_jobs", "slow", "waiting"] == 1
    assert found["watchkeeper_oldest_job_age_seconds", "slow"] >= 0
    assert found["watchkeeper_workers", "on_time"] == 1
    assert found["watchkeeper_websites", "unknown"] == 1
    assert found["watchkeeper_websites", "down"] == 0
    reading = ("watchkeeper_system_metric", "host-a", "", "cpu_percent", "cpu", "percent")
    assert found[reading] == 12.5


def test_a_reading_older_than_five_minutes_is_absent(context):
    series("cpu_percent", age_s=301)
    db.session.flush()
    assert not [key for key in samples() if key[0] == "watchkeeper_system_metric"]


def test_without_redis_the_rest_is_there(without_redis):
    with without_redis.app_context():
        found = samples()
    assert found["watchkeeper_up", "redis"] == 0
    assert found["watchkeeper_up", "database"] == 1
    assert ("watchkeeper_websites", "up") in found
