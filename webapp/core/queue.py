"""Jobs: enqueued when the database commit has happened, never when it has not.

`enqueue` writes the job down in the session. It leaves for Redis after the outermost commit; a
rollback, also of the savepoint it was enqueued in, forgets it. A job is only a nudge: when Redis
cannot be reached the row that asked for it remains, and the timetable finds it.
"""

import ctypes
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, current_app
from redis import Redis, RedisError
from rq import Queue, Worker
from rq.exceptions import DuplicateJobError
from rq.job import Job
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from webapp.config import Settings
from webapp.core.db import db, dispose_engines
from webapp.core.labour import CountingWorker

QUEUES = ("fast", "default", "checks", "slow")
WORKER_TTL_S = 30  # an idle worker shows life every 15 s, 15 s before this
JOB_TIMEOUT_S = 60
FAILURE_TTL_S = 7 * 86_400
RESULT_TTL_S = 60
PR_SET_PDEATHSIG = 1
OUTBOX = "watchkeeper.outbox"

_stop = threading.Event()
log = structlog.get_logger(__name__)

JobFunction = Callable[..., Any]


@dataclass(frozen=True)
class Nudge:
    """A job that waits for its commit; `transaction` is the (nested) one it was enqueued in."""

    function: JobFunction
    arguments: tuple[Any, ...]
    queue: str
    job_id: str | None
    timeout_s: int
    transaction: SessionTransaction | None = None


def init_app(
    app: Flask, settings: Settings, after: Mapping[JobFunction, Sequence[JobFunction]]
) -> None:
    """Connect `app` to Redis; `after` says which jobs a finished job nudges."""
    app.extensions["redis"] = Redis.from_url(
        settings.broker_url, socket_connect_timeout=2, health_check_interval=30
    )
    app.extensions["after"] = after


def connection() -> Redis:
    """The app's Redis connection (bytes in, bytes out)."""
    redis: Redis = current_app.extensions["redis"]
    return redis


def queue(name: str) -> Queue:
    """The RQ queue of that name, one of `QUEUES`."""
    if name not in QUEUES:
        raise ValueError(f"{name!r} is not one of the queues {', '.join(QUEUES)}")
    return Queue(name, connection=connection(), default_timeout=JOB_TIMEOUT_S)


def enqueue(
    function: JobFunction,
    *arguments: Any,
    queue: str = "default",
    job_id: str | None = None,
    timeout_s: int = JOB_TIMEOUT_S,
) -> None:
    """Run `function(*arguments)` in a worker once the current transaction has committed.

    With `job_id` a job of the same id that still waits, runs or keeps its result is not doubled.
    """
    session = db.session()
    transaction = session.get_nested_transaction() or session.get_transaction() or session.begin()
    nudge = Nudge(function, arguments, queue, job_id, timeout_s, transaction)
    session.info.setdefault(OUTBOX, []).append(nudge)


@event.listens_for(Session, "after_commit")
def _send_outbox(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for nudge in session.info.pop(OUTBOX, []):
        _send_or_leave(nudge)


def _send_or_leave(nudge: Nudge) -> None:
    try:
        send(nudge)
    except RedisError as error:
        log.warning("job not sent, the timetable will", job=nudge.function.__name__, why=str(error))


@event.listens_for(Session, "after_soft_rollback")
def _forget_outbox(session: Session, rolled_back: SessionTransaction) -> None:
    kept = [n for n in session.info.get(OUTBOX, []) if not _within(n.transaction, rolled_back)]
    session.info[OUTBOX] = kept


def _within(transaction: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while transaction is not None:
        if transaction is outer:
            return True
        transaction = transaction.parent
    return False


def send(nudge: Nudge) -> None:
    """Put the job on its queue now; one of the same id that still exists is left as it is."""
    try:
        queue(nudge.queue).enqueue_call(
            nudge.function,
            nudge.arguments,
            timeout=nudge.timeout_s,
            job_id=nudge.job_id,
            unique=nudge.job_id is not None,
            result_ttl=RESULT_TTL_S,
            failure_ttl=FAILURE_TTL_S,
        )
    except DuplicateJobError:
        log.debug("job is already there", job_id=nudge.job_id)


def waiting_elsewhere(own: str) -> bool:
    """Whether a job waits in a queue other than `own`: a long job asks, to make room."""
    with connection().pipeline(transaction=False) as pipeline:
        for name in QUEUES:
            if name != own:
                pipeline.llen(f"rq:queue:{name}")
        return any(pipeline.execute())


def worker_class(app: Flask) -> type[Worker]:
    """An RQ worker whose jobs run in `app`'s context; it ends with the process that calls this."""
    pool = os.getpid()

    class AppWorker(CountingWorker):
        """A worker that dies with its pool and whose horse owns its database connections."""

        max_connection_wait_time = 2.0

        def __init__(self, *arguments: Any, **options: Any) -> None:
            options = {"worker_ttl": WORKER_TTL_S, "job_monitoring_interval": 10} | options
            super().__init__(*arguments, **options)
            self.log_result_lifespan = False
            self.log_job_description = False

        def work(self, *arguments: Any, **options: Any) -> bool:
            die_with_parent(signal.SIGTERM, pool)
            # RQ's own scheduler is for delayed jobs and retries, which we keep as rows.
            return super().work(*arguments, **{**options, "with_scheduler": False})

        def main_work_horse(self, *arguments: Any, **options: Any) -> None:
            die_with_parent(signal.SIGKILL, self.pid or 0)
            signal.signal(signal.SIGUSR1, lambda *_: stop())
            dispose_engines(app)
            super().main_work_horse(*arguments, **options)

        def handle_warm_shutdown_request(self) -> None:
            super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
            if self.horse_pid:
                os.kill(self.horse_pid, signal.SIGUSR1)

        def perform_job(self, job: Job, queue: Queue) -> bool:
            with app.app_context():
                succeeded = super().perform_job(job, queue)
                if succeeded:
                    nudge_followers(job.func)
                return succeeded

    return AppWorker


def nudge_followers(done: JobFunction | None) -> None:
    """Send the jobs that follow what has just been done and committed."""
    for function in current_app.extensions["after"].get(done, ()):
        _send_or_leave(Nudge(function, (), "fast", None, JOB_TIMEOUT_S))


def stop() -> None:
    """Ask the job that runs in this process to end."""
    _stop.set()


def is_stopping() -> bool:
    """Whether the worker that runs this job has been asked to stop: a long job asks, and ends."""
    return _stop.is_set()


def die_with_parent(how: signal.Signals, parent: int) -> None:
    """Ask Linux to send `how` to this process when `parent` ends, however it ends."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), how)
