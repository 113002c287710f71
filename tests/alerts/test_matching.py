"""Which alerts fit what was described."""

from datetime import UTC, datetime, time

import pytest

from webapp.alerts.matching import Facts, Hours, Matchers, in_words, read_matchers
from webapp.issues.kinds import Severity

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
FACTS = Facts(
    Severity.ERROR, "fault", "The disk is full", "web-1", None, {"team": "shop", "zone": "eu"}
)
CASES = [
    ({}, None),
    ({"severities": ["error", "critical"]}, None),
    ({"severities": ["warning"]}, "its severity is error"),
    ({"host": ["web-*"]}, None),
    ({"host": ["WEB-?"]}, None),
    ({"host": ["db-*", "web-1"]}, None),
    ({"host": ["db-*"]}, "its host is web-1"),
    ({"service": ["*"]}, "its service is not known"),
    ({"source": ["fault"], "title": ["*disk*"]}, None),
    ({"title": ["disk"]}, "its title is The disk is full"),
    ({"tags": {"team": "sh*"}}, None),
    ({"tags": {"team": "sh*", "zone": "us"}}, "its tag zone is eu"),
    ({"tags": {"owner": "*"}}, "its tag owner is missing"),
]


@pytest.mark.parametrize(("stored", "why_not"), CASES)
def test_every_matcher_must_fit_and_says_why_it_does_not(stored, why_not):
    assert read_matchers(stored).why_not(FACTS, NOW) == why_not


def hours(begins, ends, days=(0, 1, 2, 3, 4), zone="Europe/Berlin"):
    return Hours(zone, days, time.fromisoformat(begins), time.fromisoformat(ends))


WHEN = [
    (hours("09:00", "17:00"), "2026-03-02T08:00", True),  # nine in Berlin
    (hours("09:00", "17:00"), "2026-03-02T07:59", False),
    (hours("09:00", "17:00"), "2026-03-02T16:00", False),
    (hours("09:00", "17:00"), "2026-03-30T07:00", True),  # summer time began the day before
    (hours("09:00", "17:00"), "2026-03-01T12:00", False),  # a Sunday
    (hours("22:00", "06:00"), "2026-03-02T21:30", True),
    (hours("22:00", "06:00"), "2026-03-07T04:30", True),  # the night of Friday
    (hours("22:00", "06:00"), "2026-03-08T04:30", False),  # the night of Saturday
    (hours("00:00", "00:00", days=(6,)), "2026-03-01T22:59", True),  # a whole Sunday there
    (hours("00:00", "00:00", days=(6,)), "2026-03-01T23:00", False),
]


@pytest.mark.parametrize(("found", "at", "holds"), WHEN)
def test_hours_are_those_of_the_clock_on_the_wall_there(found, at, holds):
    assert found.hold(datetime.fromisoformat(at).replace(tzinfo=UTC)) is holds


def test_what_was_stored_is_said_in_words():
    stored = {
        "severities": ["error", "critical"],
        "host": ["web*"],
        "tags": {"team": "shop"},
        "hours": {"zone": "UTC", "days": [0, 6], "begins": "09:00", "ends": "17:00"},
    }
    assert in_words(read_matchers(stored)) == (
        "severity error or critical, host web*, tag team shop,"
        " Monday, Sunday from 09:00 to 17:00 (UTC)"
    )
    assert in_words(Matchers()) == "every alert"
