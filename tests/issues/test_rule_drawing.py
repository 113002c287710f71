"""What a rule would have found, as a picture."""

import pytest

from webapp.issues.breaches import Rule
from webapp.issues.kinds import Direction, Severity
from webapp.issues.rule_drawing import Worst, draw
from webapp.issues.spans import Span

BELOW = Rule(Direction.BELOW, warning=1)
RULE = Rule(warning=70, critical=90, recovery=60)


def span(from_ms, to_ms, level=Severity.WARNING):
    return Span(from_ms, to_ms, level, 99, from_ms)


def test_levels_and_recovery_lie_across_the_picture():
    found = draw([10.0, 50.0], [], RULE, 0, 1000)
    assert [(mark.name, mark.value) for mark in found.marks] == [
        ("recovery", 60), ("warning", 70), ("critical", 90),
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
    samples = [(0, 5.0), (1, 9.0), (250, 3.0), (999, 1.0), (750, 2.0)]
    for rule, points in ((RULE, [9.0, 3.0, None, 2.0]), (BELOW, [5.0, 3.0, None, 1.0])):
        worst = Worst(rule, 0, 1000, 4)
        worst.add(samples)
        assert worst.points == points


@pytest.mark.parametrize(
    ("points", "bridged"),
    [
        ([1.0, None, None, 2.0, None, None, 3.0], [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0]),
        ([1.0, 2.0, 3.0, None, None, 4.0], [1.0, 2.0, 3.0, None, None, 4.0]),
        ([None, 1.0, None], [None, 1.0, None]),
    ],
)
def test_a_line_goes_on_where_samples_are_rare_and_ends_where_they_are_missing(points, bridged):
    worst = Worst(RULE, 0, len(points), len(points))
    worst.points = points
    assert worst.bridged() == bridged
