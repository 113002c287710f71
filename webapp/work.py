"""The worker pool: RQ workers and one candidate for scheduler, kept alive by RQ's WorkerPool."""

import argparse
import gc
import os
import signal
from collections.abc import Sequence
from typing import Any

import structlog
from flask import Flask
from redis import Redis, RedisError
from rq.worker_pool import ForkProcess, WorkerPool
from sqlalchemy.orm import configure_mappers

from webapp import schedule
from webapp.app import create_app
from webapp.config import Settings
from webapp.core.db import dispose_engines
from webapp.core.queue import QUEUES, die_with_parent, worker_class
from webapp.core.timetable import ElectedScheduler

SCHEDULER = "scheduler"
GARBAGE = 20_000  # objects more, and it is collected: a batch of checks at a time
log = structlog.get_logger(__name__)


class Pool(WorkerPool):
    """RQ's pool in which one of the kept processes is the scheduler's candidate."""

    def __init__(self, app: Flask, *, with_scheduler: bool) -> None:
        settings: Settings = app.extensions["settings"]
        super().__init__(
            QUEUES,
            connection=app.extensions["redis"],
            num_workers=settings.workers + with_scheduler,
            worker_class=worker_class(app),
        )
        self.settings = settings
        self.with_scheduler = with_scheduler

    def get_worker_process(self, name: str, *arguments: Any, **options: Any) -> Any:
        """A worker, or the scheduler when that is the one missing."""
        if self.with_scheduler and not self._has_scheduler():
            return ForkProcess(
                target=run_scheduler, args=(self.settings, os.getpid()), name=SCHEDULER
            )
        return super().get_worker_process(name, *arguments, **options)

    def _has_scheduler(self) -> bool:
        return any(data.process.name == SCHEDULER for data in self.worker_dict.values())


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
    app = create_app()
    configure_mappers()
    dispose_engines(app)
    # What is loaded now is for good: the collector leaves it alone, and its pages stay shared.
    gc.freeze()
    gc.set_threshold(GARBAGE)
    settings: Settings = app.extensions["settings"]
    pool = Pool(app, with_scheduler=not options.no_scheduler)
    # RQ tells every job at INFO; what an operator needs of it is on the health page.
    level = "WARNING" if settings.log_level == "INFO" else settings.log_level
    pool.start(logging_level=level)
