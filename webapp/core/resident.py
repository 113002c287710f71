"""The RQ worker of one host: it runs one standing job, in this process, and no other.

A job that may be taken on any host cannot read this one, and to fork for what is done every second
costs several times the deed. So each pool has a resident, on a queue that carries its host's name.
While it waits it sees to it that a run of its job is sent, so that neither a wiped Redis nor a
missing scheduler stops it. What is to be done at every moment, and need not be done on each host,
it does in threads beside.
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from flask import Flask
from redis import Redis
from rq import Queue, SimpleWorker
from rq.job import Job

from webapp.config import Settings
from webapp.core import queue, standing
from webapp.core.db import dispose_engines

WAIT_S = 3  # longest pause between two looks whether the job is there
PATIENCE_S = 2
LEAVE_S = 3  # for a thread to end what it does; one that hangs is left behind
Beside = Callable[[Flask], None]


def queue_of(host: str) -> str:
    """The queue of the jobs that only this host can do."""
    return f"host:{host}"


class Resident(SimpleWorker):
    """Runs `function(host)` again and again; it ends with its pool."""

    max_connection_wait_time = 2.0

    def __init__(
        self, app: Flask, redis: Redis, function: Callable[..., Any], host: str, timeout_s: int
    ) -> None:
        super().__init__([queue_of(host)], connection=redis, worker_ttl=queue.WORKER_TTL_S)
        self.app, self.function, self.host, self.timeout_s = app, function, host, timeout_s
        self.log_result_lifespan = False
        self.log_job_description = False

    @property
    def dequeue_timeout(self) -> int:
        """Seconds to wait for a job before the next look."""
        return WAIT_S

    def heartbeat(self, *arguments: Any, **options: Any) -> None:
        """Show life, which RQ does before each wait, and send a run if none is there."""
        super().heartbeat(*arguments, **options)
        if standing.is_vacant(self.connection, self.function, self.host):
            standing.send(
                self.connection, self.function, self.host, queue_of(self.host), self.timeout_s
            )

    def perform_job(self, job: Job, queue: Queue) -> bool:
        """Run the job in the application's context."""
        with self.app.app_context():
            return super().perform_job(job, queue)

    def handle_warm_shutdown_request(self) -> None:
        """Ask the job to end."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        queue.stop()


def reside(
    app: Flask,
    function: Callable[..., Any],
    host: str,
    timeout_s: int,
    pool: int,
    level: str,
    beside: Sequence[Beside] = (),
) -> None:
    """Be this host's resident until SIGTERM or SIGINT; ends with its pool.

    Each of `beside` runs in a thread until `queue.is_stopping()`.
    """
    queue.die_with_parent(signal.SIGTERM, pool)
    dispose_engines(app)
    settings: Settings = app.extensions["settings"]
    redis = Redis.from_url(settings.broker_url, socket_connect_timeout=PATIENCE_S)
    app.extensions["redis"] = Redis.from_url(
        settings.broker_url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    )
    with redis, _running(app, beside):
        Resident(app, redis, function, host, timeout_s).work(logging_level=level)


@contextmanager
def _running(app: Flask, beside: Sequence[Beside]) -> Iterator[None]:
    threads = [Thread(target=each, args=(app,), daemon=True) for each in beside]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        queue.stop()
        for thread in threads:
            thread.join(LEAVE_S)
