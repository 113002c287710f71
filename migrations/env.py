"""Run the migrations through the application's own engine, on SQLite and on PostgreSQL."""

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def is_of_a_model(_object, name, _type, _reflected, _compared_to) -> bool:
    """Whether models describe it: a full-text index is what a database has for one of them."""
    return "_search" not in (name or "")


def run_migrations() -> None:
    """Migrate in one transaction.

    Changing a table on SQLite may mean dropping it after a copy was made; with foreign keys on,
    the drop would delete the rows that point at it. They are checked afterwards instead.
    """
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=is_of_a_model,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite":
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                assert not orphans, f"the migration left rows that point nowhere: {orphans[:5]}"
        connection.invalidate()  # nobody is to get a connection whose foreign keys are off


if context.is_offline_mode():
    raise SystemExit("Migrations need a database; set DATABASE_URL and run them online.")
run_migrations()
