"""Which series an item belongs to; what is wrong with one stands with the intake's tests."""

import pytest

from webapp.metrics.identity import TYPES, Sender, Wrong, series, source_name
from webapp.metrics.readings import MetricKind

CPU = {"metric_type": "cpu", "name": "cpu_percent"}


def test_equal_items_have_one_key():
    first = series(CPU | {"labels": {"core": "0"}}, Sender(host="web-1"))
    again = series(CPU | {"labels": {"core": "0"}}, Sender(host="web-1"))
    assert first is again
    assert first.fingerprint == again.fingerprint


def test_who_sends_tells_otherwise_equal_items_apart():
    assert series(CPU, Sender(host="web-1")) != series(CPU, Sender(host="web-2"))


def test_both_kinds_have_all_types_of_theirs_and_custom():
    assert TYPES["system"] == (
        *("cpu", "memory", "disk", "network", "database", "cache", "custom"),
    )
    assert TYPES["application"] == (
        *("request", "response_time", "error_rate", "user_count", "queue_size", "task_count"),
        "custom",
    )


@pytest.mark.parametrize(
    ("item", "sender", "kind"),
    [
        ({}, Sender(host="h"), "system"),
        ({"metric_type": "custom"}, Sender(service="s"), "application"),
        ({"metric_type": "custom"}, Sender("application", "h", "s"), "application"),
        ({"host": "x"}, Sender("application", None, "s"), "system"),
        ({"metric_type": "custom", "service": "x"}, Sender("system", "h"), "application"),
        ({"kind": "system", "host": "x"}, Sender(), "system"),
    ],
)
def test_the_kind_is_what_is_said_nearest(item, sender, kind):
    assert series(CPU | item, sender).kind is MetricKind(kind)


@pytest.mark.parametrize("name", ["web-1", "db.example.org", "Ünïcode host", "a b", "[::1]:80"])
def test_names_people_give_their_machines_are_kept(name):
    assert source_name(name, "host") == name


@pytest.mark.parametrize("name", [None, "", " ", ".", "..", " a", "a/b", "a\nb", 5, [], "x" * 256])
def test_names_that_no_address_can_have_are_refused(name):
    with pytest.raises(Wrong) as wrong:
        source_name(name, "host")
    assert wrong.value.field == "host"
