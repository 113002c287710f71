"""The rules of the snapshot and of the list's filters."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from webapp.metrics.schemas import MetricQuery, SystemMetrics

GOOD = {
    "cpu_percent": 0.0,
    "ram_percent": 100.0,
    "disk_percent": 50.5,
    "latency_ms": 0.0,
    "db_connections": 0,
    "db_max_connections": 1,
    "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
}


def test_the_bounds_themselves_are_accepted():
    assert SystemMetrics(**GOOD).model_dump() == GOOD


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((name, value) for name in list(GOOD)[:3] for value in (-0.1, 100.1)),
        ("latency_ms", -1),
        ("db_connections", -1),
        ("db_connections", 1.5),
        ("db_max_connections", 0),
    ],
)
def test_what_lies_outside_is_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        SystemMetrics(**GOOD | {field: value})


@pytest.mark.parametrize(
    "given",
    [
        {"host": "a", "service": "b"},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-01T00:00:00"},
        {"from": "yesterday"},
        {"kind": "other"},
        {"page_size": "1000"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_filter_that_makes_no_sense_is_refused(given):
    with pytest.raises(ValidationError):
        MetricQuery.model_validate(given)


def test_a_moment_has_a_zone():
    asked = MetricQuery.model_validate({"from": "2026-01-01T01:00:00+01:00"})
    assert asked.from_at == datetime(2026, 1, 1, tzinfo=UTC)
