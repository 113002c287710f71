"""All that the page of one issue shows."""

from datetime import timedelta

import pytest

from tests.issues.makers import hour, issue
from webapp.core import clock
from webapp.issues import portraits


@pytest.mark.parametrize(
    ("context_of", "rows"),
    [
        ({}, []),
        ({"a": 1, "b": None}, [("a", "1"), ("b", "–")]),
        ({"a": {"b": {"c": True}}}, [("a.b.c", "True")]),
        ({"a": {}, "b": [1, None, {"c": 2}]}, [("a", "{}"), ("b", "1, –, {'c': 2}")]),
    ],
)
def test_a_nested_context_is_rows_of_dotted_names(context_of, rows):
    assert portraits.rows_of(context_of) == rows


def test_a_large_context_is_cut():
    many = {str(number): number for number in range(portraits.MOST_ROWS * 2)}
    assert len(portraits.rows_of(many)) == portraits.MOST_ROWS
    assert len(portraits.rows_of({"a": many, "b": 1})) == portraits.MOST_ROWS
    assert len(portraits.rows_of({"a": "x" * 9999})[0][1]) == portraits.LONGEST_VALUE


def test_the_picture_ends_with_the_hour_under_way(context):
    row = issue()
    hour(row, 0, 5)
    for name, span in portraits.SPANS.items():
        found = portraits.now_context(row, name, clock.now())
        assert found["drawn"].counts[-1] == 5
        assert len(found["drawn"].counts) == span.bars
        assert found["steps"][0][1] == 5


def test_the_version_changes_with_the_issue_and_with_the_minute(context):
    row, now = issue(), clock.now().replace(second=0)
    first = portraits.version(row, now)
    assert portraits.version(row, now + timedelta(seconds=30)) == first
    assert portraits.version(row, now + timedelta(seconds=61)) != first
    row.version += 1
    assert portraits.version(row, now) != first
