"""People and sessions of the last five minutes, and what people wrote into the diary."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from tests.statements import count_statements
from webapp.activity import actions as activity
from webapp.activity.models import ActivityEvent, ActivityType
from webapp.client.tally import Key
from webapp.core import counted
from webapp.core.db import db
from webapp.metrics import people

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def actions(app):
    redis = app.extensions["redis"]
    points, newest = people.actions_since(redis)
    people.counted_to(redis, newest)
    return {dict(point.key.labels)["action"]: point.value for point in points}


def test_people_and_sessions_of_the_last_five_minutes_are_counted(context):
    redis = context.extensions["redis"]
    counted.note_seen(redis, people.PEOPLE, [1, 2], NOW - timedelta(minutes=6))
    counted.note_seen(redis, people.PEOPLE, [2, 3], NOW - timedelta(minutes=4))
    counted.note_seen(redis, people.SESSIONS, [7, 8, 9], NOW)
    assert [tuple(point) for point in people.active(redis, NOW)] == [
        (Key("user_count", "active_users", "users"), 2),
        (Key("user_count", "active_sessions", "sessions"), 3),
    ]


def test_what_people_did_is_counted_once_and_by_kind(context):
    assert actions(context) == {}
    activity.record(ActivityType.WEBSITE_ADDED, "Before", user_email="ada@example.org")
    assert actions(context) == {"website_added": 1}
    for _ in range(2):
        activity.record(ActivityType.WEBSITE_PAUSED, "Paused", user_email="ada@example.org")
    activity.record(ActivityType.USER_CHANGED, "Changed", user_email="grace@example.org")
    activity.record(ActivityType.WEBSITE_DOWN, "Nobody did this")
    assert actions(context) == {"website_paused": 2, "user_changed": 1}
    assert actions(context) == {}


def test_the_past_of_a_diary_is_not_counted_as_now(context):
    activity.record(ActivityType.WEBSITE_ADDED, "Long ago", user_email="ada@example.org")
    assert actions(context) == {}
    assert db.session.scalar(select(func.count(ActivityEvent.id))) == 1


def test_a_quiet_diary_costs_one_statement(context):
    actions(context)
    with count_statements(context) as statements:
        actions(context)
    assert len(statements) == 1
