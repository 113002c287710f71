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
from rq import Queue
from rq.job import Job

from webapp.core import queue

HELD_S = 3
SENT_S = 10
RENEWED_EVERY_S = 0.5
LOOKED_AFTER_EVERY_S = 2
Number = int | str
log = structlog.get_logger(__name__)


class Place:
    """The place of one running job: number `number` of all that run `function`.

    Where each host has a place of its own the number is the host's name. `held_s` is how long the
    place is held without a word from the run.
    """

    def __init__(self, function: Callable[..., Any], number: Number, held_s: int = HELD_S) -> None:
        self.function = function
        self.number = number
        self.held_s = held_s
        self.renewed_s = 0.0

    def hold(self) -> None:
        """Say that the run is alive; cheap enough to be called at every turn."""
        if time.monotonic() - self.renewed_s >= RENEWED_EVERY_S:
            self.renewed_s = time.monotonic()
            mine = key(self.function, self.number)
            self._try(lambda redis: redis.set(mine, "held", ex=self.held_s))

    def pass_on(self, queue_name: str, timeout_s: int) -> bool:
        """Send the next run, before the last work of this one is done; whether Redis took it."""

        def pass_it_on(redis: Redis) -> None:
            redis.set(key(self.function, self.number), "sent", ex=SENT_S)
            send(redis, self.function, self.number, queue_name, timeout_s)

        return self._try(pass_it_on)

    def leave(self) -> None:
        """Give the place up, so that the scheduler fills it at once."""
        self._try(lambda redis: redis.delete(key(self.function, self.number)))

    def _try(self, tell: Callable[[Redis], Any]) -> bool:
        try:
            tell(queue.connection())
        except RedisError as error:
            log.warning("Redis did not answer; the next run is sent later", why=str(error))
            return False
        return True


def key(function: Callable[..., Any], number: Number) -> str:
    """The Redis key of a place."""
    return f"watchkeeper:standing:{function.__name__}:{number}"


def is_vacant(redis: Redis, function: Callable[..., Any], number: Number) -> bool:
    """Whether nobody holds the place; if so it is marked as sent for, in the same step."""
    return bool(redis.set(key(function, number), "sent", nx=True, ex=SENT_S))


def send(
    redis: Redis, function: Callable[..., Any], number: Number, queue_name: str, timeout_s: int
) -> Job:
    """Enqueue a run for the place."""
    return Queue(queue_name, connection=redis).enqueue_call(
        function,
        (number,),
        timeout=timeout_s,
        result_ttl=queue.RESULT_TTL_S,
        failure_ttl=queue.FAILURE_TTL_S,
    )
