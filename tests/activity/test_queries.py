"""Questions to the diary."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.statements import count_statements
from webapp.activity import queries
from webapp.activity.models import ActivityEvent, ActivityType
from webapp.core.db import db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def diary(context):
    for n, (type, who) in enumerate(
        [("website_down", None), ("website_up", "A@example.org"), ("website_down", "a@example.org")]
    ):
        at = NOON + timedelta(hours=10 * n)
        db.session.add(ActivityEvent(type=type, message=f"{n}", user_email=who, created_at=at))
    db.session.flush()
    return context


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "210"),
        ({"type": ActivityType.WEBSITE_DOWN}, "20"),
        ({"user_email": "a@EXAMPLE.org"}, "21"),
        ({"from_at": NOON + timedelta(hours=10)}, "21"),
        ({"to_at": NOON + timedelta(hours=10)}, "0"),
        ({"type": ActivityType.STREAM_ERROR}, ""),
    ],
)
def test_filters_choose_entries_newest_first(diary, filters, expected):
    found, total = queries.events(**filters)
    assert "".join(e.message for e in found) == expected
    assert total == len(expected)


def test_a_page_is_cut_in_the_database_and_the_total_counts_all(diary):
    found, total = queries.events(limit=1, offset=1)
    assert ([e.message for e in found], total) == (["1"], 3)


def test_entries_of_one_moment_come_by_id(context):
    for n in range(3):
        db.session.add(ActivityEvent(type="system_error", message=f"{n}", created_at=NOON))
    db.session.flush()
    assert [e.message for e in queries.latest_events(3)] == ["2", "1", "0"]


def test_days_group_the_entries_in_their_order(diary):
    days = queries.by_day(queries.latest_events(9))
    assert [(at.day, [e.message for e in found]) for at, found in days] == [
        (5, ["2"]),
        (4, ["1", "0"]),
    ]


def test_the_version_changes_with_every_entry_and_costs_one_statement(diary):
    with count_statements(diary) as statements:
        before = queries.activity_version()
    db.session.add(ActivityEvent(type="system_error", message="new"))
    db.session.flush()
    assert queries.activity_version() > before
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("condition", "index"),
    [("", "idx_activity_events_created_at"), ("WHERE type = 'x'", "idx_activity_events_type")],
)
def test_the_feed_is_read_in_the_order_of_an_index(context, condition, index):
    if db.engine.dialect.name != "sqlite":
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    order = "ORDER BY created_at DESC, id DESC LIMIT 50"
    plan = db.session.execute(text(f"{explain} SELECT * FROM activity_events {condition} {order}"))
    shown = "\n".join(str(row) for row in plan)
    assert index in shown
    assert "TEMP B-TREE" not in shown
