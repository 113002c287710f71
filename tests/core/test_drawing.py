"""Sparklines as paths."""

import pytest

from webapp.core.drawing import spark_paths

CASES = [
    ("nothing", [None, None], "", ""),
    ("one value is a dot", [None, 5], "M1,1h0L1,1", "M1,1V40H1Z"),
    ("a rise", [0, 10], "M0,39h0L0,39 1,1", "M0,39 1,1V40H0Z"),
    ("a gap", [10, None, 10], "M0,1h0L0,1M2,1h0L2,1", "M0,1V40H0ZM2,1V40H2Z"),
    ("beyond the bounds is cut", [-5, 50], "M0,39h0L0,39 1,1", "M0,39 1,1V40H0Z"),
]


@pytest.mark.parametrize(
    ("points", "line", "under"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_sparkline_is_drawn_between_its_bounds(points, line, under):
    high = 5 if points == [None, 5] else 10
    paths = spark_paths(points, 0, high)
    assert (paths.line, paths.under) == (line, under)


def test_without_bounds_everything_fits_with_some_air_above():
    assert spark_paths([0, 10]).line == "M0,39h0L0,39 1,7"
    assert spark_paths([-10, 10]).line == "M0,39h0L0,39 1,4"


def test_equal_bounds_do_not_divide_by_zero():
    assert spark_paths([3, 3], 3, 3).line == "M0,39h0L0,39 1,39"
