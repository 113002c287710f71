"""Jobs that are always there: each runs for a while, then passes its place on to the next run.

A place is a Redis key that the run holding it renews. When the key lapses, because the run was
killed or Redis was wiped, the scheduler sends another run within `LOOKED_AFTER_EVERY_S`. The place
is a nudge and no lock: two runs in one place do no harm, for they claim the rows they work on.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog
from redis import Redis, RedisError

from webapp.core import queue

HELD_S = 3
SENT_S = 10
RENEWED_EVERY_S = 0.5
LOOKED_AFTER_EVERY_S = 2
log = structlog.get_logger(__name__)


class Place:
    """The place of one running job: number `number` of all that run `function`."""

    def __init__(self, function: Callable[..., Any], number: int) -> None:
        self.function = function
        self.number = number
        self.renewed_s = 0.0

    def hold(self) -> None:
        """Say that the run is alive; cheap enough to be called at every turn."""
        if time.monotonic() - self.renewed_s >= RENEWED_EVERY_S:
            self.renewed_s = time.monotonic()
            self._try(lambda redis: redis.set(key(self.function, self.number), "held", ex=HELD_S))

    def pass_on(self, queue_name: str, timeout_s: int) -> None:
        """Send the next run, before the last work of this one is done."""

        def send(redis: Redis) -> None:
            redis.set(key(self.function, self.number), "sent", ex=SENT_S)
            queue.queue(queue_name).enqueue_call(
                self.function,
                (self.number,),
                timeout=timeout_s,
                result_ttl=queue.RESULT_TTL_S,
                failure_ttl=queue.FAILURE_TTL_S,
            )

        self._try(send)

    def leave(self) -> None:
        """Give the place up, so that the scheduler fills it at once."""
        self._try(lambda redis: redis.delete(key(self.function, self.number)))

    def _try(self, tell: Callable[[Redis], Any]) -> None:
        try:
            tell(queue.connection())
        except RedisError as error:
            log.warning(
                "Redis did not answer; the scheduler will send the next run", why=str(error)
            )


def key(function: Callable[..., Any], number: int) -> str:
    """The Redis key of a place."""
    return f"watchkeeper:standing:{function.__name__}:{number}"


def is_vacant(redis: Redis, function: Callable[..., Any], number: int) -> bool:
    """Whether nobody holds the place; if so it is marked as sent for, in the same step."""
    return bool(redis.set(key(function, number), "sent", nx=True, ex=SENT_S))
