"""Who is to be told what, and why."""

import pytest

from tests.alerts.makers import HOUR, MINUTE, NOW, channel, raised, route, silence
from webapp.alerts import actions, queries, raising
from webapp.alerts.models import News, Severity
from webapp.core.db import db


def told(alert):
    return {(n.channel.name, n.news) for n in queries.notifications_of(alert.id)}


def why(alert):
    return [reason.sentence for reason in queries.reasons_of(alert.id)]


@pytest.fixture
def team(context):
    return channel("Team")


def test_every_channel_of_every_route_that_is_taken_is_told_once(context, team):
    route(
        team, channel("On call"), name="Worst", matchers={"severities": ["error"]}, continues=True
    )
    route(team, name="All", position=1)
    alert = raised()
    assert told(alert) == {("Team", News.FIRING), ("On call", News.FIRING)}
    assert len(queries.notifications_of(alert.id)) == 2
    assert why(alert) == ["On call is told: firing.", "Team is told: firing."]


def test_whoever_was_told_is_told_that_it_is_over_whatever_the_routes_say_now(context, team):
    found = route(team)
    alert = raised()
    db.session.delete(found)
    actions.resolve(alert, NOW + MINUTE)
    assert told(alert) == {("Team", News.FIRING), ("Team", News.RESOLVED)}


def test_nobody_is_told_of_the_end_of_what_nobody_was_told_of(context):
    alert = raised()
    actions.resolve(alert, NOW + MINUTE)
    assert told(alert) == set()
    assert why(alert) == [
        "Nobody: no route fits it.",
        "Nobody was told of it, so nobody is told that it is over.",
    ]


def test_a_silence_keeps_it_from_being_told_but_not_from_being_raised(context, team):
    route(team)
    silence(host=["web-*"])
    alert = raised()
    assert told(alert) == set()
    assert why(alert) == ["Nobody: a silence (host web-*) holds until 2026-03-02 13:00 UTC."]


def test_the_end_is_told_in_a_silence_too(context, team):
    route(team)
    alert = raised()
    silence()
    actions.resolve(alert, NOW + MINUTE)
    assert ("Team", News.RESOLVED) in told(alert)


def test_what_is_still_firing_when_a_silence_ends_is_told_then(context, team):
    route(team)
    silence(ends=NOW + HOUR)
    alert = raised()
    assert raising.tell_late(NOW + 59 * MINUTE) == 0
    assert raising.tell_late(NOW + HOUR) == 1
    assert raising.tell_late(NOW + HOUR) == 0
    assert told(alert) == {("Team", News.FIRING)}


@pytest.mark.parametrize("is_active", [True, False])
def test_a_route_without_an_active_channel_says_so(context, team, is_active):
    team.is_active = not is_active
    route(*([team] if is_active else []), name="Ours")
    alert = raised()
    assert why(alert) == ["Nobody: the route Ours has no active channel."]


def test_each_route_that_was_passed_over_is_named(context, team):
    route(name="Databases", matchers={"host": ["db-*"]})
    route(team, name="Rest", position=1)
    alert = raised()
    assert why(alert) == ["Not by Databases: its host is web-1.", "Team is told: firing."]


def test_news_of_an_alert_stay_in_the_group_in_which_it_was_first_told(context, team):
    route(team, group_by={"by": ["severity"]})
    alert = raised(severity=Severity.WARNING)
    actions.change(alert, {"severity": Severity.CRITICAL}, NOW + MINUTE)
    assert len({n.group_key for n in queries.notifications_of(alert.id)}) == 1
