"""Questions about websites, on both databases."""

from datetime import timedelta

import pytest

from tests.statements import count_statements
from tests.websites.makers import check, period, website
from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import queries
from webapp.websites.models import MonitorStatus

DOWN = MonitorStatus.DOWN


def names(found):
    return [website.name for website in found]


class TestWebsites:
    def test_one_is_found_by_id_and_by_url(self, context):
        made = website()
        assert queries.get_by_id(made.id) is queries.get_by_url(made.url) is made
        assert queries.get_by_id(99) is None
        assert queries.get_by_url("http://elsewhere/") is None

    def test_a_page_comes_with_the_number_of_all(self, context):
        for number in range(5):
            website(number, name=f"n{number}", is_active=number != 2)
        found, total = queries.get_all(1, 2, order="name")
        assert (names(found), total) == (["n1", "n2"], 5)
        found, total = queries.get_all(active_only=True)
        assert total == 4
        assert len(queries.get_active_websites()) == 4

    def test_text_is_sought_in_name_and_url_and_has_no_wildcards(self, context):
        website(1, name="Shop 100%")
        website(2, name="Blog")
        assert names(queries.get_all(text="shop")[0]) == ["Shop 100%"]
        assert queries.get_all(text="9/2")[1] == 1
        assert queries.get_all(text="%")[1] == 1
        assert queries.get_all(text="_")[1] == 0

    @pytest.mark.parametrize(
        ("state", "expected"), [("up", ["b"]), ("down", ["a"]), ("paused", ["c"]), ("unknown", [])]
    )
    def test_a_paused_website_is_in_no_other_state(self, context, state, expected):
        website(1, name="a", status=DOWN)
        website(2, name="b", status=MonitorStatus.UP)
        website(3, name="c", is_active=False)
        assert names(queries.get_all(state=state)[0]) == expected

    def test_the_orders(self, context):
        now = clock.now()
        website(1, name="b", status=MonitorStatus.UP, response_time_ms=5, last_checked_at=now)
        website(2, name="A", status=DOWN, response_time_ms=9)
        website(3, name="c", is_active=False)
        assert names(queries.get_all(order="status")[0]) == ["A", "b", "c"]
        assert names(queries.get_all(order="name")[0]) == ["A", "b", "c"]
        assert names(queries.get_all(order="slowest")[0]) == ["A", "b", "c"]
        assert names(queries.get_all(order="checked")[0])[0] == "b"


class TestChecks:
    def test_the_newest_come_first_within_time_and_status(self, context):
        made, other = website(1), website(2)
        old, bad, new = check(made, 30), check(made, 20, status=DOWN), check(made, 10)
        check(other)
        assert queries.get_by_website(made.id) == ([new, bad, old], 3)
        assert queries.get_by_website(made.id, 1, 1) == ([bad], 3)
        assert queries.get_by_website(made.id, status=DOWN) == ([bad], 1)
        window = {"since": old.checked_at, "until": new.checked_at}
        assert queries.get_by_website(made.id, **window) == ([bad, old], 2)
        assert queries.get_latest_by_website(made.id) is new
        assert queries.get_recent_checks(made.id, 2) == [new, bad]
        assert queries.get_latest_by_website(99) is None

    def test_uptime_is_weighted_by_time_and_none_when_nothing_was_seen(self, context):
        made = website(check_interval=3600)
        assert queries.calculate_uptime_percentage(made.id) is None
        period(made, "UP", 2, 1)
        period(made, "DOWN", 1)
        assert queries.calculate_uptime_percentage(made.id) == pytest.approx(50, abs=0.1)
        assert queries.calculate_uptime_percentage(made.id, hours=1) == pytest.approx(0, abs=0.1)
        assert queries.calculate_uptime_percentage(99) is None

    def test_unknown_is_not_counted(self, context):
        made = website(check_interval=3600)
        period(made, "UNKNOWN", 0.5)
        assert queries.calculate_uptime_percentage(made.id) is None


class TestFrontPage:
    def test_the_summary_counts_states_and_shows_trouble_first(self, context):
        now = clock.now()
        website(1, status=MonitorStatus.UP, last_checked_at=now)
        website(2, status=DOWN, status_since_at=now - timedelta(hours=1))
        website(3, status=DOWN, status_since_at=now)
        website(4, status=MonitorStatus.DEGRADED)
        website(5, is_active=False)
        db.session.commit()
        with count_statements(context) as statements:
            summary = queries.websites_summary(now)
        assert summary.counts == {"up": 1, "down": 2, "degraded": 1, "paused": 1}
        assert (summary.total, summary.troubled_count, summary.newest_at) == (5, 3, now)
        assert [w.url[-1] for w in summary.troubled] == ["3", "2", "4"]
        assert len(statements) == 2

    def test_without_websites_it_is_empty(self, context):
        summary = queries.websites_summary(clock.now())
        assert (summary.total, summary.troubled, summary.newest_at) == (0, [], None)

    def test_the_version_changes_with_a_check_and_with_an_entry_in_the_diary(self, context):
        made = website()
        versions = [queries.websites_version()]
        check(made)
        versions.append(queries.websites_version())
        diary.record(ActivityType.WEBSITE_CHANGED, "changed")
        versions.append(queries.websites_version())
        assert len(set(versions)) == 3

    def test_the_version_is_one_statement(self, context):
        with count_statements(context) as statements:
            queries.websites_version()
        assert len(statements) == 1


def test_the_next_due_website_is_one_that_nobody_checks(context):
    now = clock.now()
    assert queries.next_due_at(now) is None
    website(1, next_check_at=now, claimed_until=now + timedelta(seconds=5))
    website(2, next_check_at=now, is_active=False)
    later = website(3, next_check_at=now + timedelta(seconds=9))
    assert queries.next_due_at(now) == later.next_check_at
