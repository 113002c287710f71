"""How finely a stretch of a website's past is drawn."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.websites.grains import (
    CHECKS_UP_TO,
    EACH,
    MOST_DRAWN,
    MOST_READ,
    MOST_STEPS,
    grain,
    told,
)
from webapp.websites.summaries import DAY, HOUR

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("length", "interval_s", "step", "words"),
    [
        (HOUR, 60, EACH, "each check"),
        (25 * HOUR, 60, EACH, "each check"),
        (2 * DAY, 60, 5 * MINUTE, "percentiles of 5 minutes"),
        (HOUR, 1, MINUTE, "percentiles of each minute"),
        (6 * HOUR, 1, HOUR, "percentiles of each hour"),
        (2 * DAY + MINUTE, 86_400, HOUR, "percentiles of each hour"),
        (90 * DAY, 60, HOUR, "percentiles of each hour"),
        (91 * DAY, 60, DAY, "percentiles of each day"),
    ],
)
def test_it_is_as_fine_as_the_chart_can_show(length, interval_s, step, words):
    assert grain(length, interval_s) == step
    assert told(step) == words


@given(st.integers(10, 400 * 86_400), st.integers(1, 86_400))
def test_never_more_is_read_or_drawn_than_a_page_can_bear(seconds, interval_s):
    length = timedelta(seconds=seconds)
    step = grain(length, interval_s)
    if step < HOUR:
        assert length <= CHECKS_UP_TO
        assert seconds / interval_s <= MOST_READ
        assert seconds / interval_s <= MOST_DRAWN or length / step <= MOST_STEPS
    else:
        assert length / step <= 90 * 24
