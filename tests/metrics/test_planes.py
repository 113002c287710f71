"""Numbers in planes come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.metrics.planes import Reader, planes, signed, varint, zigzag


@given(st.lists(st.integers(0, 2**64 - 1)), st.lists(st.integers(0, 300)))
def test_numbers_of_any_width_come_back_one_behind_the_other(wide, narrow):
    reader = Reader(planes(wide) + planes(narrow))
    assert reader.numbers(len(wide)).tolist() == wide
    assert reader.numbers(len(narrow)).tolist() == narrow
    assert reader.bytes(1) == b""


@given(st.lists(st.integers(0, 2**64 - 1)), st.lists(st.integers(0, 300)), st.integers(0, 9))
def test_the_first_numbers_can_be_read_alone(wide, narrow, wanted):
    reader = Reader(planes(wide) + planes(narrow) + b"next")
    assert reader.numbers(len(wide), min(wanted, len(wide))).tolist() == wide[:wanted]
    assert reader.numbers(len(narrow), min(wanted, len(narrow))).tolist() == narrow[:wanted]
    assert reader.bytes(4) == b"next"


@pytest.mark.parametrize(
    ("largest", "width"), [(0, 1), (255, 1), (256, 2), (65_536, 4), (2**32, 8)]
)
def test_numbers_are_as_wide_as_the_largest(largest, width):
    assert len(planes([1, largest])) == 1 + 2 * width


@given(st.lists(st.integers()))
def test_signs_come_back(numbers):
    assert signed(zigzag(numbers)) == numbers


@given(st.lists(st.integers(0, 2**70)))
def test_varints_come_back(numbers):
    reader = Reader(b"".join(map(varint, numbers)))
    assert [reader.varint() for _ in numbers] == numbers
