"""The threshold table, at and around each of its numbers."""

import pytest

from webapp.metrics.thresholds import MetricStatus, get_metric_status, status_of, worst

TABLE = [
    ("cpu_percent", 70, 90),
    ("ram_percent", 70, 85),
    ("disk_percent", 70, 90),
    ("latency_ms", 100, 500),
]


@pytest.mark.parametrize(("name", "warning", "critical"), TABLE, ids=[row[0] for row in TABLE])
def test_a_value_that_equals_a_threshold_has_reached_it(name, warning, critical):
    assert status_of(name, 0) == "healthy"
    assert status_of(name, warning - 0.01) == "healthy"
    assert status_of(name, warning) == "warning"
    assert status_of(name, critical - 0.01) == "warning"
    assert status_of(name, critical) == "critical"
    assert status_of(name, critical * 10) == "critical"


CONNECTIONS = [
    (79, 100, "healthy"),
    (80, 100, "warning"),
    (94, 100, "warning"),
    (95, 100, "critical"),
    (8, 10, "warning"),
    (3, 0, None),
    (3, None, None),
    (3, -1, None),
]


@pytest.mark.parametrize(("value", "maximum", "expected"), CONNECTIONS)
def test_connections_are_judged_as_percent_of_the_maximum(value, maximum, expected):
    assert status_of("db_connections", value, maximum) == expected


def test_a_metric_that_is_not_in_the_table_has_no_status():
    assert status_of("network_in", 1e12) is None


def test_get_metric_status_takes_any_thresholds():
    assert [get_metric_status(v, 1, 2) for v in (0, 1, 2)] == list(MetricStatus)


def test_the_worst_counts():
    assert worst([]) == "healthy"
    assert worst([None, MetricStatus.WARNING]) == "warning"
    found = [MetricStatus.CRITICAL, MetricStatus.HEALTHY, MetricStatus.WARNING, None]
    assert worst(found) == "critical"
