"""The database about itself, on both kinds."""

import os
import subprocess
import sys
import threading

import pytest
from sqlalchemy import NullPool, create_engine

from tests.metrics.kernels import told
from webapp.core.db import db
from webapp.metrics import database
from webapp.metrics.database import read_database, read_size, read_usage, round_trip_ms

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM users")
print("held", flush=True)
sys.stdin.read()
"""


def test_it_tells_connections_maximum_size_and_answer_time(context):
    found = told(read_database())
    assert 1 <= found["db_connections"] <= found["db_max_connections"]
    assert 0 < found["db_round_trip_ms"] < 1000
    measures = {measure.name for measure in database.OF_DATABASE}
    if db.engine.dialect.name == "sqlite":
        assert set(found) == {"db_connections", "db_max_connections", "db_round_trip_ms"}
    else:
        assert set(found) == measures


def test_it_tells_the_size_and_what_of_it_is_free(context):
    found = told(read_size())
    assert found["db_size"] > 10_000
    if db.engine.dialect.name != "sqlite":
        assert set(found) == {"db_size"}
        return
    assert found["db_size"] == os.path.getsize(db.engine.url.database) + found["db_wal_size"]
    page = db.session.connection().exec_driver_sql("PRAGMA page_size").scalar()
    assert found["db_free"] % page == 0


def test_postgresql_counts_transactions_and_pages(context):
    if db.engine.dialect.name != "postgresql":
        return
    before = told(read_database())
    db.session.connection().exec_driver_sql("SELECT * FROM users")
    db.session.commit()
    db.session.connection().exec_driver_sql("SELECT pg_stat_force_next_flush()")
    db.session.commit()
    after = told(read_database())
    assert after["db_commits"][0] > before["db_commits"][0]
    assert after["db_cache_hit_percent"][1] > before["db_cache_hit_percent"][1]


def test_postgresql_tells_what_takes_long(context):
    if db.engine.dialect.name != "postgresql":
        return
    others = create_engine(db.engine.url, poolclass=NullPool)
    with others.connect() as holder, others.connect() as waiter:
        holder.exec_driver_sql("SELECT pg_advisory_lock(7)")
        waiting = threading.Thread(
            target=waiter.exec_driver_sql, args=("SELECT pg_advisory_lock(7)",)
        )
        waiting.start()
        found = _once(lambda told: told["db_waiting"] == 1)
        holder.exec_driver_sql("SELECT pg_advisory_unlock(7)")
        waiting.join(10)
    assert found["db_active"] >= 1
    assert found["db_longest_query_s"] > 0
    assert found["db_longest_idle_s"] > 0


def _once(is_so):
    """What the database tells once that is so."""
    for _ in range(500):
        db.session.rollback()  # what PostgreSQL tells of its clients stays within a transaction
        if is_so(found := told(read_database())):
            return found
    raise AssertionError("it never was")


def test_statements_are_told_where_the_extension_counts_them(context, monkeypatch):
    if db.engine.dialect.name != "postgresql":
        return
    connection = db.session.connection()
    connection.exec_driver_sql(
        "CREATE TEMP TABLE pg_stat_statements AS SELECT 3::bigint AS calls,"
        " 6.5::float AS total_exec_time, oid AS dbid FROM pg_database"
        " WHERE datname = current_database()"
    )
    found = told(read_size())
    assert found["db_statements"] == (3, None)
    assert found["db_statement_ms"] == (6.5, 3)
    connection.exec_driver_sql("ALTER TABLE pg_stat_statements DROP COLUMN total_exec_time")
    assert set(told(read_size())) == {"db_size"}
    db.session.rollback()


def test_postgresql_counts_its_clients(context):
    if db.engine.dialect.name != "postgresql":
        assert read_usage().max_connections == 1 * 6 + 2 + 1
        return
    before = read_usage()
    others = create_engine(db.engine.url, poolclass=NullPool)
    with others.connect(), others.connect():
        db.session.rollback()  # what PostgreSQL tells of its clients stays within a transaction
        assert read_usage().connections == before.connections + 2
    assert before.max_connections == int(
        db.session.connection().exec_driver_sql("SHOW max_connections").scalar()
    )


def test_sqlite_counts_the_processes_that_hold_the_database(context):
    if db.engine.dialect.name != "sqlite" or not os.path.exists(database.LOCKS):
        assert read_usage().connections >= 1
        return
    round_trip_ms()
    db.session.connection().exec_driver_sql("SELECT * FROM users")
    before = read_usage().connections
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, db.engine.url.database],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        holder.stdout.readline()
        assert read_usage().connections == before + 1
        holder.stdin.close()
    assert read_usage().connections == before


def test_where_the_kernel_lists_no_locks_this_process_counts(context, monkeypatch):
    monkeypatch.setattr(database, "LOCKS", "/nowhere/locks")
    assert read_usage().connections >= 1


LINES = [
    ("the switch", "1: POSIX  ADVISORY  READ 7 fe:00:42 128 128", True),
    ("blocked at it", "1: -> POSIX  ADVISORY  READ 7 fe:00:42 128 128", True),
    ("another byte", "1: POSIX  ADVISORY  WRITE 7 fe:00:42 120 120", False),
    ("another file", "1: POSIX  ADVISORY  READ 7 fe:00:421 128 128", False),
]


@pytest.mark.parametrize(("line", "expected"), [c[1:] for c in LINES], ids=[c[0] for c in LINES])
def test_lines_of_the_kernels_list(line, expected):
    assert database._is_switch(line.split(), "42") is expected


def test_a_failure_leaves_a_session_that_can_be_used(context, monkeypatch):
    def fail():
        db.session.connection().exec_driver_sql("SELECT * FROM nowhere")

    monkeypatch.setattr(database, "read_usage", fail)
    with pytest.raises(Exception, match="nowhere"):
        list(read_database())
    assert round_trip_ms() >= 0
