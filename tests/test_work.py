"""What the pool waits for before it starts its workers."""

import time

from redis import ConnectionError

from webapp.work import await_redis


class Starting:
    """A Redis that answers the `nth` time it is asked."""

    def __init__(self, nth: int) -> None:
        self.nth, self.asked = nth, 0

    def ping(self) -> bool:
        self.asked += 1
        if self.asked < self.nth:
            raise ConnectionError("not yet")
        return True


def test_it_waits_for_a_redis_that_starts_at_the_same_moment() -> None:
    redis = Starting(4)

    await_redis(redis)  # type: ignore[arg-type]

    assert redis.asked == 4


def test_it_goes_on_without_one_that_stays_away() -> None:
    began = time.monotonic()

    await_redis(Starting(10**9), patience_s=0.05)  # type: ignore[arg-type]

    assert time.monotonic() - began < 5
