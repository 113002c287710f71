"""How much of an occurrence is taken."""

from datetime import timedelta

import pytest

from tests.issues.occurring import NOW
from webapp.issues.bounds import (
    DEEPEST_CONTEXT,
    LARGEST_CONTEXT,
    checked_context,
    cut_in_the_middle,
    depth_of,
    moment_at_fault,
)


def nested(levels: int) -> dict:
    value: dict = {}
    for _ in range(levels - 1):
        value = {"inner": value}
    return value


def test_a_traceback_within_the_bound_stays_as_it_is():
    text = "line\n" * 20
    assert cut_in_the_middle(text, 100) == text


def test_a_longer_one_keeps_whole_lines_of_its_beginning_and_its_end_and_says_what_is_missing():
    text = "".join(f"line {n}\n" for n in range(1000)) + "ValueError: no"
    cut = cut_in_the_middle(text, 400)
    assert cut.startswith("line 0\nline 1\n")
    assert cut.endswith("line 999\nValueError: no")
    assert "characters were left out here" in cut
    assert all(line.startswith(("line ", "...", "ValueError")) for line in cut.splitlines() if line)
    assert len(cut) < 480


def test_one_without_lines_is_cut_too():
    assert len(cut_in_the_middle("x" * 10_000, 400)) < 480


@pytest.mark.parametrize(
    ("value", "levels"),
    [({}, 1), ({"a": 1}, 1), ({"a": {}}, 2), ({"a": [[1]]}, 3), (nested(20), 20), (nested(99), 21)],
)
def test_levels_are_counted_as_people_count_them(value, levels):
    assert depth_of(value) == levels


def test_a_context_within_the_bounds_is_taken_and_what_is_no_number_is_null():
    given = {"order": 17, "share": float("nan"), "names": ["a", None, True]}
    assert checked_context(given) == {"order": 17, "share": None, "names": ["a", None, True]}


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (nested(DEEPEST_CONTEXT + 1), "deeper than 20 levels"),
        ({"text": "x" * LARGEST_CONTEXT}, "larger than 65,536 bytes"),
        ({"text": "\ud800"}, "not JSON that can be stored"),
        ({"number": 2**70}, "not JSON that can be stored"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(context, message):
    with pytest.raises(ValueError, match=message):
        checked_context(context)


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        (timedelta(minutes=4), None),
        (timedelta(minutes=6), "ahead of the server's clock"),
        (timedelta(days=-3640), None),
        (timedelta(days=-3660), "too old"),
    ],
)
def test_moments_far_from_now_are_not_taken(moved, message):
    found = moment_at_fault(NOW + moved, NOW)
    assert found is None if message is None else message in str(found)
