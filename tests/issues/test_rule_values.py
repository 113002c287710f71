"""What a threshold rule may say."""

import math

import pytest

from webapp.issues.kinds import Direction
from webapp.issues.rule_values import RuleValues, rule_of
from webapp.metrics.readings import MetricKind

NAMED = {"name": "Busy", "kind": MetricKind.SYSTEM, "metric_name": "cpu_percent"}
BELOW = {"direction": Direction.BELOW}


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"warning": 70}, []),
        ({"critical": 70, "recovery": 69}, []),
        ({"warning": 70, "error": 80, "critical": 90, "recovery": 60}, []),
        (BELOW | {"warning": 20, "critical": 5, "recovery": 25}, []),
        ({}, ["warning"]),
        ({"warning": 70, "error": 70}, ["error"]),
        ({"warning": 70, "critical": 60}, ["critical"]),
        ({"error": 90, "critical": 80}, ["critical"]),
        ({"warning": 70, "recovery": 70}, ["recovery"]),
        (BELOW | {"warning": 20, "error": 30}, ["error"]),
        (BELOW | {"warning": 20, "recovery": 10}, ["recovery"]),
        ({"warning": math.inf}, ["warning"]),
        ({"warning": 1, "recovery": math.nan}, ["recovery"]),
        ({"warning": 1, "labels": {"": "x"}}, ["labels"]),
        ({"warning": 1, "labels": {"a": "x" * 200}}, ["labels"]),
        ({"warning": 1, "labels": {str(n): "" for n in range(11)}}, ["labels"]),
        ({"warning": 1, "percent_of": "cpu_percent"}, ["percent_of"]),
    ],
)
def test_levels_rise_and_recovery_lies_on_the_good_side(values, fields):
    assert [name for name, _ in RuleValues(**NAMED | values).problems()] == fields


def test_a_refusal_says_what_was_expected():
    values = RuleValues(**NAMED, warning=70, error=60, recovery=80)
    assert dict(values.problems()) == {
        "error": "This level has to be above the warning level, which is 70.",
        "recovery": "This has to be below the warning level, which is 70.",
    }


def test_it_is_judged_by_its_levels_and_durations():
    rule = rule_of(RuleValues(**NAMED, warning=70, for_s=5, keep_open_s=6, minimum_samples=7))
    assert (rule.warning, rule.for_s, rule.keep_open_s, rule.minimum_samples) == (70, 5, 6, 7)
