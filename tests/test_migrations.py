"""The migrations build what the models say, and take it down again, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from tests.conftest import BACKENDS
from webapp import config
from webapp.app import create_app
from webapp.core.db import db, prepare_migrations


@pytest.fixture(params=BACKENDS)
def fresh_app(request, redis_url, tmp_path):
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgresql_database")
    environ = {"DATABASE_URL": url, "REDIS_URL": redis_url, "DATA_DIR": str(tmp_path)}
    app = create_app(config.load(environ | {"LOG_LEVEL": "ERROR"}))
    prepare_migrations(app)
    yield app
    with app.app_context():
        db.engine.dispose()


SEARCHED = ("recurring_issues_search", "operational_issues_search")


def _is_of_a_model(_found, name, _type, _reflected, _of):
    """Whether models describe it: a full-text index is what a database has for it."""
    return not str(name).removeprefix("ix_").startswith(SEARCHED)


def test_the_migrated_schema_is_the_models_schema(fresh_app):
    with fresh_app.app_context():
        upgrade(directory="migrations")
        with db.engine.connect() as connection:
            options = {"compare_type": True, "include_object": _is_of_a_model}
            found = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(found, db.metadata) == []


def test_downgrade_to_base_leaves_nothing_and_can_be_repeated(fresh_app):
    with fresh_app.app_context():
        for _ in range(2):
            upgrade(directory="migrations")
            downgrade(directory="migrations", revision="base")
            assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
            if db.engine.dialect.name == "postgresql":
                assert inspect(db.engine).get_enums() == []


REVISIONS = sorted(path.name.split("_")[0] for path in Path("migrations/versions").glob("*.py"))
MOMENT = "2026-01-02 03:04:05.000000"
PARENT = text(
    "INSERT INTO websites (id, url, name, check_interval, timeout, is_active, status,"
    " status_since_at, next_check_at, created_at, updated_at) VALUES"
    f" (1, 'http://kept.example/', 'kept', 60, 30, true, 'UP', '{MOMENT}', '{MOMENT}',"
    f" '{MOMENT}', '{MOMENT}')"
)
CHILD = text(
    "INSERT INTO monitor_checks (website_id, status, http_method, late_ms, checked_at, created_at)"
    f" VALUES (1, 'UP', 'GET', 0, '{MOMENT}', '{MOMENT}')"
)


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_was_stored_at_a_revision_is_there_after_the_upgrade_and_the_way_back(
    fresh_app, revision
):
    with fresh_app.app_context():
        upgrade(directory="migrations", revision=revision)
        with db.engine.begin() as connection:
            connection.execute(PARENT)
            connection.execute(CHILD)
        upgrade(directory="migrations")
        assert _stored() == (1, 1)
        with db.engine.connect() as connection:
            known = "SELECT count(*) FROM status_periods WHERE website_id = 1 AND ended_at IS NULL"
            assert revision != "0001" or connection.execute(text(known)).scalar() == 1
        downgrade(directory="migrations", revision=revision)
        assert _stored() == (1, 1)


def _stored():
    with db.engine.connect() as connection:
        counts = "SELECT (SELECT count(*) FROM websites), (SELECT count(*) FROM monitor_checks)"
        return tuple(connection.execute(text(counts)).one())
