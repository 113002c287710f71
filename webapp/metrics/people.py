"""Who uses Watchkeeper, and what they do: people and sessions, and what they wrote in the diary."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from redis import Redis
from sqlalchemy import func, select

from webapp.activity.models import ActivityEvent
from webapp.client.tally import COUNT, Key, Point
from webapp.core import counted
from webapp.core.db import db
from webapp.metrics.answers import PEOPLE, SESSIONS

ACTIVE = timedelta(minutes=5)
ACTIONS = "user_actions"
READ_TO = "watchkeeper:diary:counted"  # the entry up to which actions have been counted
USERS = "user_count"


def active(redis: Redis, now: datetime) -> Iterator[Point]:
    """People and sessions that asked for something within the last five minutes."""
    for name, unit in ((PEOPLE, "users"), (SESSIONS, "sessions")):
        yield Point(Key(USERS, name, unit), counted.seen_since(redis, name, now - ACTIVE))


def actions_since(redis: Redis) -> tuple[list[Point], int]:
    """What people wrote into the diary since the last time, by kind, and the newest entry.

    The first time begins with what comes after.
    """
    known = redis.get(READ_TO)
    newest = db.session.scalar(select(func.max(ActivityEvent.id))) or 0
    if known is None or newest <= int(known):
        return [], newest
    by_people = ActivityEvent.user_email.is_not(None)
    since = ActivityEvent.id > int(known), ActivityEvent.id <= newest
    found = db.session.execute(
        select(ActivityEvent.type, func.count()).where(by_people, *since).group_by("type")
    )
    return [Point(Key(USERS, ACTIONS, COUNT, (("action", t),)), n) for t, n in found], newest


def counted_to(redis: Redis, newest: int) -> None:
    """Remember up to which entry actions have been counted and recorded."""
    redis.set(READ_TO, newest)
