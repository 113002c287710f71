"""RQ's cron scheduler, elected: of any number of candidates exactly one enqueues.

The elected one holds a Redis lock for `LEASE_S` and renews it every `TURN_S`; when it dies,
another candidate has the lock within `LEASE_S + TURN_S`. A job's id carries its slot in time, so
that two schedulers, should they ever overlap, still enqueue it once.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import LockError
from redis.lock import Lock
from rq import Queue
from rq.cron import CronJob, CronScheduler
from rq.exceptions import DuplicateJobError
from rq.job import Job

from webapp.core import standing
from webapp.core.queue import FAILURE_TTL_S, JOB_TIMEOUT_S

LOCK = "watchkeeper:scheduler"
LEASE_S = 8
TURN_S = 2


@dataclass(frozen=True)
class Periodic:
    """A job of the timetable: the function, its queue, its period and its longest run in seconds.

    A run that no worker has begun within two periods is dropped: the next one stands for it. With
    `places`, so many runs are always there (`core.standing`), and the period is how often vacant
    places are looked for.
    """

    function: Callable[..., Any]
    queue: str
    every_s: int
    timeout_s: int = JOB_TIMEOUT_S
    places: int = 0

    @property
    def name(self) -> str:
        """The function's name, the job's name everywhere."""
        return self.function.__name__


class SlottedJob(CronJob):
    """A cron job whose id is its name and slot, so that a slot is enqueued once."""

    def enqueue(self, connection: Redis) -> Job | None:  # type: ignore[override]
        """Enqueue this slot's run unless it is there already."""
        assert self.interval is not None
        assert self.func is not None
        slot = int(time.time() // self.interval)
        try:
            return Queue(self.queue_name, connection=connection).enqueue_call(
                self.func,
                timeout=self.job_options["job_timeout"],
                ttl=max(2 * self.interval, 10),
                result_ttl=self.interval,
                failure_ttl=FAILURE_TTL_S,
                job_id=f"{self.func.__name__}-{self.interval}-{slot}",
                unique=True,
            )
        except DuplicateJobError:
            return None


class StandingJob(CronJob):
    """A job of which one run is always there, in the place of that number."""

    def __init__(self, *, number: int, **options: Any) -> None:
        super().__init__(**options)
        self.number = number

    def enqueue(self, connection: Redis) -> Job | None:  # type: ignore[override]
        """Send a run if the place is vacant."""
        assert self.func is not None
        if not standing.is_vacant(connection, self.func, self.number):
            return None
        timeout_s = self.job_options["job_timeout"]
        return standing.send(connection, self.func, self.number, self.queue_name, timeout_s)


def cron_jobs(periodic: Periodic) -> list[CronJob]:
    """What RQ's scheduler has to do for one line of the timetable."""
    options: dict[str, Any] = {
        "queue_name": periodic.queue,
        "func": periodic.function,
        "name": periodic.name,
        "interval": periodic.every_s,
        "job_timeout": periodic.timeout_s,
    }
    if not periodic.places:
        return [SlottedJob(**options)]
    return [StandingJob(number=number, **options) for number in range(periodic.places)]


class ElectedScheduler(CronScheduler):
    """RQ's cron scheduler that enqueues only while it holds the lock."""

    def __init__(self, connection: Redis, every: Sequence[Periodic]) -> None:
        super().__init__(connection, logging_level="WARNING")
        self._cron_jobs = [job for periodic in every for job in cron_jobs(periodic)]
        self.lock = Lock(connection, LOCK, timeout=LEASE_S, thread_local=False)

    def is_elected(self) -> bool:
        """Renew the lock if it is ours, else try to take it; say whether it is ours."""
        try:
            if self.lock.local.token is not None:
                return bool(self.lock.reacquire())
        except LockError:
            self.log.warning("the scheduler's lock was lost")
        taken = bool(self.lock.acquire(blocking=False, token=self.name))
        if not taken:
            self.lock.local.token = None
        return taken

    def enqueue_jobs(self) -> list[CronJob]:
        """Enqueue what is due, if elected."""
        return super().enqueue_jobs() if self.is_elected() else []

    def calculate_sleep_interval(self) -> float:
        """Seconds until the next job or the next renewal of the lock, whichever is sooner."""
        return min(super().calculate_sleep_interval() or TURN_S, TURN_S)

    def register_death(self, pipeline: Any = None) -> None:
        """Leave the registry and give the lock back, so that a successor need not wait."""
        if self.lock.local.token is not None:
            try:
                self.lock.release()
            except LockError:
                self.log.info("the scheduler's lock had already passed on")
        super().register_death(pipeline)


def elected_name(connection: Redis) -> str | None:
    """Name of the scheduler that holds the lock, None when nobody does."""
    name = connection.get(LOCK)
    return name.decode() if isinstance(name, bytes) else None
