"""RQ entry points of retention."""

import time

import structlog
from flask import current_app

from webapp.core import clock, queue
from webapp.core.db import db
from webapp.retention.actions import FORGETTINGS

# Between two batches others get the write lock, which SQLite does not hand out in turn.
PAUSE_S = 0.02

log = structlog.get_logger(__name__)


def forget_old_rows() -> dict[str, int]:
    """Delete what is older than its policy keeps; say how many rows of each table went."""
    settings, now = current_app.extensions["settings"], clock.now()
    gone: dict[str, int] = {}
    for name, forget in FORGETTINGS.items():
        began_s = time.monotonic()
        for count in forget(settings, now):
            db.session.commit()
            gone[name] = gone.get(name, 0) + count
            if queue.is_stopping():
                return gone
            # As long as it took: whoever waits for the lock finds it free half of the time.
            time.sleep(max(PAUSE_S, time.monotonic() - began_s) if count else 0)
            began_s = time.monotonic()
        db.session.rollback()
    log.debug("forgot old rows", **gone)
    return gone
