"""What Prometheus reads."""

import re
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.factories import create_website
from tests.statements import count_statements
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.selfcheck import exposition as module
from webapp.selfcheck.exposition import exposition
from webapp.websites.models import MonitorStatus

ODD = 'a"b\\c\nd é'


def families():
    text = exposition(clock.now()).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples():
    return {
        (s.name, *(value for _, value in sorted(s.labels.items()))): s.value
        for family in families().values()
        for s in family.samples
    }


def series(name, age_s=3, value=12.5, **fields):
    at_ms = clock.to_ms(clock.now()) - 1000 * age_s
    usual = {"kind": MetricKind.SYSTEM, "metric_type": "cpu", "unit": "%", "source": "host-a"}
    row = MetricSeries(name=name, **{"details": {}, **usual, **fields})
    row.fingerprint = f"{name} {sorted(map(str, fields.items()))}"[:64]
    row.newest_ms, row.newest_value = at_ms, value
    db.session.add(row)
    db.session.flush()


def test_queues_workers_websites_and_readings_are_there(context, jobs):
    jobs.wait("slow")
    jobs.worker("w")
    create_website()
    series("cpu_percent")
    found = samples()
    assert found["watchkeeper_up", "redis"] == 1
    assert found["watchkeeper_up", "scheduler"] == 0
    assert 0 <= found["watchkeeper_probe_seconds", "database"] < 2
    assert found["watchkeeper_jobs", "slow", "waiting"] == 1
    assert found["watchkeeper_oldest_job_age_seconds", "slow"] >= 0
    assert found["watchkeeper_workers", "on_time"] == 1
    assert found["watchkeeper_websites", "unknown"] == 1
    assert found["watchkeeper_websites", "down"] == 0
    assert found["watchkeeper_cpu_ratio", "host-a"] == 0.125
    assert found["watchkeeper_series_left_out",] == 0


def test_a_series_has_its_labels_and_its_description(context):
    series("disk_percent", details={"mount": ODD})
    series("orders", unit="", kind=MetricKind.APPLICATION, source="shop", metric_type="request")
    found = families()
    (disk,) = found["watchkeeper_disk_ratio"].samples
    assert disk.labels == {"host": "host-a", "mount": ODD}
    assert found["watchkeeper_disk_ratio"].type == "gauge"
    assert found["watchkeeper_disk_ratio"].documentation == "Space in use of what users may fill."
    (orders,) = found["watchkeeper_orders"].samples
    assert orders.labels == {"service": "shop"}
    assert found["watchkeeper_orders"].documentation == "The newest value of orders."


def test_a_reading_older_than_five_minutes_is_absent(context):
    series("cpu_percent", age_s=301)
    assert not [key for key in samples() if key[0] == "watchkeeper_cpu_ratio"]


def test_each_website_says_whether_it_is_up(context):
    for number, status in enumerate(("UP", "DOWN", "DEGRADED", "UNKNOWN")):
        create_website(
            f"http://127.0.0.1:{number + 1}/", name=f"site {status}", response_time_ms=250.0,
            status=MonitorStatus[status],
        )  # fmt: skip
    create_website("http://127.0.0.1:9/", name="paused", status="UP", is_active=False)
    found = families()
    up = {s.labels["name"]: s.value for s in found["watchkeeper_website_up"].samples}
    assert up == {"site UP": 1, "site DOWN": 0, "site DEGRADED": 1}
    times = found["watchkeeper_website_response_seconds"].samples
    assert [s.value for s in times] == [0.25, 0.25, 0.25]


def test_one_label_set_has_one_sample_and_the_rest_is_counted(context):
    series("wait_ms", unit="ms", value=5.0)
    series("wait", unit="s", value=1.0)
    series("wait_s", unit="s", value=2.0)
    found = families()
    assert len(found["watchkeeper_wait_seconds"].samples) == 1
    assert found["watchkeeper_series_left_out"].samples[0].value == 2


def test_a_series_named_like_one_of_ours_does_not_spoil_the_document(context):
    series("up", unit="", value=3.0)
    found = families()
    assert {s.labels["part"] for s in found["watchkeeper_up"].samples} >= {"database", "redis"}
    assert found["watchkeeper_up_value"].samples[0].value == 3.0


def test_the_document_is_bounded_and_says_what_it_leaves_out(context, monkeypatch):
    small = replace(context.extensions["settings"], exposition_series=2)
    monkeypatch.setitem(context.extensions, "settings", small)
    for number in range(5):
        series(f"gauge_{number}", unit="")
    found = families()
    assert len([name for name in found if "gauge" in name]) == 2
    assert found["watchkeeper_series_left_out"].samples[0].value == 3


def test_every_family_has_a_help_and_a_type_and_a_name_without_a_counters_ending(context, jobs):
    jobs.wait("slow")
    series("process_count", unit="")
    text = exposition(clock.now()).decode()
    names = re.findall(r"^# TYPE (\S+) gauge$", text, re.M)
    assert names
    assert sorted(names) == sorted(re.findall(r"^# HELP (\S+) \S", text, re.M))
    assert len(names) == len(set(names))
    assert not [n for n in names if n.endswith(("_total", "_count", "_sum", "_bucket", "_info"))]


def test_the_series_cost_one_statement_however_many_there_are(context):
    series("cpu_percent")
    with count_statements(context) as one:
        exposition(clock.now())
    for number in range(20):
        series(f"gauge_{number}")
    with count_statements(context) as many:
        exposition(clock.now())
    assert len(one) == len(many) <= 6, many
    assert len([s for s in many if "metric_series" in s]) == 1


def test_without_redis_the_rest_is_there(without_redis):
    with without_redis.app_context():
        found = samples()
    assert found["watchkeeper_up", "redis"] == 0
    assert found["watchkeeper_up", "database"] == 1
    assert ("watchkeeper_websites", "up") in found


@pytest.mark.parametrize("name", sorted(module.OWN))
def test_our_own_names_say_whose_they_are(name):
    assert name.startswith("watchkeeper_")
