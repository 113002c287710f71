"""How much of the time a website was up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.websites.availability import Observation, uptime_percentage

START = datetime(2026, 11, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def seen(*pairs):
    return [Observation(START + minute * MINUTE, is_up) for minute, is_up in pairs]


CASES = [
    ("nothing was observed", seen(), None),
    ("nothing that counts", seen((0, None)), None),
    ("all up", seen((0, True), (5, True)), 100),
    ("all down", seen((0, False), (5, False)), 0),
    ("half of it", seen((0, True), (5, False)), 50),
    ("quick rechecks weigh no more", seen((0, True), (5, False), (5.1, False), (5.2, True)), 98),
    ("the one before the window counts from its beginning", seen((-1, False), (5, True)), 50),
    ("an unknown time does not count", seen((0, True), (4, None), (8, False)), 200 / 3),
    ("the one after the window does not count", seen((0, True), (11, False)), 100),
]


@pytest.mark.parametrize(("found", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_uptime_is_weighted_by_time(found, expected):
    window = (START, START + 10 * MINUTE)
    assert uptime_percentage(found, *window, holds=20 * MINUTE) == (
        expected if expected is None else pytest.approx(expected)
    )


def test_what_was_not_looked_at_counts_neither_way():
    found = seen((0, True), (8, False))
    window = (START, START + 10 * MINUTE)
    assert uptime_percentage(found, *window, holds=2 * MINUTE) == pytest.approx(50)


@given(st.dictionaries(st.integers(-60, 400), st.sampled_from([True, False, None])))
def test_it_agrees_with_counting_every_second(checks):
    """The oracle asks for each second which check held it."""
    seconds = sorted(checks)
    holds, length = 90, 300
    verdicts = []
    for second in range(length):
        latest = max((s for s in seconds if s <= second), default=None)
        if latest is not None and second < latest + holds and checks[latest] is not None:
            verdicts.append(checks[latest])
    expected = 100 * sum(verdicts) / len(verdicts) if verdicts else None
    found = [Observation(START + timedelta(seconds=s), checks[s]) for s in seconds if s < length]
    result = uptime_percentage(
        found, START, START + timedelta(seconds=length), holds=timedelta(seconds=holds)
    )
    assert result == (expected if expected is None else pytest.approx(expected))
