"""One behaviour on both databases: UTC timestamps, foreign keys, transactions that may write."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from tests.factories import create_website
from webapp.activity.models import ActivityEvent
from webapp.core.db import begin_to_write, db
from webapp.websites.models import MonitorCheck, MonitorStatus


def add_event(moment):
    db.session.add(ActivityEvent(type="system_warning", message="m", created_at=moment))
    db.session.commit()
    db.session.expire_all()
    return db.session.query(ActivityEvent).one().created_at


def test_a_moment_comes_back_in_utc_with_its_zone(context):
    local = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    read = add_event(local)
    assert read == local
    assert read.utcoffset() == timedelta(0)


def test_a_moment_without_microseconds_is_stored_like_any_other(context):
    moment = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
    assert add_event(moment) == moment
    stored = db.session.scalar(text("SELECT CAST(created_at AS TEXT) FROM activity_events"))
    if db.engine.dialect.name == "sqlite":
        assert stored == "2026-03-29 02:30:00.000000"


def test_who_begins_to_write_is_the_only_writer_until_the_commit(context):
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL locks rows
    begin_to_write()
    begin_to_write()
    connection = sqlite3.connect(db.engine.url.database, timeout=0, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        connection.execute("BEGIN IMMEDIATE")
    db.session.rollback()
    connection.execute("BEGIN IMMEDIATE")
    connection.close()


def test_a_naive_moment_is_refused(context):
    with pytest.raises(StatementError, match="has no time zone"):
        add_event(datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_row_that_points_nowhere_is_refused(context):
    db.session.add(MonitorCheck(website_id=4711, status=MonitorStatus.UP))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_deleting_a_parent_in_sql_deletes_its_children(context):
    website = create_website()
    db.session.add(MonitorCheck(website_id=website.id, status=MonitorStatus.UP))
    db.session.commit()
    db.session.execute(text("DELETE FROM websites"))
    db.session.commit()
    assert db.session.query(MonitorCheck).count() == 0


def test_a_savepoint_is_taken_back_alone(context):
    create_website("http://kept.example/")
    with pytest.raises(ZeroDivisionError), db.session.begin_nested():
        create_website("http://dropped.example/")
        raise ZeroDivisionError
    db.session.commit()
    assert db.session.execute(text("SELECT url FROM websites")).scalars().all() == [
        "http://kept.example/"
    ]


def test_reading_before_writing_never_fails_because_another_wrote_between(app):
    """SQLite would refuse to upgrade a snapshot that is no longer the newest."""
    with app.app_context():
        create_website("http://one.example/")
        db.session.commit()
        assert db.session.execute(text("SELECT count(*) FROM websites")).scalar() == 1
        other = threading.Thread(target=_write_elsewhere, args=(app,))
        other.start()
        other.join(10)
        create_website("http://three.example/")
        db.session.commit()
        assert db.session.execute(text("SELECT count(*) FROM websites")).scalar() == 3


def _write_elsewhere(app):
    with app.app_context():
        create_website("http://two.example/")
        db.session.commit()


def test_sqlite_runs_with_the_pragmas_that_keep_it_safe_and_fast(context):
    if db.engine.dialect.name != "sqlite":
        return
    found = {
        name: db.session.execute(text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
    }
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 10_000,
        "synchronous": 1,
    }


def test_constraints_have_names_that_a_migration_can_use():
    for table in db.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"a constraint of {table.name} has no name"
