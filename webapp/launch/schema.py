"""Whether the database is at the newest schema, asked without loading the application.

`python -m webapp.launch.schema` succeeds if it is. A restart then serves a second sooner; `flask db
upgrade` stays the only thing that migrates.
"""

import sys
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from webapp.config import load

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def is_newest(url: str) -> bool:
    """Whether nothing is left to migrate; False when the database cannot be asked."""
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    try:
        with create_engine(url, poolclass=NullPool).connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() == newest
    except SQLAlchemyError:
        return False  # the migration that follows says what is wrong


if __name__ == "__main__":
    sys.exit(0 if is_newest(load().sqlalchemy_url) else 1)
