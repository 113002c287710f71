"""When a delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.alerts.patience import is_given_up, next_attempt_at, wants_fallback

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 5), (2, 10), (3, 20), (8, 640), (12, 7200), (10_000, 7200)]
)
def test_each_pause_is_twice_as_long_up_to_two_hours(attempts, seconds):
    assert next_attempt_at(attempts, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(("asked", "seconds"), [(1, 5), (60, 60), (10**9, 7200)])
def test_a_receiver_may_ask_for_a_longer_pause(asked, seconds):
    found = next_attempt_at(1, NOW, timedelta(seconds=asked))
    assert found == NOW + timedelta(seconds=seconds)


def test_another_channel_is_asked_after_minutes_and_all_is_given_up_after_a_day():
    assert not wants_fallback(NOW, NOW + timedelta(minutes=4, seconds=59))
    assert wants_fallback(NOW, NOW + timedelta(minutes=5))
    assert not is_given_up(NOW, NOW + timedelta(hours=23, minutes=59))
    assert is_given_up(NOW, NOW + timedelta(hours=24))
