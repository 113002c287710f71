"""Durations as Go writes them."""

import pytest

from webapp.websites.transfer.durations import seconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("30s", 30), ("1h30m", 5400), ("500ms", 0.5), ("1m0.5s", 60.5), ("2us", 2e-6),
        (60_000_000_000, 60), ("0s", 0), ("soon", None), ("", None), (None, None), (True, None),
        ("-5s", None), ("inf", None), ("1h 30m", None),
    ],
)  # fmt: skip
def test_a_duration_is_read_in_seconds_or_not_at_all(written, expected):
    assert seconds(written) == pytest.approx(expected) if expected else seconds(written) == expected


def test_a_bare_number_counts_in_the_unit_that_is_meant():
    assert seconds("500", unit_of_numbers=0.001) == 0.5
