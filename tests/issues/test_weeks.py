"""In which hours of the week an issue comes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from webapp.issues import weeks

SUNDAY_23 = datetime(2026, 3, 1, 23, tzinfo=UTC)


def test_hours_are_those_of_the_reader_and_the_darkest_has_the_most():
    hours = {SUNDAY_23: 8, SUNDAY_23.replace(hour=3): 1}
    found = dict(weeks.week(hours, UTC))
    assert (found["Sun"][23].count, found["Sun"][23].level) == (8, 4)
    assert (found["Sun"][3].count, found["Sun"][3].level) == (1, 1)
    assert found["Mon"][0].level == 0
    assert dict(weeks.week(hours, ZoneInfo("Asia/Tokyo")))["Mon"][8].count == 8


def test_a_week_in_which_nothing_came_is_all_light():
    found = weeks.week({}, UTC)
    assert [name for name, _ in found] == list(weeks.DAYS)
    assert {cell.level for _, cells in found for cell in cells} == {0}
