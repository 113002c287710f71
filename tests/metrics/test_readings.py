"""What makes a series distinct, and whose sample a reading is."""

from dataclasses import replace

import pytest

from tests.metrics.makers import GAUGE
from webapp.metrics.answers import LATENCY
from webapp.metrics.readings import MetricKind, Reading, SeriesKey, Total, sample_of

KEY = SeriesKey(MetricKind.SYSTEM, "disk", "disk_percent", "%", "web-1", (("mount", "/"),))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": MetricKind.APPLICATION},
        {"metric_type": "cpu"},
        {"name": "disk_used"},
        {"unit": "bytes"},
        {"source": "web-2"},
        {"labels": (("mount", "/home"),)},
        {"labels": ()},
    ],
    ids=str,
)
def test_each_part_makes_another_series(change):
    assert replace(KEY, **change).fingerprint != KEY.fingerprint


def test_parts_cannot_flow_into_each_other():
    assert replace(KEY, name="a", unit="bc").fingerprint != replace(KEY, name="ab", unit="c")


def test_the_fingerprint_is_a_sha256_that_stays():
    assert KEY.fingerprint == replace(KEY).fingerprint
    assert len(KEY.fingerprint) == 64


def test_the_order_of_labels_does_not_matter():
    one = sample_of(Reading(GAUGE, 1, {"a": "1", "b": "2"}), "h", 0)
    other = sample_of(Reading(GAUGE, 1, {"b": "2", "a": "1"}), "h", 0)
    assert one.key == other.key


def test_a_reading_of_a_machine_belongs_to_its_host():
    made = sample_of(Reading(GAUGE, 1.5, {"mount": "/"}), "web-1", 1000)
    assert (made.key.kind, made.key.source) == (MetricKind.SYSTEM, "web-1")
    assert (made.key.labels, made.at_ms, made.value) == ((("mount", "/"),), 1000, 1.5)


def test_a_reading_of_our_service_belongs_to_the_service_and_names_the_host():
    key = sample_of(Reading(LATENCY, 3.0), "web-1", 1000).key
    assert (key.kind, key.source) == (MetricKind.APPLICATION, "watchkeeper")
    assert (key.metric_type, key.labels) == ("response_time", (("host", "web-1"),))


def test_a_total_is_found_again_by_measure_and_labels():
    assert Total(GAUGE, 1, labels={"a": "1"}).key == Total(GAUGE, 2, labels={"a": "1"}).key
    assert Total(GAUGE, 1, labels={"a": "1"}).key != Total(GAUGE, 1, labels={"a": "2"}).key
