"""Edge: the process of each pool that reads its own host at every interval.

It is a process and no job, because a job belongs to whichever worker takes it, on any host, and
because to fork for each reading costs several times what the reading costs. What could not be
stored is kept, up to `KEPT` collections, and stored with the next.
"""

import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from flask import Flask, current_app
from redis import Redis
from sqlalchemy.exc import DBAPIError

from webapp.config import Settings
from webapp.core import clock, queue
from webapp.core.db import db, dispose_engines
from webapp.core.lease import Lease
from webapp.metrics import actions, hosts, ourselves, system
from webapp.metrics.catalogue import SOURCES
from webapp.metrics.collection import Collection, Notebook, collect
from webapp.metrics.readings import sample_of
from webapp.metrics.ticks import next_tick_s, stamp_ms

ROLE = "watchkeeper:collector:{host}"
KEPT = 120
SHORTEST_LEASE_S = 10
log = structlog.get_logger(__name__)


@dataclass
class Collector:
    """The notebook for the next collection, and the collections that wait to be stored."""

    interval_s: float
    notebook: Notebook = field(default_factory=dict)
    waiting: list[tuple[int, Collection]] = field(default_factory=list)

    def collect(self, now: datetime, monotonic_s: float) -> None:
        """Read this host, its database and its Redis, and store the readings at `now`."""
        found = collect(SOURCES, self.notebook, monotonic_s)
        self.notebook = found.notebook
        db.session.rollback()  # what a reader asked is over
        self.waiting = [*self.waiting, (clock.to_ms(now), found)][-KEPT:]
        try:
            _store(self.waiting, self.interval_s, now)
            db.session.commit()
        except DBAPIError as error:
            db.session.rollback()
            log.error("readings wait to be stored", why=str(error.orig), kept=len(self.waiting))
            return
        self.waiting = []
        queue.nudge_followers(collect_metrics)


def _store(waiting: list[tuple[int, Collection]], interval_s: float, now: datetime) -> None:
    host = system.host_name()
    actions.record_samples(
        [sample_of(reading, host, at_ms) for at_ms, found in waiting for reading in found.readings]
    )
    for at_ms, found in waiting:
        hosts.tell_failures(host, found.newly_failing, found.recovered)
        if found.processes is not None:
            hosts.note_processes(host, at_ms, found.processes)
    hosts.note_host(host, interval_s, now, system.booted_at(), system.details())


def collect_metrics() -> None:
    """Read this host once and store the readings; rates need a second time and are left out."""
    settings: Settings = current_app.extensions["settings"]
    Collector(settings.metrics_interval_s).collect(clock.now(), time.monotonic())


def collect_ourselves(now: datetime) -> None:
    """Record Watchkeeper's own metrics, when it is time and no other collector does."""
    try:
        notes = ourselves.record_ourselves(now)
        db.session.commit()
    except DBAPIError as error:
        db.session.rollback()
        log.error("our own metrics wait to be stored", why=str(error.orig))
        return
    if notes is not None:
        notes.committed()


def run_collector(app: Flask, pool: int) -> None:
    """Collect at every interval until SIGTERM or SIGINT; ends with its pool."""
    queue.die_with_parent(signal.SIGTERM, pool)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    dispose_engines(app)
    settings: Settings = app.extensions["settings"]
    collector = Collector(settings.metrics_interval_s)
    patience_s = {"socket_timeout": 2, "socket_connect_timeout": 2}
    with Redis.from_url(settings.broker_url, **patience_s) as redis:
        lease = _lease(redis, collector.interval_s)
        while not stop.is_set():
            due_s = next_tick_s(time.time(), collector.interval_s)
            if not stop.wait(due_s - time.time()) and lease.is_ours():
                _tick(app, collector, due_s)
        lease.give_back()


def _lease(redis: Redis, interval_s: float) -> Lease:
    """Of several pools on one host only one reads it."""
    name = ROLE.format(host=system.host_name())
    return Lease(redis, name, max(3 * interval_s, SHORTEST_LEASE_S))


def _tick(app: Flask, collector: Collector, due_s: float) -> None:
    now = clock.from_ms(stamp_ms(due_s, time.time(), collector.interval_s))
    with app.app_context():
        try:
            collector.collect(now, time.monotonic())
            collect_ourselves(now)
        except Exception:
            log.exception("a collection failed")
