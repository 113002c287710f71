"""Operational issues of our own jobs: each that failed is told once, with its traceback."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from redis import Redis, RedisError
from rq import Queue
from rq.registry import FailedJobRegistry

from webapp.core.queue import FAILURE_TTL_S
from webapp.core.workforce import FailedJob, explained, impatient_redis
from webapp.issues import once
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import Occurrence

MARK = "failed-jobs"
MOST = 1000  # of each queue; more is not kept for long
OLD = timedelta(hours=1)
SERVICE = "watchkeeper"
TRACEBACK = "Traceback (most recent call last)"


def judge_jobs(now: datetime) -> int:
    """Tell of the jobs that have failed since the last look; how many.

    A job that was tried again and failed again is told again. What failed long before anybody
    looked for the first time is no news.
    """
    redis = impatient_redis()
    try:
        there = {_key(*job, at): (job, at) for job, at in _failures(redis).items()}
        if not once.is_known(MARK):
            once.note(MARK, [key for key, (_, at) in there.items() if now - at > OLD])

        def make(keys: Sequence[str]) -> Mapping[str, Occurrence]:
            found = explained(redis, [there[key][0] for key in keys])
            pairs = zip(keys, found, strict=True)
            return {key: occurrence_of(job, there[key][1]) for key, job in pairs}

        return once.tell(MARK, there.keys(), make, now, lasts=False)
    except RedisError:
        return 0  # that Redis is away is told elsewhere


def occurrence_of(job: FailedJob, failed_at: datetime) -> Occurrence:
    """What is told of a job that failed."""
    lines = [line for line in job.traceback.strip().split("\n") if line.strip()]
    return Occurrence(
        IssueKind.OPERATIONAL,
        subject=job.name,
        name=f"{job.name} failed",
        message=lines[-1] if lines else "The job failed without a word.",
        severity=Severity.ERROR,
        at=failed_at,
        service=SERVICE,
        traceback=job.traceback if TRACEBACK in job.traceback else None,
        context={"job": job.id, "queue": job.queue, "call": job.call},
    )


def _failures(redis: Redis) -> dict[tuple[str, str], datetime]:
    """When each failed job, by id and queue, failed; of all queues, also those of one host."""
    names = sorted(str(found.name) for found in Queue.all(connection=redis))
    with redis.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.zrange(FailedJobRegistry(name, redis).key, -MOST, -1, withscores=True)
        found = pipeline.execute()
    # RQ files a failed job under the second it will be forgotten.
    return {
        (job_id.decode(), name): datetime.fromtimestamp(score - FAILURE_TTL_S, UTC)
        for name, entries in zip(names, found, strict=True)
        for job_id, score in entries
    }


def _key(job_id: str, queue: str, failed_at: datetime) -> str:
    return f"{queue}:{job_id}@{failed_at.timestamp():.0f}"
