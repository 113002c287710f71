"""Periods, downtimes and the diary as checks come in, on both databases."""

from tests.statements import count_statements
from tests.websites.timelines import added, at, checked, diary, downtimes, periods
from webapp.core.db import db
from webapp.websites import actions, downtime_queries
from webapp.websites.models import MonitorStatus, Website


def test_a_downtime_is_dated_back_and_ends_with_the_first_success(context):
    made = added(check_interval=3600)
    checked(0.5)
    actions.request_check(made, at(60))
    checked(60, down=(made,))
    checked(75, down=(made,))
    assert periods(made) == [(0, "UNKNOWN"), (0.5, "UP"), (60, "DOWN")]
    (ongoing,) = downtimes(made)
    assert (ongoing.started_at, ongoing.ended_at, ongoing.affected_checks_count) == (
        at(60),
        None,
        2,
    )
    assert downtime_queries.get_ongoing_downtime(made.id) == ongoing
    actions.request_check(made, at(100))
    checked(100, down=(made,))
    actions.request_check(made, at(240))
    checked(240)
    assert periods(made)[2:] == [(60, "DOWN"), (240, "UP")]
    (over,) = downtimes(made)
    assert (over.ended_at, over.duration_seconds) == (at(240), 180)
    assert (over.initial_status, over.recovery_status) == (MonitorStatus.DOWN, MonitorStatus.UP)
    assert (over.affected_checks_count, over.root_cause) == (3, "The connection was refused.")
    assert downtime_queries.get_ongoing_downtime(made.id) is None
    down, up = diary("website_down", "website_up")
    assert down == "Website 127.0.0.1:9 is down since 10:01:00 UTC. The connection was refused."
    assert (
        up
        == "Website 127.0.0.1:9 is up again. It was down from 10:01:00 UTC to 10:04:00 UTC, 3 min."
    )


def test_a_failure_that_is_not_confirmed_leaves_no_trace_but_its_check(context):
    made = added(check_interval=3600)
    checked(0)
    actions.request_check(made, at(60))
    checked(60, down=(made,))
    checked(75)
    assert periods(made) == [(0, "UP")]
    assert downtimes(made) == []
    assert diary("website_down", "website_up") == []


def test_options_say_how_many_checks_it_takes(context):
    options = {"failures_to_down": 1, "successes_to_up": 2, "recheck_s": 5}
    made = added(check_interval=3600, options=options)
    checked(0, down=(made,))
    assert periods(made) == [(0, "DOWN")]
    actions.request_check(made, at(60))
    checked(60)
    assert periods(made) == [(0, "DOWN")]
    checked(65)
    assert periods(made) == [(0, "DOWN"), (60, "UP")]


def test_pausing_is_a_period_and_resuming_is_unknown_until_the_next_check(context):
    made = added()
    checked(0)
    actions.pause(made, at(100))
    db.session.commit()
    actions.resume(made, at(200))
    db.session.commit()
    assert periods(made) == [(0, "UP"), (100, "PAUSED"), (200, "UNKNOWN")]
    checked(201)
    assert periods(made)[-1] == (201, "UP")


def test_pausing_ends_a_downtime_that_nobody_saw_the_end_of(context):
    made = added(check_interval=3600)
    checked(0, down=(made,))
    checked(15, down=(made,))
    actions.pause(made, at(100))
    db.session.commit()
    (over,) = downtimes(made)
    assert (over.ended_at, over.recovery_status) == (at(100), MonitorStatus.UNKNOWN)


def test_a_website_that_is_added_paused_begins_paused(context):
    made = added(is_active=False)
    assert periods(made) == [(0, "PAUSED")]


def test_another_url_is_unknown_again(context):
    made = added()
    checked(0)
    actions.edit(made, {"url": "http://127.0.0.1:9/else"}, at(50))
    db.session.commit()
    assert periods(made) == [(0, "UP"), (50, "UNKNOWN")]


def test_what_nobody_looked_at_is_unknown_after_a_restart(context):
    made = added(check_interval=60)
    checked(0)
    due = (db.session.get(Website, made.id).next_check_at - at(0)).total_seconds()
    checked(due + 3600)
    assert periods(made) == [(0, "UP"), (due, "UNKNOWN"), (due + 3600, "UP")]


def test_a_restart_while_it_was_down_ends_the_downtime_when_it_was_last_known(context):
    made = added(check_interval=3600)
    checked(0, down=(made,))
    checked(15, down=(made,))
    due = (db.session.get(Website, made.id).next_check_at - at(0)).total_seconds()
    checked(due + 7200)
    assert [status for _, status in periods(made)] == ["DOWN", "UNKNOWN", "UP"]
    (over,) = downtimes(made)
    assert (over.ended_at, over.recovery_status) == (at(due), MonitorStatus.UP)
    assert len(diary("website_up")) == 1


def test_the_cost_of_news_does_not_grow_with_the_number_of_websites(context):
    counts = []
    for size, start in ((1, 0), (20, 1000)):
        for n in range(size):
            added(start + n, start, check_interval=86_400)
        with count_statements(context) as statements:
            assert len(checked(start + 1)) == size
        counts.append(len(statements))
    assert counts[0] == counts[1]
