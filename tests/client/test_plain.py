"""Any value becomes JSON that every server can read, below bounds."""

import json
import math
from datetime import UTC, date, datetime
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.client.plain import BOUNDS, Bounds, cut_in_the_middle, plain, text, within

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.integers() | st.none(), inner)
        | st.tuples(inner, inner)
    ),
    max_leaves=30,
)


class Broken:
    def __repr__(self):
        raise RuntimeError("not today")


class Colour(str, Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        (Colour.RED, "red"),
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (2**80, "0x100000000000000000000"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "2026-01-02T03:04:00+00:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (b"raw", "b'raw'"),
        ((1, {2}), [1, [2]]),
        ({1: "a", None: "b"}, {"1": "a", "None": "b"}),
        (Broken(), "<Broken, whose description raised RuntimeError>"),
        ("half \ud800 and \0", "half ? and \ufffd"),
    ],
)
def test_each_value_has_a_word_in_json(value, expected):
    assert plain(value) == expected


def test_what_is_too_much_is_left_out_and_said():
    small = Bounds(depth=2, entries=2, characters=5, values=100)
    found = plain({"a": "123456789", "b": {"c": {"d": 1}}, "e": 1, "f": 2}, small)
    assert found == {"a": "1234…", "b": {"c": "…"}, "…": "2 more"}
    assert plain([1, 2, 3], small) == [1, 2, "… 1 more"]


def test_what_contains_itself_ends():
    loop = {}
    loop["again"] = [loop] * 200
    assert len(json.dumps(plain(loop))) < 2_000_000


@given(ANYTHING)
def test_whatever_it_is_it_can_be_sent_and_read(value):
    body = json.dumps(plain(value), ensure_ascii=False, allow_nan=False).encode()
    assert json.loads(body) == plain(value)


@pytest.mark.parametrize("most", [60_000, 10_000, 1000, 100])
def test_a_context_is_cut_until_it_fits(most):
    context = {f"key {number}": ["x" * 5000] * 30 for number in range(300)}
    found = within(context, most)
    assert len(json.dumps(found, ensure_ascii=False).encode()) <= most
    assert found


def test_a_context_that_fits_is_whole():
    context = {"order": 7, "lines": [{"sku": "a"}] * 100}
    assert within(context, 60_000) == context


def test_the_bounds_are_tried_from_wide_to_narrow():
    assert sorted(BOUNDS, reverse=True) == list(BOUNDS)


def test_of_a_long_text_the_beginning_and_the_end_stay():
    given = "begin" + "x" * 1000 + "end"
    found = cut_in_the_middle(given, 200)
    assert len(found) <= 200
    assert found.startswith("begin")
    assert found.endswith("end")
    assert "808 characters left out" in found
    assert cut_in_the_middle("short", 200) == "short"
    assert text("short", 5) == "short"
