"""RQ entry points of metrics."""

from datetime import datetime

from redis import RedisError

from webapp.core import clock, queue
from webapp.core.db import db
from webapp.metrics import listening

LISTENING = "watchkeeper:metrics:listening_since_ms"
ATTENTION_S = 15  # a longer pause, and we listen anew: what was not heard meanwhile proves nothing


def note_silent_hosts() -> None:
    """Mark and tell which hosts fell silent and which are heard of again."""
    now = clock.now()
    listening.note_silent_hosts(now, _listening_since(now))
    db.session.commit()


def _listening_since(now: datetime) -> datetime:
    """Since when this job has run without a pause; now, where Redis does not say."""
    try:
        noted = queue.connection().get(LISTENING)
        since_ms = int(noted) if isinstance(noted, bytes) else clock.to_ms(now)
        queue.connection().set(LISTENING, since_ms, ex=ATTENTION_S)
    except RedisError:
        return now
    return min(now, clock.from_ms(since_ms))
