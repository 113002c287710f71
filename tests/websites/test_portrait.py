"""What the page of one website tells of its past."""

from datetime import timedelta

import pytest

from tests.statements import count_statements
from tests.websites.makers import check, period, website
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import portrait
from webapp.websites.models import DowntimeWindow, MonitorStatus

DOWN = MonitorStatus.DOWN


@pytest.fixture
def broken(context):
    """A website that has been down since an hour ago, from another address than before."""
    made = website(1)
    period(made, "UP", 24 * 40, 1)
    period(made, "DOWN", 1)
    check(made, 62, address="192.0.2.1")
    check(made, 61, status=MonitorStatus.UNKNOWN)
    first = check(made, 60, status=DOWN, failure_reason="refused", address="192.0.2.9")
    check(made, 59, status=DOWN, failure_reason="dns", address=None)
    window = DowntimeWindow(website_id=made.id, started_at=first.checked_at, initial_status=DOWN)
    db.session.add(window)
    db.session.commit()
    return made.id


def test_the_past_is_drawn_and_told(broken):
    found = portrait.past(broken, 30, clock.now())
    assert [s.status for s in found.segments] == ["UP", "DOWN"]
    assert found.uptime.startswith("99.86")
    # The periods were made a moment apart.
    assert found.coverage in ("100 % observed", "99.999 % observed")
    assert len(found.weeks) == 53
    assert [d.ended_at for d in found.downtimes] == [None]


def test_what_changed_is_between_the_last_good_check_and_the_first_bad_one(broken):
    turn = portrait.past(broken, 30, clock.now()).turn
    assert turn.bad.failure_reason == "refused"
    assert {(c.name, c.before, c.after) for c in turn.changes} == {
        ("Reason", "none", "refused"),
        ("Address", "192.0.2.1", "192.0.2.9"),
    }


def test_a_website_that_was_never_good_has_nothing_to_compare(context):
    made = website(1)
    first = check(made, 60, status=DOWN)
    window = DowntimeWindow(website_id=made.id, started_at=first.checked_at, initial_status=DOWN)
    assert portrait.turn(window) is None
    window.started_at -= timedelta(days=9)
    assert portrait.turn(window) is None


def test_it_costs_the_same_for_a_long_past(broken, context):
    counts = []
    for more in (0, 50):
        for number in range(more):
            period(website(100 + number), "UP", 500)
            check(website(200 + number), number)
        db.session.commit()
        with count_statements(context) as statements:
            portrait.past(broken, 90, clock.now())
        counts.append(len(statements))
        scans = [s for s in statements if "monitor_checks" in s]
        assert all("LIMIT" in s and "checked_at >= " in s for s in scans)
    assert counts == [4, 4]


def test_a_day_comes_as_a_bar_with_the_usual_uptimes(broken):
    bar, uptimes = portrait.day_of(broken, clock.now())
    assert bar.text in ("2 down, 46 up", "3 down, 45 up")  # as the clock has moved on
    assert uptimes["24 h"].text.startswith("95.83")
