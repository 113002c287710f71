"""How many jobs wait in each queue, and how long the one that waits longest has."""

from collections.abc import Iterator
from datetime import datetime

from redis import Redis
from rq.job import Job
from rq.utils import utcparse

from webapp.client.tally import Key, Labels, Point
from webapp.core.queue import QUEUES

SIZE, AGE = "queue_size", "queue_oldest_s"
HEADS = 5  # a waiting job whose time has passed leaves its id behind: look at a few


def backlog(redis: Redis, now: datetime) -> Iterator[Point]:
    """Jobs that wait and the age of the oldest in seconds, 0 where none waits; two round trips.

    Asked of Redis and of no worker, so that it is true when all workers are dead.
    """
    with redis.pipeline(transaction=False) as pipeline:
        for name in QUEUES:
            pipeline.llen(f"rq:queue:{name}")
            pipeline.lrange(f"rq:queue:{name}", 0, HEADS - 1)
        found = pipeline.execute()
    enqueued = _enqueued(redis, [job_id for head in found[1::2] for job_id in head])
    for name, size, head in zip(QUEUES, found[0::2], found[1::2], strict=True):
        labels: Labels = (("queue", name),)
        ages = [(now - enqueued[job_id]).total_seconds() for job_id in head if job_id in enqueued]
        yield Point(Key("queue_size", SIZE, "jobs", labels), size)
        yield Point(Key("queue_size", AGE, "s", labels), round(max([0.0, *ages]), 3))


def _enqueued(redis: Redis, ids: list[bytes]) -> dict[bytes, datetime]:
    if not ids:
        return {}
    with redis.pipeline(transaction=False) as pipeline:
        for job_id in ids:
            pipeline.hget(Job.key_for(job_id.decode()), "enqueued_at")
        moments = pipeline.execute()
    return {
        job_id: utcparse(moment.decode())
        for job_id, moment in zip(ids, moments, strict=True)
        if moment
    }
