"""The database: one `db`, a base model, UTC timestamps and the same behaviour on both engines.

SQLite runs in WAL mode. A transaction there begins with the first statement that writes, and
begins IMMEDIATE: reads never block, and a write never fails because somebody else wrote between
its read and its write (it waits for up to `BUSY_TIMEOUT_MS`).
"""

import os
import sqlite3
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, Integer, MetaData, event
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

from webapp.config import Settings

BUSY_TIMEOUT_MS = 10_000
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_LENGTH = len("2026-01-31 12:00:00.000000")  # SQLAlchemy's text of a moment, no zone
READS = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN", "COMMIT", "ROLLBACK")

type_of_json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


big_id = BigInteger().with_variant(Integer, "sqlite")


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)


def _sqlite_text(moment: datetime | None) -> str | None:
    utc = _in_utc(moment)
    return None if utc is None else utc.isoformat(" ", "microseconds")[:SQLITE_LENGTH]


def _from_sqlite_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, with its zone in Python on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Straight to what the driver takes: every check that is stored binds several moments."""
        return _sqlite_text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Straight from what the driver gives."""
        return _from_sqlite_text if dialect.name == "sqlite" else _in_utc


class Base(DeclarativeBase):
    """Base of all tables: named constraints, UTC timestamps, JSON that is JSONB on PostgreSQL."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: type_of_json},
    )


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def enum_type(enum: type[Enum], name: str) -> SqlEnum:
    """A database enum that stores the values of `enum`, native on PostgreSQL."""
    return SqlEnum(enum, name=name, values_callable=lambda e: [m.value for m in e])


def init_app(app: Flask, settings: Settings) -> None:
    """Connect `app` to the database that `settings` names."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.sqlalchemy_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    if settings.sqlalchemy_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    if os.environ.get("FLASK_RUN_FROM_CLI"):
        prepare_migrations(app)


def prepare_migrations(app: Flask) -> None:
    """Make `flask db` work; the processes that serve and work need not carry Alembic."""
    from flask_migrate import Migrate

    Migrate(app, db, compare_type=True, render_as_batch=True)


def begin_to_write() -> None:
    """Take SQLite's write lock before reading what the same transaction then changes.

    PostgreSQL locks the rows that are read with FOR UPDATE.
    """
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        raw = connection.connection.driver_connection
        if not getattr(raw, "in_transaction", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def dispose_engines(app: Flask) -> None:
    """Forget inherited connections after a fork, without closing the parent's."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.sqlalchemy_url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None}}
    return {
        "pool_size": settings.database_pool_size,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 5, "options": "-c timezone=UTC"},
    }


@event.listens_for(Engine, "connect")
def _set_pragmas(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


@event.listens_for(Engine, "before_cursor_execute")
def _begin_to_write(
    connection: Any, cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
) -> None:
    """Open SQLite's transaction at the first write, with the write lock taken at once."""
    raw = getattr(cursor, "connection", None)
    if not isinstance(raw, sqlite3.Connection) or raw.in_transaction:
        return
    if not statement.lstrip().upper().startswith(READS):
        cursor.execute("BEGIN IMMEDIATE")
