"""RQ entry points of metrics."""

import structlog
from flask import current_app
from redis import RedisError
from sqlalchemy.exc import OperationalError

from webapp.config import Settings
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.metrics import actions, system
from webapp.metrics.collection import Notebook, open_notebook

NOTEBOOK = "watchkeeper:metrics:notebook:{host}"
log = structlog.get_logger(__name__)


def collect_metrics() -> None:
    """Read this machine, the database and Redis once, and store the readings."""
    try:
        found = actions.collect_machine(_recall(), clock.now())
        db.session.commit()
    except OperationalError as error:
        # The next reading is a few seconds away; a failed job for each would bury the others.
        db.session.rollback()
        log.error("readings could not be stored", why=str(error.orig))
        return
    _remember(found.notebook)


def _key() -> str:
    return NOTEBOOK.format(host=system.host_name())


def _recall() -> Notebook:
    try:
        text = queue.connection().get(_key())
    except RedisError:
        return Notebook()
    return open_notebook(text if isinstance(text, bytes) else None)


def _remember(notebook: Notebook) -> None:
    settings: Settings = current_app.extensions["settings"]
    try:
        queue.connection().set(_key(), notebook.dump(), ex=max(60, 4 * settings.metrics_interval_s))
    except RedisError as error:
        log.warning("the counters for the next reading are lost", why=str(error))
