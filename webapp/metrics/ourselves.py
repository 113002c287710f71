"""Watchkeeper's own metrics, as those of any service: its requests, people, queues and jobs.

They belong to the installation and not to a host: one of the collecting processes, whichever
comes first, records them every `EVERY_S` seconds, for all.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from redis import Redis, RedisError

from webapp.client.tally import Point
from webapp.core import clock, counted, queue
from webapp.metrics import actions, backlog, people
from webapp.metrics.readings import OWN_SERVICE, MetricKind, Sample, SeriesKey

EVERY_S = 10
TURN = "watchkeeper:ourselves:turn"


class Notes:
    """What is to be done once the samples are committed."""

    def __init__(self, redis: Redis, newest_entry: int) -> None:
        self.redis = redis
        self.newest_entry = newest_entry

    def committed(self) -> None:
        """Forget what has been recorded: only now is it safe."""
        with suppress(RedisError), self.redis.pipeline(transaction=True) as pipeline:
            counted.forget(pipeline)
            people.counted_to(pipeline, self.newest_entry)
            pipeline.execute()


def record_ourselves(now: datetime) -> Notes | None:
    """Record Watchkeeper's own metrics when it is time; None when another does, or Redis is away.

    Flushes. The caller commits, and then says so to what this returns. Who is killed in between is
    followed by one that records the same counts at the same moment, which changes nothing.
    """
    redis = queue.connection()
    try:
        if not _is_our_turn(redis):
            return None
        at_ms, tally = counted.take(redis, now)
        done, newest = people.actions_since(redis)
        levels = [*backlog.backlog(redis, now), *people.active(redis, now)]
    except RedisError:
        return None
    now_ms = clock.to_ms(now)
    actions.record_samples([*samples(tally.points() + done, at_ms), *samples(levels, now_ms)])
    return Notes(redis, newest)


def samples(points: Iterable[Point], at_ms: int) -> list[Sample]:
    """Points as samples of our own service."""
    return [Sample(_series(point), at_ms, point.value) for point in points]


def _series(point: Point) -> SeriesKey:
    metric_type, name, unit, labels = point.key
    return SeriesKey(MetricKind.APPLICATION, metric_type, name, unit, OWN_SERVICE, labels)


def _is_our_turn(redis: Redis) -> bool:
    """Whether nobody recorded lately; a little less than the period, for ticks are not exact."""
    return bool(redis.set(TURN, 1, nx=True, px=EVERY_S * 1000 - 500))
