"""The database about itself.

PostgreSQL counts its clients (`pg_stat_activity`) and knows its maximum. SQLite has no server to
ask: there, connections are the processes that hold the database open, which the kernel lists as
holders of a lock on the `-shm` file, and the maximum is what the settings let open at once: one
for each web thread and each worker.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import text

from webapp.config import Settings
from webapp.core.db import db
from webapp.metrics.readings import Measure, Reading, SystemMetricType

DATABASE = SystemMetricType.DATABASE
CONNECTIONS = Measure(
    DATABASE,
    "db_connections",
    "",
    "Database connections",
    "Clients of PostgreSQL; on SQLite the processes that hold the database open.",
    "database",
)
MAXIMUM = Measure(
    DATABASE,
    "db_max_connections",
    "",
    "Most connections",
    "PostgreSQL's max_connections; on SQLite web threads and workers as set.",
    "database",
)
SIZE = Measure(
    DATABASE, "db_size", "bytes", "Database size", "Space the database takes.", "database_size"
)
ROUND_TRIP = Measure(
    DATABASE,
    "db_round_trip_ms",
    "ms",
    "Database answer",
    "Time until the simplest question was answered.",
    "database_time",
)
MEASURES = (CONNECTIONS, MAXIMUM, SIZE, ROUND_TRIP)

LOCKS = "/proc/locks"
# SQLite's "dead man's switch": every process that uses the database in WAL mode holds a shared
# lock on this byte of the -shm file (sqlite.org/src, os_unix.c, UNIX_SHM_DMS).
SWITCH_BYTE = "128"
COUNT_CLIENTS = text(
    "SELECT count(*), current_setting('max_connections')::int,"
    " pg_database_size(current_database())"
    " FROM pg_stat_activity WHERE backend_type = 'client backend'"
)


@dataclass(frozen=True)
class Usage:
    """Connections open and possible, and the size in bytes."""

    connections: int
    max_connections: int
    size: int


def read_database() -> Iterator[Reading]:
    """Connections, maximum, size and answer time."""
    try:
        delay_ms = round_trip_ms()
        usage = read_usage()
    except Exception:
        # PostgreSQL refuses everything more until the failed transaction is over.
        db.session.rollback()
        raise
    yield Reading(CONNECTIONS, usage.connections)
    yield Reading(MAXIMUM, usage.max_connections)
    yield Reading(SIZE, usage.size)
    yield Reading(ROUND_TRIP, delay_ms)


def round_trip_ms() -> float:
    """Milliseconds until the database answered the simplest question; connecting is left out."""
    connection = db.session.connection()
    started = time.perf_counter()
    connection.execute(text("SELECT 1")).scalar()
    return (time.perf_counter() - started) * 1000


def read_usage() -> Usage:
    """What the database says of its connections and its size."""
    if db.engine.dialect.name == "sqlite":
        return _sqlite_usage(str(db.engine.url.database))
    connections, maximum, size = db.session.execute(COUNT_CLIENTS).one()
    return Usage(connections, maximum, size)


def _sqlite_usage(path: str) -> Usage:
    settings: Settings = current_app.extensions["settings"]
    maximum = settings.web_processes * settings.web_threads + settings.workers
    files = [name for name in (path, f"{path}-wal") if os.path.exists(name)]
    size = sum(os.path.getsize(name) for name in files)
    return Usage(_holders(f"{path}-shm"), maximum, size)


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
