"""The database about itself, on both kinds."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import NullPool, create_engine

from webapp.core.db import db
from webapp.metrics import database
from webapp.metrics.database import read_database, read_usage, round_trip_ms

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM users")
print("held", flush=True)
sys.stdin.read()
"""


def test_it_tells_connections_maximum_size_and_answer_time(context):
    found = {reading.measure.name: reading.value for reading in read_database()}
    assert set(found) == {"db_connections", "db_max_connections", "db_size", "db_round_trip_ms"}
    assert 1 <= found["db_connections"] <= found["db_max_connections"]
    assert found["db_size"] > 10_000
    assert 0 < found["db_round_trip_ms"] < 1000


def test_postgresql_counts_its_clients(context):
    if db.engine.dialect.name != "postgresql":
        assert read_usage().max_connections == 1 * 6 + 2
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
