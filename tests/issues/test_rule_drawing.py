"""What a rule would have found, as a picture."""

import pytest

from webapp.issues.breaches import Rule
from webapp.issues.kinds import Direction, Severity
from webapp.issues.rule_drawing import draw, worst_of
from webapp.issues.spans import Span
from webapp.metrics.pages import Bucket

RULE = Rule(warning=70, critical=90, recovery=60)


def span(from_ms, to_ms, level=Severity.WARNING):
    return Span(from_ms, to_ms, level, 99, from_ms)


def test_levels_and_recovery_lie_across_the_picture():
    found = draw([10.0, 50.0], [], RULE, 0, 1000)
    assert [(mark.name, mark.value) for mark in found.marks] == [
        ("warning", 70), ("critical", 90), ("recovery", 60),
    ]  # fmt: skip
    heights = {mark.name: mark.y for mark in found.marks}
    assert 0 < heights["critical"] < heights["warning"] < heights["recovery"] < 40


@pytest.mark.parametrize(
    ("given", "x", "width"),
    [
        (span(250, 750), 2.5, 5),
        (span(-500, 500), 0, 5),
        (span(900, None), 9, 1),
        (span(500, 501), 5, 0.6),
    ],
)
def test_a_breach_is_a_field_behind_the_line(given, x, width):
    (field,) = draw([0.0] * 10, [given], RULE, 0, 1000).fields
    assert (field.x, field.width, field.level) == (x, width, "warning")


@pytest.mark.parametrize("points", [[], [None, None], [0.0], [-5.0, -9.0], [1e300]])
def test_there_is_always_a_picture(points):
    found = draw(points, [], Rule(warning=0), 0, 0)
    assert found.high > found.low
    assert found.width >= 1


def test_the_worst_of_each_step_is_drawn():
    buckets = [Bucket(2, 10.0, 1.0, 9.0), None]
    assert worst_of(buckets, RULE) == [9.0, None]
    assert worst_of(buckets, Rule(Direction.BELOW, warning=1), 0.5) == [0.5, None]
