"""Times in forms: shown and read in the reader's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from webapp.websites.downtime_forms import as_typed, meant, shown

LONDON = "Europe/London"
MEANT = [
    ("2026-07-01T10:00:00", LONDON, "2026-07-01T09:00:00"),
    ("2026-12-01T10:00:00", LONDON, "2026-12-01T10:00:00"),
    ("2026-10-25T01:30:00", LONDON, "2026-10-25T00:30:00"),
    ("2026-07-01T10:00:00+02:00", LONDON, "2026-07-01T08:00:00"),
    ("2026-07-01T10:00:00", "Asia/Kolkata", "2026-07-01T04:30:00"),
]


@pytest.mark.parametrize(("typed", "zone", "utc"), MEANT)
def test_what_is_typed_is_meant_in_its_zone(typed, zone, utc):
    found = meant(datetime.fromisoformat(typed), zone)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert meant(None, zone) is None


def test_what_is_shown_and_not_touched_stays_to_the_microsecond_even_in_a_repeated_hour():
    second_half_past_one = datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=UTC)
    text = shown(second_half_past_one, ZoneInfo(LONDON))
    assert text == "2026-10-25T01:30:00"
    assert as_typed(datetime.fromisoformat(text), LONDON, second_half_past_one) is (
        second_half_past_one
    )
    assert shown(None, ZoneInfo(LONDON)) == ""
