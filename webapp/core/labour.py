"""Jobs done, counted in Redis: how often each succeeded and failed, how long it waited and ran."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from redis import Redis, RedisError
from rq import Worker
from rq.job import Job

from webapp.client.tally import COUNT, Key, Tally, Timing
from webapp.core import counted, nudges

TASKS = "task_count"
JOB_FAILED = "jobs"  # the bell
RUNS, WAIT, RUN = "jobs_run", "job_wait", "job_run"
log = structlog.get_logger(__name__)


class CountingWorker(Worker):
    """A worker that counts the jobs it ends, those whose process was killed among the failures."""

    def handle_job_success(self, job: Job, *arguments: Any, **options: Any) -> None:
        """What RQ does, and a success more."""
        super().handle_job_success(job, *arguments, **options)
        note_job(self.connection, job, succeeded=True)

    def handle_job_failure(self, job: Job, *arguments: Any, **options: Any) -> None:
        """What RQ does, and a failure more."""
        super().handle_job_failure(job, *arguments, **options)
        note_job(self.connection, job, succeeded=False)
        note_failure(self.connection)


def note_job(redis: Redis, job: Job, *, succeeded: bool) -> None:
    """Count a job that ended; a Redis that is away loses the count and nothing else."""
    try:
        counted.add(redis, uuid4().hex, tally_of(job, succeeded=succeeded))
    except RedisError as error:
        log.warning("a job was not counted", job=job.id, why=str(error))


def note_failure(redis: Redis) -> None:
    """Wake whoever tells people of failed jobs."""
    try:
        nudges.ring_at(redis, JOB_FAILED)
    except RedisError as error:
        log.warning("a failed job is told a moment later", why=str(error))


def tally_of(job: Job, *, succeeded: bool) -> Tally:
    """One run of `job`, with the milliseconds it waited and ran as far as they are known."""
    name = ("job", (job.func_name or "unknown").rsplit(".", 1)[-1])
    outcome = ("outcome", "success" if succeeded else "failure")
    tally = Tally(counts={Key(TASKS, RUNS, COUNT, (name, outcome)): 1})
    spans = {WAIT: (job.enqueued_at, job.started_at), RUN: (job.started_at, job.ended_at)}
    for what, (began, ended) in spans.items():
        if began is not None and ended is not None:
            timing = tally.timings[Key(TASKS, what, "ms", (name,))] = Timing()
            timing.add(_ms_between(began, ended))
    return tally


def _ms_between(began: datetime, ended: datetime) -> float:
    return (ended - began).total_seconds() * 1000
