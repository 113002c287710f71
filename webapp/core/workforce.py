"""What RQ knows of itself, in three round trips: queues, workers, schedulers, failed jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.cron_scheduler_registry import get_registry_key
from rq.job import Job
from rq.registry import FailedJobRegistry, StartedJobRegistry
from rq.results import Result
from rq.utils import utcparse
from rq.worker_registration import REDIS_WORKER_KEYS

from webapp.core.queue import FAILURE_TTL_S, QUEUES
from webapp.core.timetable import LOCK

LATE_AFTER_S = 60  # an idle worker reports every 30 s
BUSY_LATE_AFTER_S = 40  # one that runs a job every 10 s, and RQ forgets it after 70 s of silence
PATIENCE_S = 1.0
ABANDONED = "The worker that ran this job stopped reporting, so the job was given up."
HEADS = 5  # a waiting job whose time has passed leaves its id behind: look at a few


@dataclass(frozen=True)
class QueueState:
    """A queue: jobs that wait, run and failed, and since when the oldest waits."""

    name: str
    waiting: int
    running: int
    failed: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class WorkerState:
    """A worker process as it last reported; `job` is the name of the function it runs."""

    name: str
    host: str
    pid: str
    state: str
    job_id: str | None
    job: str | None
    started_at: datetime | None
    heartbeat_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        """Whether it has not reported for longer than a live worker can take."""
        limit_s = BUSY_LATE_AFTER_S if self.state == "busy" else LATE_AFTER_S
        beat = self.heartbeat_at
        return beat is None or (now - beat).total_seconds() > limit_s


@dataclass(frozen=True)
class SchedulerState:
    """A scheduler that stands for election."""

    name: str
    host: str
    pid: str
    heartbeat_at: datetime
    is_elected: bool


@dataclass(frozen=True)
class Workforce:
    """All of it at one moment."""

    queues: tuple[QueueState, ...]
    workers: tuple[WorkerState, ...]
    schedulers: tuple[SchedulerState, ...]
    redis_bytes: int

    @property
    def failed(self) -> int:
        """Failed jobs on all queues."""
        return sum(q.failed for q in self.queues)

    @property
    def has_scheduler(self) -> bool:
        """Whether one of the schedulers is elected."""
        return any(s.is_elected for s in self.schedulers)

    def on_time(self, now: datetime) -> list[WorkerState]:
        """Workers that reported lately."""
        return [w for w in self.workers if not w.is_late(now)]

    def late(self, now: datetime) -> list[WorkerState]:
        """Workers that should have reported and did not."""
        return [w for w in self.workers if w.is_late(now)]


@dataclass(frozen=True)
class FailedJob:
    """A job that failed: what it called, when, and why."""

    id: str
    queue: str
    name: str
    call: str
    failed_at: datetime | None
    traceback: str


def impatient_redis() -> Redis:
    """A Redis connection for pages and health checks: it gives up within a second."""
    kept = current_app.extensions
    if "impatient_redis" not in kept:
        # One retry, because the connection may be from before a restart of Redis.
        kept["impatient_redis"] = Redis.from_url(
            kept["settings"].broker_url,
            socket_timeout=PATIENCE_S / 2,
            socket_connect_timeout=PATIENCE_S / 2,
            retry=Retry(NoBackoff(), 1),
        )
    connection: Redis = kept["impatient_redis"]
    return connection


def workforce(redis: Redis) -> Workforce:
    """The state of queues, workers and schedulers; raises `RedisError` when Redis is away."""
    with redis.pipeline(transaction=False) as pipeline:
        for name in QUEUES:
            pipeline.llen(f"rq:queue:{name}")
            pipeline.lrange(f"rq:queue:{name}", 0, HEADS - 1)
            pipeline.zcard(StartedJobRegistry(name, redis).key)
            pipeline.zcard(FailedJobRegistry(name, redis).key)
        pipeline.smembers(REDIS_WORKER_KEYS)
        pipeline.zrange(get_registry_key(), 0, -1, withscores=True)
        pipeline.get(LOCK)
        pipeline.info("memory")
        *counts, members, candidates, elected, memory = pipeline.execute()
    keys = sorted(key.decode() for key in members)
    by_queue = [counts[4 * n : 4 * n + 4] for n in range(len(QUEUES))]
    heads = [[job_id.decode() for job_id in found[1]] for found in by_queue]
    enqueued, workers, hosts = _details(redis, heads, keys, [name for name, _ in candidates])
    return Workforce(
        tuple(
            QueueState(name, found[0], found[2], found[3], _oldest(enqueued, head))
            for name, found, head in zip(QUEUES, by_queue, heads, strict=True)
        ),
        tuple(_named(redis, zip(keys, workers, strict=True))),
        tuple(
            _candidate(found, host, elected) for found, host in zip(candidates, hosts, strict=True)
        ),
        int(memory["used_memory"]),
    )


def failed_jobs(redis: Redis, *, offset: int, limit: int) -> tuple[list[FailedJob], int]:
    """Failed jobs of all queues, newest first, and how many there are."""
    with redis.pipeline(transaction=False) as pipeline:
        for name in QUEUES:
            key = FailedJobRegistry(name, redis).key
            pipeline.zcard(key)
            pipeline.zrange(key, 0, offset + limit - 1, desc=True, withscores=True)
        found = pipeline.execute()
    ranked = [
        (score, job_id.decode(), name)
        for name, entries in zip(QUEUES, found[1::2], strict=True)
        for job_id, score in entries
    ]
    wanted = [(job_id, name) for _, job_id, name in sorted(ranked, reverse=True)]
    return explained(redis, wanted[offset : offset + limit]), sum(found[0::2])


def failed_since(redis: Redis, moment: datetime) -> tuple[int, datetime | None]:
    """How many jobs have failed since then, and when the first of them did; one round trip."""
    # RQ files a failed job under the second it will be forgotten.
    lowest = moment.timestamp() + FAILURE_TTL_S
    with redis.pipeline(transaction=False) as pipeline:
        for name in QUEUES:
            key = FailedJobRegistry(name, redis).key
            pipeline.zcount(key, lowest, "+inf")
            pipeline.zrangebyscore(key, lowest, "+inf", start=0, num=1, withscores=True)
        found = pipeline.execute()
    firsts = [score - FAILURE_TTL_S for entries in found[1::2] for _, score in entries]
    return sum(found[0::2]), datetime.fromtimestamp(min(firsts), UTC) if firsts else None


def failed_version(redis: Redis) -> str:
    """Changes whenever a job fails, is retried or deleted; one round trip."""
    with redis.pipeline(transaction=False) as pipeline:
        for name in QUEUES:
            key = FailedJobRegistry(name, redis).key
            pipeline.zcard(key)
            pipeline.zrange(key, 0, 0, desc=True)
        return "-".join(str(part) for part in pipeline.execute())


def _details(
    redis: Redis, heads: list[list[str]], keys: list[str], candidates: Sequence[bytes]
) -> tuple[dict[str, Any], list[Any], list[Any]]:
    with redis.pipeline(transaction=False) as pipeline:
        ids = [job_id for head in heads for job_id in head]
        for job_id in ids:
            pipeline.hget(Job.key_for(job_id), "enqueued_at")
        for key in keys:
            pipeline.hgetall(key)
        for name in candidates:
            pipeline.hmget(f"rq:cron_scheduler:{name.decode()}", "hostname", "pid")
        found = pipeline.execute()
    enqueued = dict(zip(ids, found, strict=False))
    return enqueued, found[len(ids) : len(ids) + len(keys)], found[len(ids) + len(keys) :]


def _oldest(enqueued: Mapping[str, bytes | None], head: list[str]) -> datetime | None:
    return next((_moment(at) for job_id in head if (at := enqueued[job_id])), None)


def _named(redis: Redis, found: Any) -> list[WorkerState]:
    """The workers that still have a record, with the names of the jobs they run."""
    records = [(key, record) for key, record in found if record]
    running = [record.get(b"current_job") for _, record in records]
    with redis.pipeline(transaction=False) as pipeline:
        for job_id in running:
            pipeline.hget(Job.key_for(_text(job_id)), "description")
        calls = pipeline.execute()
    return [_worker(key, record, call) for (key, record), call in zip(records, calls, strict=True)]


def _worker(key: str, record: Mapping[bytes, bytes], call: bytes | None) -> WorkerState:
    return WorkerState(
        name=key.removeprefix("rq:worker:"),
        host=_text(record.get(b"hostname")),
        pid=_text(record.get(b"pid")),
        state=_text(record.get(b"state")) or "started",
        job_id=_text(record.get(b"current_job")) or None,
        job=function_name(_text(call)) or None,
        started_at=_moment(record.get(b"birth")),
        heartbeat_at=_moment(record.get(b"last_heartbeat")),
    )


def _candidate(found: tuple[bytes, float], host: Any, elected: bytes | None) -> SchedulerState:
    name, seen = found
    at = datetime.fromtimestamp(seen, UTC)
    return SchedulerState(name.decode(), _text(host[0]), _text(host[1]), at, name == elected)


def explained(redis: Redis, wanted: list[tuple[str, str]]) -> list[FailedJob]:
    """What each of these failed jobs, by id and queue, called, and why it failed."""
    with redis.pipeline(transaction=False) as pipeline:
        for job_id, _ in wanted:
            pipeline.hmget(Job.key_for(job_id), "description", "ended_at")
            pipeline.xrevrange(f"rq:results:{job_id}", count=1)
        found = pipeline.execute()
    return [
        _failure(redis, job_id, name, record, results)
        for (job_id, name), record, results in zip(wanted, found[0::2], found[1::2], strict=True)
    ]


def _failure(redis: Redis, job_id: str, queue: str, record: Any, results: Any) -> FailedJob:
    call, at, why = _text(record[0]), _moment(record[1]), ""
    for result_id, payload in results:
        result = Result.restore(job_id, result_id.decode(), payload, connection=redis)
        at, why = result.created_at, _explained(result.exc_string or "")
    return FailedJob(job_id, queue, function_name(call) or job_id, call, at, why)


def _explained(why: str) -> str:
    """RQ's own note on a job whose worker died, in words; anything else as it is."""
    return ABANDONED if "AbandonedJobError" in why and why.startswith("Moved to") else why


def function_name(call: str) -> str:
    """The function's own name in a call such as `package.module.name(1, 2)`."""
    return call.split("(", 1)[0].rsplit(".", 1)[-1]


def _text(value: bytes | None) -> str:
    return value.decode() if value else ""


def _moment(value: bytes | None) -> datetime | None:
    return utcparse(value.decode()) if value else None
