"""From buckets to lines."""

from dataclasses import dataclass

import pytest

from webapp.metrics import strokes
from webapp.metrics.strokes import Grid, align, bridge, length_words, line, means


@dataclass
class B:
    """A bucket."""

    count: int
    total: float
    minimum: float
    maximum: float


def bucket(value, low=None, high=None, count=1):
    return B(count, value * count, value if low is None else low, value if high is None else high)


def buckets(*values):
    return [None if value is None else bucket(value) for value in values]


def test_a_line_is_its_means_with_none_where_nothing_was_read():
    found = line("CPU", "%", [bucket(2, count=3), None, bucket(1 / 3)], "raw", True)
    assert found == {"label": "CPU", "unit": "%", "values": [2, None, 0.333333], "bridge": 1}


def test_a_band_goes_from_lowest_to_highest():
    found = line("CPU", "%", [bucket(2, 1, 5), None], "minute", True)
    assert (found["low"], found["high"]) == ([1, None], [5, None])


@pytest.mark.parametrize(("low", "wanted"), [(2, True), (1, False)])
def test_there_is_no_band_where_none_is_wanted_or_all_values_are_one(low, wanted):
    assert "low" not in line("CPU", "%", [bucket(2, low, 2)], "minute", wanted)


def test_large_and_tiny_values_keep_their_size():
    assert means(buckets(123_456_789_012.0, 1e-9, -0.5)) == [123_457_000_000, 1e-9, -0.5]


@pytest.mark.parametrize(
    ("values", "tier", "places"),
    [
        ([1, 1, 1, 1], "raw", 1),
        ([1, 1, 1, 1], "minute", 0),
        ([1, None, 1, None, 1], "raw", 3),
        ([1, None, None, None, None, 1, None, None, None, None, 1], "minute", 7),
        ([1, 1, 1, None, None, None, None, None, 1, 1], "raw", 1),
        ([None, None], "raw", 1),
        ([1, None, None, None, None, None, 1], "raw", 1),
        ([1], "hour", 0),
    ],
)
def test_a_line_goes_on_across_the_usual_distance_and_no_further(values, tier, places):
    assert bridge(buckets(*values), tier) == places


def test_the_same_time_earlier_stands_on_the_places_of_now():
    earlier = buckets(1, 2, None, 4)
    grid, own = Grid(10_000, 1000, "raw"), Grid(4000, 1000, "raw")
    found = align(earlier, own, 6000, grid, 5)
    assert means(found) == [1, 2, None, 4, None]


def test_wider_buckets_stand_at_the_first_place_they_cover():
    grid, own = Grid(60_000, 10_000, "raw"), Grid(0, 30_000, "minute")
    found = align(buckets(1, 2), own, 60_000, grid, 6)
    assert means(found) == [1, None, None, 2, None, None]
    assert bridge([*found, *found], "minute") == 4


def test_nothing_earlier_is_nothing():
    assert align((), Grid(0, 1000, "raw"), 5, Grid(0, 1000, "raw"), 3) == [None] * 3


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (500, "500 ms"),
        (1000, "1 second"),
        (12_000, "12 seconds"),
        (60_000, "1 minute"),
        (90_000, "1.5 minutes"),
        (3_600_000, "1 hour"),
        (86_400_000, "1 day"),
        (604_800_000, "7 days"),
    ],
)
def test_a_step_is_said_in_words(milliseconds, words):
    assert length_words(milliseconds) == words
    assert Grid(0, milliseconds, "raw").words() == f"Means of {words}"


def test_only_a_few_lines_have_room_for_bands():
    assert 1 <= strokes.LINES_WITH_BAND < 5
