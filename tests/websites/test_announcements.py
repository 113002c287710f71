"""What the diary says of downtimes."""

from datetime import timedelta

import pytest

from tests.websites.makers import website
from tests.websites.timelines import at, diary
from webapp.websites.announcements import announce, in_words
from webapp.websites.downtimes import Turn
from webapp.websites.models import MonitorStatus


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (75, "1 min 15 s"),
        (7500, "2 h 5 min"),
        (86_400 * 3 + 3 * 3600 + 59, "3 d 3 h"),
    ],
)
def test_a_length_is_told_in_its_two_largest_units(seconds, words):
    assert in_words(timedelta(seconds=seconds)) == words


def test_a_downtime_of_another_day_has_its_date(context):
    made = website(name="Shop")
    now = at(86_400)
    announce([Turn(made.id, at(0))], now)
    announce([Turn(made.id, at(0), now, MonitorStatus.UP)], now)
    assert diary("website_down", "website_up") == [
        "Website Shop is down since 2026-11-20 10:00:00 UTC.",
        "Website Shop is up again. It was down from 2026-11-20 10:00:00 UTC to 10:00:00 UTC, 1 d.",
    ]


def test_an_end_that_nobody_saw_is_not_told(context):
    made = website()
    announce([Turn(made.id, at(0), at(60), MonitorStatus.UNKNOWN)], at(90))
    assert diary("website_down", "website_up") == []
