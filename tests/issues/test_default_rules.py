"""The threshold rules that come with the product."""

from webapp.issues.default_rules import BY_KEY, DEFAULT_RULES
from webapp.issues.matching import fits
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.thresholds import THRESHOLDS


def test_each_row_of_the_table_is_a_rule_with_its_levels():
    found = {
        rule.default_key: (rule.columns()["warning"], rule.columns()["critical"])
        for rule in DEFAULT_RULES
    }
    assert found == {
        "cpu_percent": (70, 90),
        "ram_percent": (70, 85),
        "disk_percent": (70, 90),
        "latency_ms": (100, 500),
        "db_connections": (80, 95),
    }
    assert found.keys() == THRESHOLDS.keys()


def test_database_connections_are_judged_in_percent_of_their_maximum():
    assert BY_KEY["db_connections"].columns()["percent_of"] == "db_max_connections"


def test_each_watches_what_is_measured_and_recovers_below_its_levels():
    for rule in DEFAULT_RULES:
        assert rule.default_key in DESCRIBED
        assert rule.recovery < rule.columns()["warning"]


def test_the_processor_as_a_whole_is_watched_and_not_each_core():
    labels = BY_KEY["cpu_percent"].labels
    assert fits(None, labels, "web-1", {})
    assert not fits(None, labels, "web-1", {"core": "3"})
