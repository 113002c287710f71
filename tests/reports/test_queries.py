"""What is wrong now, over all features."""

from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import SimpleWorker

from tests.statements import count_statements
from webapp.core import clock, queue
from webapp.reports import queries
from webapp.websites.queries import websites_summary


def fail_on_purpose():
    """A job that always fails."""
    raise RuntimeError("broken on purpose")


def facts():
    now = clock.now()
    return queries.facts(websites_summary(now), now)


def told():
    return [(t.status, t.title) for t in facts().troubles]


def test_a_house_in_order_has_no_troubles(context, house):
    house.crew()
    house.website("Shop")
    house.reading("cpu_percent", 10, 20)
    found = facts()
    assert (found.troubles, found.websites, found.machines) == ([], {"up": 1}, 1)


def test_websites_that_are_down_or_degraded_are_told_with_their_reason(context, house):
    house.crew()
    house.website("Shop", "DOWN", minutes=7, error_message="Refused.")
    house.website("Blog", "DEGRADED")
    house.website("Away", "DOWN", is_active=False)
    down, degraded = facts().troubles
    assert (down.title, down.detail, down.status) == ("Shop is down", "Refused.", "down")
    assert round((clock.now() - down.since_at).total_seconds() / 60) == 7
    assert degraded.title == "Blog is degraded"


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("cpu_percent", (10, 75, 75, 75), [("warning", "CPU of box is at 75 %")]),
        ("cpu_percent", (10, 95, 95, 95), [("critical", "CPU of box is at 95 %")]),
        ("cpu_percent", (95, 95, 10, 95), []),
        ("cpu_percent", (95, 95, 95, 69), []),
        ("network_in", (10**9,) * 4, []),
    ],
)
def test_a_value_is_told_once_it_has_been_beyond_for_a_minute(
    context, house, name, values, expected
):
    house.crew()
    house.reading(name, *values)
    assert told() == expected


def test_a_value_is_told_with_the_moment_it_rose(context, house):
    house.crew()
    house.reading("ram_percent", 10, *[90] * 10, every_s=60)
    (trouble,) = facts().troubles
    assert round((clock.now() - trouble.since_at).total_seconds() / 60) == 9
    assert trouble.href == "/machines/box"


def test_a_value_that_never_was_below_is_told_since_it_is_measured(context, house):
    house.crew()
    house.reading("disk_percent", *[91] * 5, every_s=60)
    (trouble,) = facts().troubles
    assert round((clock.now() - trouble.since_at).total_seconds() / 60) == 4


def test_connections_are_judged_against_their_maximum(context, house):
    house.crew()
    house.reading("db_max_connections", *[20] * 4, unit="count")
    house.reading("db_connections", 2, *[16] * 4, unit="count")
    assert [status for status, _ in told()] == ["warning"]


def test_a_machine_that_went_silent_is_told_and_not_judged(context, house):
    house.crew()
    house.reading("cpu_percent", 99, 99, 99, 99, host="gone", age_s=300)
    found = facts()
    assert [(t.status, t.title) for t in found.troubles] == [("stale", "gone sends nothing")]
    assert found.machines == 0


def test_no_worker_is_serious_and_a_late_one_beside_others_is_not(context, house):
    assert told() == [("critical", "No worker reports, so nothing is measured")]
    house.crew(silent_s=90)
    assert told() == [("critical", "No worker reports, so nothing is measured")]


def test_failed_jobs_of_the_last_day_are_told_with_their_number(context, house, monkeypatch):
    redis = queue.connection()
    old = int((clock.now() - timedelta(hours=30)).timestamp())
    for moment in (old, None, None):
        with monkeypatch.context() as patch:
            if moment:
                patch.setattr("rq.registry.current_timestamp", lambda moment=moment: moment)
            queue.queue("fast").enqueue(fail_on_purpose, failure_ttl=queue.FAILURE_TTL_S)
            SimpleWorker(["fast"], connection=redis).work(burst=True, logging_level="CRITICAL")
    house.crew()
    assert told() == [("failed", "2 jobs failed in the last 24 hours")]


def test_without_redis_that_is_what_is_told(context, monkeypatch):
    gone = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setitem(context.extensions, "impatient_redis", gone)
    assert told() == [("critical", "Redis does not answer, so nothing is measured")]


def test_a_calm_house_costs_one_statement_beside_the_websites(context, house):
    house.crew()
    for n in range(3):
        house.reading("cpu_percent", 10, 10, host=f"box{n}")
    summary = websites_summary(clock.now())
    with count_statements(context) as statements:
        queries.facts(summary, clock.now())
    assert len(statements) == 1
