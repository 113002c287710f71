"""An overload in words."""

import pytest

from webapp.issues.breaches import Rule
from webapp.issues.kinds import Direction, Severity
from webapp.issues.overload_words import amount, component, reached_words, sentence
from webapp.metrics.catalogue import DESCRIBED


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("cpu_percent", {}, "CPU"),
        ("disk_percent", {"mount": "/var"}, "Disk /var"),
        ("latency_ms", {"host": "web-1"}, "Answer time"),
        ("jobs_done", {}, "Jobs done"),
        ("jobs_done", {"queue": "mail", "by": "x"}, "Jobs done x mail"),
        ("x" * 100, {"a": "y" * 300}, "X" + "x" * 99 + " " + "y" * 153 + "…"),
    ],
)
def test_a_component_is_a_measure_and_what_tells_it_from_others(name, labels, expected):
    assert component(name, labels, DESCRIBED) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (93.456, "%", "93.46 %"),
        (3, "", "3"),
        (120.0, "ms", "120 ms"),
        (123_456, "/s", "123,456 /s"),
        (2_500_000_000, "bytes", "2.5 GB"),
        (12, "bytes/s", "12 B/s"),
        (0, "count", "0"),
    ],
)
def test_an_amount_is_short_and_has_its_unit(value, unit, expected):
    assert amount(value, unit) == expected


def test_a_sentence_says_what_where_how_much_and_since_which_level():
    rule = Rule(Direction.BELOW, warning=20, critical=5)
    reached = reached_words(rule, Severity.CRITICAL, "%")
    told = sentence("Memory left", "db-1", 4, "%", reached)
    assert told == "Memory left of db-1 is at 4 %: critical from 5 % down"
