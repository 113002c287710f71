"""Whether there is anything to migrate, on both databases."""

from flask_migrate import upgrade

from webapp import config
from webapp.app import create_app
from webapp.core.db import db, prepare_migrations
from webapp.launch.schema import is_newest


def test_an_empty_database_and_one_that_is_away_are_not_newest(tmp_path):
    assert not is_newest(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not is_newest("postgresql+psycopg://nobody@127.0.0.1:9/nowhere")


def test_a_migrated_database_is_newest(tmp_path, redis_url, new_postgresql_database):
    for url in (f"sqlite:///{tmp_path / 'migrated.db'}", new_postgresql_database):
        environ = {"DATABASE_URL": url, "DATA_DIR": str(tmp_path), "REDIS_URL": redis_url}
        app = create_app(config.load(environ))
        prepare_migrations(app)
        with app.app_context():
            upgrade(directory="migrations")
            db.engine.dispose()
        assert is_newest(app.extensions["settings"].sqlalchemy_url)
