"""Quantiles out of merged sketches, against sorting everything."""

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.sketch import RELATIVE_ERROR, SMALLEST, Sketch

values = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=200)
shares = st.sampled_from([0, 0.5, 0.9, 0.95, 0.99, 1])


def exact(numbers, share):
    return sorted(numbers)[math.floor(share * (len(numbers) - 1))]


@given(st.lists(values, min_size=1, max_size=5), shares)
def test_a_quantile_of_merged_sketches_is_within_the_stated_error(parts, share):
    merged = Sketch()
    for part in parts:
        merged.merge(Sketch.from_bytes(Sketch(part).to_bytes()))
    truth = exact([value for part in parts for value in part], share)
    allowed = abs(truth) * RELATIVE_ERROR * 1.000001 + SMALLEST
    assert merged.quantile(share) == pytest.approx(truth, abs=allowed)


@given(values)
def test_packing_loses_nothing(numbers):
    sketch = Sketch(numbers)
    assert Sketch.from_bytes(sketch.to_bytes()).buckets == sketch.buckets


def test_nothing_has_no_quantile_and_no_bytes():
    assert Sketch().quantile(0.5) is None
    assert Sketch().to_bytes() == b""
    assert Sketch.from_bytes(b"").count == 0


def test_negative_values_are_below_zero_and_zero_is_below_positive_ones():
    sketch = Sketch([5, -100, 0, -1, 3])
    found = [sketch.quantile(share) for share in (0, 0.25, 0.5, 0.75, 1)]
    assert found == pytest.approx([-100, -1, 0, 3, 5], rel=RELATIVE_ERROR)


def test_the_largest_numbers_have_quantiles_too():
    largest = sys.float_info.max
    assert Sketch([largest]).quantile(0.5) == pytest.approx(largest, rel=RELATIVE_ERROR)


def test_a_sketch_that_was_packed_before_negative_values_were_known_still_reads():
    packed = bytes.fromhex("ffff7f01c680800102cc0201")
    assert Sketch.from_bytes(packed).buckets == {-(2**20): 1, 35: 2, 201: 1}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_finite_number_is_refused(value):
    with pytest.raises(ValueError, match="not a finite number"):
        Sketch([value])


def test_an_hour_of_checks_is_small():
    hour = Sketch(40 + (n * 37 % 100) / 10 for n in range(60))
    assert len(hour.to_bytes()) <= 60
