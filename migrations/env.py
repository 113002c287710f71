"""Run the migrations through the application's own engine, on SQLite and on PostgreSQL."""

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def run_migrations() -> None:
    """Migrate in one transaction."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database; set DATABASE_URL and run them online.")
run_migrations()
