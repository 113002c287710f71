"""The migrations build what the models say, and take it down again, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from tests.conftest import BACKENDS
from webapp import config
from webapp.app import create_app
from webapp.core.db import db


@pytest.fixture(params=BACKENDS)
def fresh_app(request, redis_url, tmp_path):
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgresql_database")
    environ = {"DATABASE_URL": url, "REDIS_URL": redis_url, "DATA_DIR": str(tmp_path)}
    app = create_app(config.load(environ | {"LOG_LEVEL": "ERROR"}))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_the_migrated_schema_is_the_models_schema(fresh_app):
    with fresh_app.app_context():
        upgrade(directory="migrations")
        with db.engine.connect() as connection:
            found = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(found, db.metadata) == []


def test_downgrade_to_base_leaves_nothing_and_can_be_repeated(fresh_app):
    with fresh_app.app_context():
        for _ in range(2):
            upgrade(directory="migrations")
            downgrade(directory="migrations", revision="base")
            assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
            if db.engine.dialect.name == "postgresql":
                assert inspect(db.engine).get_enums() == []
