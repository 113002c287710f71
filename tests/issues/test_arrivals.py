"""What a batch comes to for its recurring issue."""

from datetime import timedelta

import pytest

from tests.issues.occurring import NOW, operational
from webapp.issues.arrivals import (
    LONGEST_MESSAGE,
    Batch,
    current_severity,
    hour_of,
    shortened,
)
from webapp.issues.kinds import Severity

INFO, WARNING, ERROR, CRITICAL = Severity
A_MINUTE, A_WEEK = timedelta(minutes=1), timedelta(days=7)


def test_the_newest_is_the_one_that_happened_last_and_of_two_the_one_that_came_last():
    first, second = operational("first"), operational("second")
    late = operational("late", at=NOW - A_MINUTE)
    assert Batch([first, second, late]).newest.message == "second"
    assert Batch([first, second, late]).oldest_at == NOW - A_MINUTE


def test_the_worst_and_what_lasts_count_for_all():
    batch = Batch([operational(severity=INFO), operational(severity=ERROR, is_ongoing=True)])
    assert batch.worst is ERROR
    assert batch.is_ongoing


def test_occurrences_are_counted_by_hour_and_by_whom_they_touched():
    batch = Batch(
        [
            operational(host="web1", person="eva"),
            operational(host="web1", at=NOW + A_MINUTE),
            operational(service="shop", at=NOW + timedelta(hours=1)),
        ]
    )
    assert batch.hours == {hour_of(NOW): 2, hour_of(NOW) + timedelta(hours=1): 1}
    assert {key: len(moments) for key, moments in batch.names.items()} == {
        ("host", "web1"): 2,
        ("person", "eva"): 1,
        ("service", "shop"): 1,
    }


@pytest.mark.parametrize(
    ("before", "seen_before", "is_ongoing", "worst", "expected"),
    [
        (CRITICAL, A_MINUTE, False, INFO, CRITICAL),
        (INFO, A_MINUTE, False, ERROR, ERROR),
        (CRITICAL, A_WEEK, False, INFO, INFO),
        (CRITICAL, A_WEEK, True, INFO, CRITICAL),
    ],
)
def test_what_was_worse_counts_while_it_lasts_and_for_a_day(
    before, seen_before, is_ongoing, worst, expected
):
    found = current_severity(before, NOW - seen_before, is_ongoing, worst, NOW)
    assert found is expected


def test_a_long_message_is_shortened_for_the_issue():
    assert shortened("short") == "short"
    assert len(shortened("x" * 10_000)) == LONGEST_MESSAGE
