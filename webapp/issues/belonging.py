"""Which fingerprint belongs to which issue stands still while occurrences are counted in it.

On PostgreSQL whoever counts holds this lock together with others who count, and whoever merges,
splits or takes that back holds it alone: row locks would not do, as the order in which they are
taken follows what belongs where. Take it first in a transaction. SQLite has one writer anyway.
"""

from sqlalchemy import text

from webapp.core.db import begin_to_write, db

LOCK = 0x5741_7444  # any number that nobody else locks by


def stands_still() -> None:
    """From now on until the transaction ends nothing is merged or split."""
    begin_to_write()
    _lock("pg_advisory_xact_lock_shared")


def changes() -> None:
    """From now on until the transaction ends nothing is counted, merged or split by others."""
    begin_to_write()
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"SELECT {function}(:lock)"), {"lock": LOCK})
