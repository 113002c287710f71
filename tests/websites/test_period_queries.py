"""Questions about periods and maintenance, on both databases."""

from datetime import timedelta

import pytest

from tests.websites.makers import period, website
from webapp.core import clock
from webapp.websites import maintenance, period_queries
from webapp.websites.availability import CountAs, Counting


def test_availability_is_asked_with_what_counts_as_what(context):
    one, now = website(), clock.now()
    period(one, "UP", 4, 2)
    period(one, "UNKNOWN", 2)
    window = (one.id, now - timedelta(hours=4), now)
    assert period_queries.availability_of(*window).percent == pytest.approx(100)
    found = period_queries.availability_of(*window, Counting(unknown=CountAs.DOWN))
    assert (found.percent, found.coverage_percent) == (
        pytest.approx(50, abs=0.1),
        pytest.approx(50, abs=0.1),
    )
    assert period_queries.open_period(one.id).status.value == "UNKNOWN"
    assert period_queries.open_period(99) is None


def test_maintenance_of_a_website_is_its_own_and_that_of_all(context):
    one, two, now = website(1), website(2), clock.now()
    hour = timedelta(hours=1)
    later = maintenance.plan(None, now + hour, now + 2 * hour, None, now)
    own = maintenance.plan(one, now, now + hour, None, now)
    assert list(period_queries.maintenance_of(one.id, now)) == [own, later]
    assert list(period_queries.maintenance_of(two.id, now)) == [later]
    assert list(period_queries.maintenance_of(None, now + 3 * hour)) == []
    assert period_queries.maintenance_page(None, 0, 1) == ([later], 2)
    assert period_queries.maintenance_page(two.id, 0, 9) == ([later], 1)
