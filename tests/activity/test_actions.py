"""Writing the diary, and how it stays short."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.statements import count_statements
from webapp.activity import actions
from webapp.activity.models import ActivityEvent, ActivityType
from webapp.core import clock
from webapp.core.db import db

LONG_AGO = clock.now() - timedelta(days=1)


def fill(count):
    rows = [
        {"type": "system_warning", "message": f"{n}", "created_at": LONG_AGO + timedelta(seconds=n)}
        for n in range(count)
    ]
    db.session.execute(ActivityEvent.__table__.insert(), rows)


def messages():
    return db.session.scalars(select(ActivityEvent.message).order_by(ActivityEvent.id)).all()


def record(message="later"):
    return actions.record(ActivityType.SYSTEM_WARNING, message)


def test_an_entry_keeps_what_it_was_given(context):
    event = actions.record(
        ActivityType.TRACK_ADDED, "A track", user_email="a@example.org", details={"track": 1}
    )
    db.session.commit()
    assert (event.type, event.message) == ("track_added", "A track")
    assert (event.user_email, event.details) == ("a@example.org", {"track": 1})
    assert event.created_at.tzinfo is not None


def test_an_empty_message_is_refused_and_a_long_one_cut_to_500_characters(context):
    with pytest.raises(ValueError, match="1 to 500"):
        record("")
    assert record("x" * 500).message == "x" * 500
    assert record("x" * 501).message == "x" * 499 + "…"


def test_1100_entries_stay_and_one_more_leaves_the_newest_1000(context):
    fill(1099)
    record("1100th")
    assert len(messages()) == 1100
    record("1101st")
    kept = messages()
    assert len(kept) == 1000
    assert kept[0] == "101"
    assert kept[-2:] == ["1100th", "1101st"]


def test_forgetting_goes_by_time_and_not_by_id(context):
    fill(1100)
    oldest = ActivityEvent(
        type="system_error", message="imported", created_at=LONG_AGO - timedelta(days=9)
    )
    db.session.add(oldest)
    db.session.flush()
    assert actions.forget_oldest(1000) == 101
    assert "imported" not in messages()


def test_forgetting_twice_changes_nothing_the_second_time(context):
    fill(1101)
    assert [actions.forget_oldest(1000), actions.forget_oldest(1000)] == [101, 0]
    assert db.session.scalar(select(func.count(ActivityEvent.id))) == 1000


def test_an_entry_costs_two_statements_and_counts_nothing_while_there_is_room(context):
    fill(50)
    with count_statements(context) as statements:
        actions.record(ActivityType.SYSTEM_WARNING, "cheap")
    assert len(statements) == 2
    assert not any("count(" in s.lower() for s in statements)
