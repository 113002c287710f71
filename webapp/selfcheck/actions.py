"""Verbs on failed jobs and dead workers."""

from redis import Redis
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry, StartedJobRegistry
from rq.utils import current_timestamp
from rq.worker_registration import clean_worker_registry

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core import queue
from webapp.core.labour import note_job
from webapp.core.problems import Problem
from webapp.core.workforce import BUSY_LATE_AFTER_S, WorkerState, function_name

RQ_PATIENCE_S = 70  # after how many silent seconds RQ itself gives a running job up
FAILED_KEPT = 200
REPORTED_S = 3600


def retry_job(job_id: str) -> None:
    """Put a failed job back on its queue; 404 when it is not there any more."""
    job = _failed_job(job_id)
    _registry(job).requeue(job)
    _note(ActivityType.JOB_RETRIED, job, "was put back on its queue")


def delete_job(job_id: str) -> None:
    """Delete a failed job; 404 when it is not there any more."""
    job = _failed_job(job_id)
    _remove(_registry(job), job.id)
    _note(ActivityType.JOB_DELETED, job, "was deleted")


def delete_failed_jobs() -> int:
    """Delete all failed jobs; say how many."""
    count = sum(_trim(name, kept=0) for name in queue.QUEUES)
    if count:
        activity.record(ActivityType.JOB_DELETED, f"All {count} failed jobs were deleted")
    return count


def give_up_silent_jobs() -> list[str]:
    """Move the jobs of workers that went silent to the failed ones; say which."""
    moved: list[str] = []
    limit = current_timestamp() + RQ_PATIENCE_S - BUSY_LATE_AFTER_S
    for name in queue.QUEUES:
        registry = StartedJobRegistry(queue=queue.queue(name))
        moved += registry.get_expired_job_ids(limit)
        registry.cleanup(limit, [_count_as_failed])
    return moved


def _count_as_failed(job: Job, *_why: object) -> None:
    """As a worker does when it lives to see the end of its job."""
    note_job(queue.connection(), job, succeeded=False)


def report_worker(worker: WorkerState) -> None:
    """Write into the diary that a worker stopped reporting."""
    doing = f" while it ran {worker.job}" if worker.job else ""
    activity.record(
        ActivityType.SYSTEM_WARNING,
        f"A worker on {worker.host} (process {worker.pid}) stopped reporting{doing}",
        details={"worker": worker.name, "job": worker.job_id},
    )


def is_reported(redis: Redis, worker: WorkerState) -> bool:
    """Whether the diary has it already."""
    return bool(redis.exists(_mark(worker)))


def mark_reported(redis: Redis, worker: WorkerState) -> None:
    """Remember, once the diary is committed, that this worker is in it."""
    redis.set(_mark(worker), 1, ex=REPORTED_S)


def tidy_registries() -> None:
    """Forget workers without a record, and failed jobs beyond the newest 200 of each queue."""
    for name in queue.QUEUES:
        clean_worker_registry(queue.queue(name))
        _trim(name, kept=FAILED_KEPT)


def _mark(worker: WorkerState) -> str:
    return f"watchkeeper:reported:{worker.name}"


def _failed_job(job_id: str) -> Job:
    gone = Problem(404, "There is no such failed job: it may have been retried or deleted.")
    try:
        job = Job.fetch(job_id, connection=queue.connection())
    except (NoSuchJobError, InvalidJobOperation) as error:
        raise gone from error
    if job.id not in _registry(job):
        raise gone
    return job


def _registry(job: Job) -> FailedJobRegistry:
    return FailedJobRegistry(job.origin, connection=queue.connection())


def _trim(name: str, kept: int) -> int:
    registry = FailedJobRegistry(queue=queue.queue(name))
    doomed = registry.get_job_ids(0, -1 - kept)
    for job_id in doomed:
        _remove(registry, job_id)
    return len(doomed)


def _remove(registry: FailedJobRegistry, job_id: str) -> None:
    """Delete the job and, which RQ would leave to run out, its traceback."""
    try:
        registry.remove(job_id, delete_job=True)
    except NoSuchJobError:
        registry.remove(job_id)
    queue.connection().delete(f"rq:results:{job_id}")


def _note(type: ActivityType, job: Job, deed: str) -> None:
    name = function_name(job.description or job.id)
    activity.record(type, f"Failed job {name} {deed}", details={"job": job.id, "queue": job.origin})
