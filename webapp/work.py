"""The worker pool: RQ workers, the resident worker that reads this host and judges, and one
candidate for scheduler, kept alive by RQ's WorkerPool.
"""

import argparse
import gc
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from flask import Flask
from redis import Redis, RedisError
from rq.worker_pool import ForkProcess, WorkerPool
from sqlalchemy.orm import configure_mappers

from webapp import schedule
from webapp.alerts.jobs import deliver_beside, raise_beside
from webapp.app import create_app
from webapp.config import Settings
from webapp.core.db import dispose_engines
from webapp.core.queue import QUEUES, die_with_parent, worker_class
from webapp.core.resident import reside
from webapp.core.timetable import ElectedScheduler
from webapp.issues.jobs import judge_beside
from webapp.metrics.collector import TIMEOUT_S, collect_metrics

Beside = dict[str, tuple[Callable[..., None], tuple[Any, ...]]]  # what to call, with what
SCHEDULER, RESIDENT = "scheduler", "resident"
BESIDE = (judge_beside, raise_beside, deliver_beside)
PATIENCE_S, PAUSE_S = 3.0, 0.02  # for a Redis that starts beside us
GARBAGE = 20_000  # objects more, and it is collected: a batch of checks at a time
log = structlog.get_logger(__name__)


class Pool(WorkerPool):
    """RQ's pool that also keeps a resident and, unless told not to, a candidate for scheduler."""

    def __init__(self, app: Flask, *, with_scheduler: bool) -> None:
        settings: Settings = app.extensions["settings"]
        super().__init__(
            QUEUES,
            connection=app.extensions["redis"],
            num_workers=settings.workers + 1 + with_scheduler,
            worker_class=worker_class(app),
        )
        self.beside: Beside = {RESIDENT: (run_resident, (app, os.getpid()))}
        if with_scheduler:
            self.beside[SCHEDULER] = (run_scheduler, (settings, os.getpid()))

    def get_worker_process(self, name: str, *arguments: Any, **options: Any) -> Any:
        """The scheduler or the resident when one of them is missing, else a worker."""
        running = {data.process.name for data in self.worker_dict.values()}
        for missing in self.beside.keys() - running:
            target, given = self.beside[missing]
            return ForkProcess(target=target, args=given, name=missing)
        return super().get_worker_process(name, *arguments, **options)


def run_resident(app: Flask, pool: int) -> None:
    """Read this host's metrics, as an RQ worker of its own, and judge; ends with its pool."""
    settings: Settings = app.extensions["settings"]
    level = _level(settings)
    reside(app, collect_metrics, settings.own_host, TIMEOUT_S, pool, level, BESIDE)


def run_scheduler(settings: Settings, pool: int) -> None:
    """Stand for election and, while elected, enqueue the timetable; ends with its pool."""
    die_with_parent(signal.SIGTERM, pool)
    redis = Redis.from_url(settings.broker_url, socket_timeout=5, socket_connect_timeout=2)
    try:
        ElectedScheduler(redis, schedule.every(settings)).start()  # type: ignore[no-untyped-call]
    except RedisError as error:
        log.warning("the scheduler lost Redis and starts again", why=str(error))
        raise SystemExit(1) from error


def main(arguments: Sequence[str]) -> None:
    """Run the pool until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="worker.py", description=__doc__)
    parser.add_argument("--no-scheduler", action="store_true", help="never stand for election")
    options = parser.parse_args(arguments)
    run(create_app(), with_scheduler=not options.no_scheduler)


def run(app: Flask, *, with_scheduler: bool) -> None:
    """Be the pool until SIGTERM or SIGINT."""
    configure_mappers()
    dispose_engines(app)
    # What is loaded now is for good: the collector leaves it alone, and its pages stay shared.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    settings: Settings = app.extensions["settings"]
    await_redis(app.extensions["redis"])
    pool = Pool(app, with_scheduler=with_scheduler)
    pool.start(logging_level=_level(settings))


def await_redis(redis: Redis, patience_s: float = PATIENCE_S) -> None:
    """Let a Redis that starts at the same moment come up; the workers cope with one that is away.

    Without it each of them fails once and says so.
    """
    give_up_at = time.monotonic() + patience_s
    while time.monotonic() < give_up_at:
        try:
            redis.ping()
        except RedisError:
            time.sleep(PAUSE_S)
        else:
            return


def _level(settings: Settings) -> str:
    """RQ tells every job at INFO; what an operator needs of it is on the health page."""
    return "WARNING" if settings.log_level == "INFO" else settings.log_level
