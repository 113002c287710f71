"""Failed jobs of RQ, told once each: as they fail, and those whose process was killed afterwards.

Nothing of RQ is imported: a worker, a queue and a job are handed in. That a failure was told is
written into the job's own hash, with the moment the job was enqueued: so it is known as long as
the job, to everybody, and a job that is requeued and fails again is told again.
"""

import functools
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from .occurrence import message_of, name_of, traceback_of
from .reporting import Reporter

TOLD = "watchkeeper_told"
LEASE_S = 60
NEWEST = 1000  # of each registry that a sweep looks at
WITHIN_S = 86_400.0
PATIENCE_S = 2.0
NOT_OVER = ("queued", "scheduled", "deferred")
STOPPED = "stopped"
# Only a job that is still there is marked: Redis would make a hash of nothing else.
MARK = (
    "if redis.call('exists', KEYS[1]) == 1 then redis.call('hset', KEYS[1], ARGV[1], ARGV[2]) end"
)
ENDINGS = (
    ("Work-horse terminated unexpectedly", "Job killed"),
    ("Moved to FailedJobRegistry", "Job abandoned"),
)
TRACE = "Traceback (most recent call last):"
RAISED = re.compile(r"^(?:[\w.]+\.)?(\w+)(?:: (.*))?$")
log = logging.getLogger("watchkeeper.client")

Handler = Callable[..., bool]


def watch_worker(worker: Any, reporter: Reporter, *, every_s: float = 60.0) -> None:
    """Tell the jobs that fail in `worker`, and sweep its queues for those that were killed.

    Call it before `worker.work()`. What jobs reported is sent before their process ends.
    """
    worker.push_exc_handler(exception_handler(reporter))
    perform = worker.perform_job

    @functools.wraps(perform)
    def perform_and_flush(*args: Any, **kwargs: Any) -> Any:
        try:
            return perform(*args, **kwargs)
        finally:
            reporter.flush(within_s=PATIENCE_S)

    worker.perform_job = perform_and_flush
    sweeping = threading.Thread(
        target=_keep_sweeping, args=(reporter, worker.queues, every_s), daemon=True
    )
    sweeping.start()


def exception_handler(reporter: Reporter) -> Handler:
    """For `Worker(exception_handlers=[...])`: tells a job that has finally failed.

    Where the server is away it leaves the job to the next sweep.
    """

    def handle(job: Any, _kind: Any, error: BaseException, _trace: Any) -> bool:
        try:
            if _has_finally_failed(job):
                _tell_once(job, lambda: _has_arrived(job, error, reporter))
        except Exception:
            log.warning("a failed job could not be told", exc_info=True)
        return True

    return handle


def sweep_failed_jobs(
    reporter: Reporter, queues: Iterable[Any], *, within_s: float = WITHIN_S
) -> int:
    """Tell the failed jobs of `queues` that nobody told, of the last `within_s`; say how many.

    May run anywhere and any number of times, also at once.
    """
    since = datetime.now(UTC) - timedelta(seconds=within_s)
    told = 0
    for queue in queues:
        for job in _untold(queue):
            fields = _as_stored(job)
            if fields["at"] >= since and job.get_status(refresh=False) != STOPPED:
                told += _tell_once(job, functools.partial(reporter.send_now, **fields))
    return told


def _keep_sweeping(reporter: Reporter, queues: Iterable[Any], every_s: float) -> None:
    while True:
        time.sleep(every_s)
        try:
            sweep_failed_jobs(reporter, queues)
        except Exception as error:  # Redis is away: it is asked again
            log.warning("failed jobs cannot be swept (%s: %s)", type(error).__name__, error)


def _untold(queue: Any) -> Iterator[Any]:
    """The newest failed jobs of a queue whose last failure was not told."""
    redis, registry = queue.connection, queue.failed_job_registry
    ids = [_word(id) for id in redis.zrevrange(registry.key, 0, NEWEST - 1)]
    with redis.pipeline(transaction=False) as pipeline:
        for id in ids:
            pipeline.hmget(queue.job_class.key_for(id), TOLD, "enqueued_at")
        marks = pipeline.execute()
    for id, (told, enqueued_at) in zip(ids, marks, strict=True):
        if told is None or told != enqueued_at:
            job = queue.fetch_job(id)
            if job is not None:
                yield job


def _has_finally_failed(job: Any) -> bool:
    """Whether RQ will not try it again; older ones have already put it back when they tell."""
    return not (job.retries_left or 0) > 0 and job.get_status(refresh=True) not in NOT_OVER


def _has_arrived(job: Any, error: BaseException, reporter: Reporter) -> bool:
    """Tell what a job raised; where the job told it itself, see that it arrives."""
    if not reporter.claim(error):
        return reporter.flush(within_s=PATIENCE_S)
    return reporter.send_now(**_raised(job, error), within_s=PATIENCE_S)


def _tell_once(job: Any, tell: Callable[[], bool]) -> bool:
    """Tell it unless somebody did or is at it; whether the server has it from us."""
    redis, lease = job.connection, f"watchkeeper:telling:{job.id}"
    if not redis.set(lease, 1, nx=True, ex=LEASE_S):
        return False
    try:
        enqueued_at = redis.hget(job.key, "enqueued_at")
        if redis.hget(job.key, TOLD) == (enqueued_at or b""):
            return False
        has_it = tell()
        if has_it:
            redis.eval(MARK, 1, job.key, TOLD, enqueued_at or b"")
        return has_it
    finally:
        redis.delete(lease)


def _raised(job: Any, error: BaseException) -> dict[str, Any]:
    """What is told of a job that has just raised."""
    name, message = name_of(error), message_of(error)
    if name == "AbandonedJobError":
        name, message = "Job abandoned", "The worker that ran it is gone."
    told = {"error_message": message, "name": name, "traceback": traceback_of(error)}
    return _of(job) | told | {"at": datetime.now(UTC)}


def _as_stored(job: Any) -> dict[str, Any]:
    """What is told of a job that failed some time ago, as far as RQ kept it."""
    result = job.latest_result()
    stored = str(getattr(result, "exc_string", None) or "").strip()
    return _of(job) | {"at": _moment(job, result)} | _of_text(stored)


def _of_text(stored: str) -> dict[str, Any]:
    if TRACE in stored:
        lines = stored.rsplit(TRACE, 1)[1].strip("\n").split("\n")
        found = next((match for line in lines if (match := RAISED.match(line))), None)
        name, said = (found[1], found[2]) if found else ("Job failed", None)
        return {"name": name, "error_message": said or name, "traceback": stored}
    name = next((name for begin, name in ENDINGS if stored.startswith(begin)), "Job failed")
    return {"name": name, "error_message": stored or "It was tried as often as it may be."}


def _of(job: Any) -> dict[str, Any]:
    """What is told of any job; the arguments of one that cannot be read are left out."""
    context = {"job": job.id, "queue": job.origin, "worker": job.worker_name}
    try:
        task = job.func_name
        context |= {"arguments": job.args, "named_arguments": job.kwargs}
    except Exception:
        task = "unreadable job"
    origin = f"rq:{job.id}:{job.enqueued_at}"
    return {"task": task or "unknown job", "context": {"rq": context}, "origin": origin}


def _moment(job: Any, result: Any) -> datetime:
    """When it failed, as far as that is known."""
    known = getattr(result, "created_at", None), job.ended_at, job.started_at, job.enqueued_at
    at: datetime = next(filter(None, known), datetime.now(UTC))
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _word(given: Any) -> str:
    return given.decode() if isinstance(given, bytes) else str(given)
