"""Edge: every two seconds the resident looks which hosts fell silent and which are heard of again.

It is no job of the timetable: to fork for so little, so often, costs twenty times the deed.
Residents of several pools may all look: what one has told the others do not.
"""

import time
from datetime import datetime

import structlog
from flask import current_app
from redis import RedisError
from sqlalchemy.exc import DBAPIError

from webapp.core import clock, queue
from webapp.core.db import db
from webapp.metrics import listening
from webapp.metrics.silence import LOOKED_EVERY_S

LISTENING = "watchkeeper:metrics:listening_since_ms"
ATTENTION_S = 15  # a longer pause, and we listen anew: what was not heard meanwhile proves nothing
LAST = "metrics.listened_s"
log = structlog.get_logger(__name__)


def listen() -> None:
    """Look, if two seconds have passed since this process looked last; a failure is only logged."""
    kept, steady_s = current_app.extensions, time.monotonic()
    if steady_s - kept.get(LAST, -LOOKED_EVERY_S) < LOOKED_EVERY_S:
        return
    kept[LAST] = steady_s
    try:
        note_silent_hosts()
    except DBAPIError as error:
        log.error("who fell silent cannot be looked for", why=str(error.orig))
    finally:
        db.session.remove()


def note_silent_hosts() -> None:
    """Mark and tell which hosts fell silent and which are heard of again."""
    now = clock.now()
    listening.note_silent_hosts(now, _listening_since(now))
    db.session.commit()


def _listening_since(now: datetime) -> datetime:
    """Since when somebody has listened without a pause; now, where Redis does not say."""
    try:
        noted = queue.connection().get(LISTENING)
        since_ms = int(noted) if isinstance(noted, bytes) else clock.to_ms(now)
        queue.connection().set(LISTENING, since_ms, ex=ATTENTION_S)
    except RedisError:
        return now
    return min(now, clock.from_ms(since_ms))
