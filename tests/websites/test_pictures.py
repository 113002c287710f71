"""What bars and calendar show."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.websites.availability import CountAs, Counting
from webapp.websites.pictures import (
    WIDTH,
    Slot,
    bar,
    observed_text,
    percent_text,
    segments,
    slots,
    spark,
    year,
)
from webapp.websites.statuses import PeriodStatus

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
UTC_ZONE = ZoneInfo("UTC")


@dataclass
class Made:
    """A period from so many hours ago until so many hours ago."""

    status: PeriodStatus
    started_at: datetime
    ended_at: datetime | None


def made(status, hours_ago, ended=None):
    ends = None if ended is None else NOW - timedelta(hours=ended)
    return Made(PeriodStatus(status), NOW - timedelta(hours=hours_ago), ends)


def drawn(*periods, number=24):
    return [slot.status for slot in slots(periods, NOW - DAY, NOW, number)]


def test_a_slot_is_what_the_website_was_for_most_of_it():
    assert drawn(made("UP", 30)) == ["UP"] * 24
    assert drawn(made("PAUSED", 30, 12.4), made("UP", 12.4)) == ["PAUSED"] * 12 + ["UP"] * 12


@pytest.mark.parametrize("status", ["DOWN", "DEGRADED"])
def test_no_trouble_is_too_short_to_be_seen(status):
    found = slots(
        [made("UP", 30, 5.5), made(status, 5.5, 5.49), made("UP", 5.49)], NOW - DAY, NOW, 24
    )
    assert [n for n, slot in enumerate(found) if slot.status == status] == [18]
    assert found[18].label == f"From 2026-11-21 06:00 UTC: {status.lower()} 36 s, up 59 min"


def test_words_tell_the_time_of_the_readers_zone():
    zone = ZoneInfo("Asia/Kolkata")
    short = [made("UP", 30, 5.5), made("DOWN", 5.5, 5.4), made("UP", 5.4)]
    assert "2026-11-21 11:30 IST" in slots(short, NOW - DAY, NOW, 24, zone)[18].label
    label = segments(short, NOW - DAY, NOW, zone)[1].label
    assert label == "Down from 2026-11-21 12:00 to 2026-11-21 12:06 IST, 6 min"


@pytest.mark.parametrize(
    ("percent", "text"),
    [(100, "100 %"), (99.9999, "99.999 %"), (98.9, "98 %"), (0.2, "<1 %"), (0, "0 %")],
)
def test_coverage_is_rounded_neither_up_to_all_nor_down_to_none(percent, text):
    assert observed_text(percent) == f"{text} observed"


def test_a_day_counts_as_is_asked():
    periods = [made("UP", 12, 6), made("UNKNOWN", 6)]
    lost = year(periods, NOW, UTC_ZONE, Counting(unknown=CountAs.DOWN))[-1]
    assert lost[NOW.weekday()].percent == pytest.approx(50)


def test_slots_before_the_website_existed_are_left_out():
    assert drawn(made("UP", 3)) == ["UP"] * 3
    assert drawn() == []
    assert drawn(made("UP", 24 * 9, 24 * 8)) == []


def test_a_gap_between_periods_is_not_taken_for_up():
    assert drawn(made("UP", 24, 12), made("UP", 6)) == ["UP"] * 12 + ["UNKNOWN"] * 6 + ["UP"] * 6


def test_a_bar_ends_at_the_newest_slot_and_names_the_bad_ones():
    drawn = bar([Slot("UP", ""), Slot("DOWN", "why"), Slot("PAUSED", "p")], 4)
    assert (drawn.width, drawn.good) == (16, "M4,13h3v11h-3z")
    assert drawn.others == [("bad", "M8,2h3v22h-3z", "why"), ("calm", "M12,20h3v4h-3z", "p")]
    assert drawn.text == "1 down, 1 paused, 1 up"
    assert bar([], 4).text == "none yet"


def test_a_line_has_gaps_where_nothing_was_measured():
    drawn = spark([10.0, 20.0, None, 5.0])
    assert drawn.line == "M0,23h0L0,23 1,7M3,31h0L3,31"
    assert drawn.under == "M0,23 1,7V40H0ZM3,31V40H3Z"
    assert (drawn.width, drawn.text) == (3, "lowest 5, highest 20, latest 5")
    assert spark([None]).text == "no data"
    assert spark([0.0, 0.0]).line == "M0,39h0L0,39 1,39"


def test_periods_are_drawn_to_scale():
    found = segments([made("UP", 100, 12), made("DOWN", 12, 6), made("UP", 6)], NOW - DAY, NOW)
    assert [(s.status, s.x, s.width) for s in found] == [
        ("UP", 0, WIDTH / 2), ("DOWN", WIDTH / 2, WIDTH / 4), ("UP", 750, WIDTH / 4)
    ]  # fmt: skip
    assert found[1].label == "Down from 2026-11-21 00:00 to 2026-11-21 06:00 UTC, 6 h 0 min"
    assert found[2].label.endswith("until now, 6 h 0 min")


def test_a_short_period_stays_visible_and_inside():
    (found,) = segments([made("DOWN", 0.001)], NOW - 90 * DAY, NOW)
    assert (found.x, found.width) == (WIDTH - 2, 2)


def test_too_many_periods_are_drawn_as_slots():
    many = [made("UP" if n % 2 else "DOWN", n, n - 1) for n in range(900, 0, -1)]
    found = segments(many, NOW - 900 * timedelta(hours=1), NOW)
    assert len(found) == 300
    assert {s.status for s in found} == {"DOWN"}


def test_a_year_is_whole_weeks_up_to_today():
    weeks = year([made("UP", 24 * 400, 36), made("DOWN", 36, 35), made("UP", 35)], NOW, UTC_ZONE)
    assert len(weeks) == 53
    days = [cell for week in weeks for cell in week if cell]
    assert (days[0].date.weekday(), days[-1].date, len(days)) == (0, NOW.date(), 52 * 7 + 6)
    assert weeks[-1][-1] is None
    bad = [cell for cell in days if cell.level != "full"]
    assert [cell.label for cell in bad] == ["2026-11-20: 95.833 % up"]
    assert bad[0].level == "low"


def test_a_day_that_was_not_observed_says_so():
    weeks = year([made("UP", 6, 3), made("UNKNOWN", 3)], NOW, UTC_ZONE)
    today = [cell for week in weeks for cell in week if cell][-1]
    assert today.label == "2026-11-21: 100 % up, 25 % of the day observed"
    assert weeks[0][0].label.endswith("not observed")
    assert weeks[0][0].level == "none"


def test_days_are_those_of_the_zone_and_have_their_true_length():
    zone = ZoneInfo("Europe/Berlin")
    weeks = year([made("DOWN", 24 * 400)], NOW, zone)
    days = {cell.date.isoformat(): cell for week in weeks for cell in week if cell}
    assert days["2026-10-25"].percent == days["2026-03-29"].percent == 0
    late = year([made("UP", 5)], datetime(2026, 11, 20, 23, 30, tzinfo=UTC), zone)
    assert [c for week in late for c in week if c][-1].date.isoformat() == "2026-11-21"


@pytest.mark.parametrize(
    ("percent", "text"),
    [(None, "–"), (100, "100 %"), (99.99999, "99.999 %"), (99.5, "99.5 %"), (0, "0 %")],
)
def test_availability_is_never_rounded_up_to_all(percent, text):
    assert percent_text(percent) == text
