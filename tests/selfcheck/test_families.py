"""Names, base units and labels as Prometheus wants them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.selfcheck.families import family_of, labels_of

NAMES = [
    ("cpu_percent", "%", "watchkeeper_cpu_ratio", 0.01),
    ("latency_ms", "ms", "watchkeeper_latency_seconds", 0.001),
    ("uptime_s", "s", "watchkeeper_uptime_seconds", 1),
    ("ram_used", "bytes", "watchkeeper_ram_used_bytes", 1),
    ("disk_read", "bytes/s", "watchkeeper_disk_read_bytes_per_second", 1),
    ("load_1", "", "watchkeeper_load_1", 1),
    ("job:size.max", "", "watchkeeper_job_size_max", 1),
    ("orders_total", "", "watchkeeper_orders_total_value", 1),
    ("requests", "count", "watchkeeper_requests", 1),
    ("process_count", "", "watchkeeper_process_count_value", 1),
    ("temperature", "°C", "watchkeeper_temperature_celsius", 1),
    ("speed", "km/h", "watchkeeper_speed_km_h", 1),
    ("watchkeeper_x", "", "watchkeeper_x", 1),
    ("wait_seconds", "s", "watchkeeper_wait_seconds", 1),
]


@pytest.mark.parametrize(("name", "unit", "family", "factor"), NAMES)
def test_a_name_ends_in_its_base_unit(name, unit, family, factor):
    found = family_of(name, unit)
    assert (found.name, found.factor) == (family, factor)


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_name_and_unit_make_a_name_prometheus_takes(name, unit):
    assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", family_of(name, unit).name)


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=6))
def test_any_labels_make_as_many_labels_prometheus_takes(details):
    found = labels_of("system", "web-1", details)
    assert len(found) == len(details) + 1
    assert found["host"] == "web-1"
    for name in found:
        assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name)
        assert not name.startswith("__")


def test_a_label_of_the_series_never_hides_its_host_or_service():
    assert labels_of("application", "shop", {"service": "x", "host": "web-1"}) == {
        "service": "shop",
        "host": "web-1",
        "exported_service": "x",
    }
