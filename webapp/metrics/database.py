"""The database about itself.

PostgreSQL counts its clients (`pg_stat_activity`) and knows its maximum. SQLite has no server to
ask: there, connections are the processes that hold the database open, which the kernel lists as
holders of a lock on the `-shm` file, and the maximum is what the settings let open at once: one
for each web thread and each worker.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from webapp.config import Settings
from webapp.core.db import db
from webapp.metrics.readings import Measure, Reading, SystemMetricType, Total

DATABASE = SystemMetricType.DATABASE


def _measure(
    name: str, unit: str, label: str, description: str, chart: str, digits: int = 2
) -> Measure:
    ceiling = 100 if unit == "%" else None
    return Measure(DATABASE, name, unit, label, description, chart, ceiling, digits)


CONNECTIONS = _measure(
    "db_connections",
    "",
    "Database connections",
    "Clients of PostgreSQL; on SQLite the processes that hold the database open.",
    "database",
)
MAXIMUM = _measure(
    "db_max_connections",
    "",
    "Most connections",
    "PostgreSQL's max_connections; on SQLite web threads and workers as set.",
    "database",
)
ROUND_TRIP = _measure(
    "db_round_trip_ms",
    "ms",
    "Database answer",
    "Time until the simplest question was answered.",
    "database_time",
)
TRANSACTIONS = "Transactions that ended, and how."
COMMITS = _measure("db_commits", "/s", "Commits", TRANSACTIONS, "database_transactions")
ROLLBACKS = _measure("db_rollbacks", "/s", "Rollbacks", TRANSACTIONS, "database_transactions")
DEADLOCKS = _measure(
    "db_deadlocks",
    "/s",
    "Deadlocks",
    "Transactions ended because they waited for each other.",
    "database_deadlocks",
    3,
)
HITS = _measure(
    "db_cache_hit_percent",
    "%",
    "Database cache hits",
    "Pages that were found in PostgreSQL's own memory.",
    "database_hits",
)
QUESTIONS = "Statements of all clients that run now."
ACTIVE = _measure("db_active", "", "Running", QUESTIONS, "database_activity")
WAITING = _measure("db_waiting", "", "Waiting for a lock", QUESTIONS, "database_activity")
SLOW = _measure(
    "db_slow_queries", "", "Slow", f"{QUESTIONS} Slow ones for over a second.", "database_activity"
)
LONGEST = _measure(
    "db_longest_query_s",
    "s",
    "Longest statement",
    "How long the statement that runs longest now has run.",
    "database_longest",
)
IDLE = _measure(
    "db_longest_idle_s",
    "s",
    "Longest open and idle",
    "How long a transaction has been open with nothing to do; it keeps old rows from going.",
    "database_longest",
)
STATEMENTS = _measure(
    "db_statements", "/s", "Statements", "Statements done (pg_stat_statements).", "database_rate"
)
STATEMENT_MS = _measure(
    "db_statement_ms",
    "ms",
    "Statement",
    "Mean time of a statement (pg_stat_statements).",
    "database_time",
    3,
)
SIZES = "Space the database takes, and what of it is free or not yet moved into place."
SIZE = _measure("db_size", "bytes", "Database size", SIZES, "database_size", 0)
FREE = _measure("db_free", "bytes", "Free within", SIZES, "database_size", 0)
WAL = _measure("db_wal_size", "bytes", "Write-ahead log", SIZES, "database_size", 0)
OF_DATABASE = (
    *(CONNECTIONS, MAXIMUM, ROUND_TRIP, COMMITS, ROLLBACKS, DEADLOCKS, HITS),
    *(ACTIVE, WAITING, SLOW, LONGEST, IDLE),
)
OF_SIZE = (SIZE, FREE, WAL, STATEMENTS, STATEMENT_MS)

LOCKS = "/proc/locks"
# SQLite's "dead man's switch": every process that uses the database in WAL mode holds a shared
# lock on this byte of the -shm file (sqlite.org/src, os_unix.c, UNIX_SHM_DMS).
SWITCH_BYTE = "128"
COUNT_CLIENTS = text(
    "SELECT count(*), current_setting('max_connections')::int"
    " FROM pg_stat_activity WHERE backend_type = 'client backend'"
)
ASK_ACTIVITY = text(
    "SELECT count(*) FILTER (WHERE state = 'active'),"
    " count(*) FILTER (WHERE state = 'active' AND wait_event_type = 'Lock'),"
    " count(*) FILTER (WHERE state = 'active' AND clock_timestamp() - query_start > '1 s'),"
    " coalesce(max(extract(epoch FROM clock_timestamp() - query_start))"
    "  FILTER (WHERE state = 'active'), 0)::float,"
    " coalesce(max(extract(epoch FROM clock_timestamp() - state_change))"
    "  FILTER (WHERE state LIKE 'idle in transaction%'), 0)::float"
    " FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
ASK_COUNTERS = text(
    "SELECT xact_commit, xact_rollback, deadlocks, blks_hit, blks_read"
    " FROM pg_stat_database WHERE datname = current_database()"
)
ASK_STATEMENTS = text(
    "SELECT sum(calls)::float, sum(total_exec_time)::float FROM pg_stat_statements"
    " WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(frozen=True)
class Usage:
    """Connections open and possible."""

    connections: int
    max_connections: int


def read_database() -> Iterator[Reading | Total]:
    """Connections, maximum and answer time; of PostgreSQL what runs and what has been done."""
    with _over_when_it_fails():
        yield Reading(ROUND_TRIP, round_trip_ms())
        usage = read_usage()
        yield Reading(CONNECTIONS, usage.connections)
        yield Reading(MAXIMUM, usage.max_connections)
        if not _is_sqlite():
            yield from _postgresql()


def read_size() -> Iterator[Reading | Total]:
    """Size, and of SQLite what of it is free and what waits in its log."""
    with _over_when_it_fails():
        if _is_sqlite():
            yield from _sqlite_size(str(db.engine.url.database))
            return
        size = db.session.scalar(text("SELECT pg_database_size(current_database())"))
        yield Reading(SIZE, size or 0)
        yield from _statements()


@contextmanager
def _over_when_it_fails() -> Iterator[None]:
    """PostgreSQL refuses everything more until the failed transaction is over."""
    try:
        yield
    except Exception:
        db.session.rollback()
        raise


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _postgresql() -> Iterator[Reading | Total]:
    measures = (ACTIVE, WAITING, SLOW, LONGEST, IDLE)
    for measure, value in zip(measures, db.session.execute(ASK_ACTIVITY).one(), strict=True):
        yield Reading(measure, value)
    commits, rollbacks, deadlocks, hits, reads = db.session.execute(ASK_COUNTERS).one()
    yield Total(COMMITS, commits)
    yield Total(ROLLBACKS, rollbacks)
    yield Total(DEADLOCKS, deadlocks)
    yield Total(HITS, hits, hits + reads)


def _statements() -> Iterator[Total]:
    """What the extension pg_stat_statements has counted; nothing where it is not in use."""
    if db.session.scalar(text("SELECT to_regclass('pg_stat_statements') IS NULL")):
        return
    try:
        with db.session.begin_nested():
            calls, spent_ms = db.session.execute(ASK_STATEMENTS).one()
    except DBAPIError:
        return  # it is there and not loaded, or of a version before 1.8
    if calls is not None:
        yield Total(STATEMENTS, calls)
        yield Total(STATEMENT_MS, spent_ms, calls, scale=1)


def _sqlite_size(path: str) -> Iterator[Reading]:
    connection = db.session.connection()
    page, free = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("page_size", "freelist_count")
    )
    wal = _size_of(f"{path}-wal")
    yield Reading(SIZE, _size_of(path) + wal)
    yield Reading(FREE, free * page)
    yield Reading(WAL, wal)


def _size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def round_trip_ms() -> float:
    """Milliseconds until the database answered the simplest question; connecting is left out."""
    connection = db.session.connection()
    started = time.perf_counter()
    connection.execute(text("SELECT 1")).scalar()
    return (time.perf_counter() - started) * 1000


def read_usage() -> Usage:
    """What the database says of its connections."""
    if _is_sqlite():
        settings: Settings = current_app.extensions["settings"]
        # The resident of the pool is a worker, too.
        maximum = settings.web_processes * settings.web_threads + settings.workers + 1
        return Usage(_holders(f"{db.engine.url.database}-shm"), maximum)
    connections, maximum = db.session.execute(COUNT_CLIENTS).one()
    return Usage(connections, maximum)


def _holders(path: str) -> int:
    """Processes that hold the switch of that -shm file; 1, this one, where nobody can tell."""
    try:
        inode = str(os.stat(path).st_ino)
        with open(LOCKS) as locks:
            lines = [line.split() for line in locks]
    except OSError:
        return 1
    return max(1, len({lock[-4] for lock in lines if _is_switch(lock, inode)}))


def _is_switch(lock: list[str], inode: str) -> bool:
    """Whether a line of /proc/locks (process, device:inode, first and last byte) is the switch."""
    return lock[-3].rpartition(":")[2] == inode and lock[-2] == SWITCH_BYTE
