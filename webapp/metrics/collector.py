"""Edge: the RQ job that reads its own host at every interval, run by that host's resident worker.

What could not be stored is kept, up to `KEPT` collections, and stored with the next.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from flask import current_app
from sqlalchemy.exc import DBAPIError

from webapp.config import Settings
from webapp.core import clock, mishaps, queue, resident
from webapp.core.db import db
from webapp.core.standing import Place
from webapp.metrics import actions, hosts, listener, ourselves, system
from webapp.metrics.catalogue import SOURCES
from webapp.metrics.collection import Collection, Notebook, collect
from webapp.metrics.readings import sample_of
from webapp.metrics.ticks import next_tick_s, stamp_ms

KEPT = 120
RUN_S = 10  # as long as a run lasts; RQ's worker shows life between two
TIMEOUT_S = 24 * 3600  # of a run that finds no Redis to pass on through
HELD_INTERVALS = 2
LOOK_S = 0.2
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
            self._store(now)
            db.session.commit()
        except DBAPIError as error:
            db.session.rollback()
            log.error("readings wait to be stored", why=str(error.orig), kept=len(self.waiting))
            return
        self.waiting = []
        queue.nudge_followers(collect_metrics)

    def _store(self, now: datetime) -> None:
        host = current_app.extensions["settings"].own_host
        samples = [
            sample_of(reading, host, at_ms)
            for at_ms, found in self.waiting
            for reading in found.readings
        ]
        actions.record_samples(samples)
        for at_ms, found in self.waiting:
            if found.processes is not None:
                hosts.note_processes(host, at_ms, found.processes)
        failing = {name: entry.why for name, entry in self.notebook.items() if entry.why}
        details = system.details() | ({hosts.FAILING: failing} if failing else {})
        hosts.note_host(host, self.interval_s, now, system.booted_at(), details)


def collect_metrics(host: str) -> None:
    """Read this host, whose name it is, at every interval; after a while the next run goes on.

    While Redis is away there is nobody to pass on to, and this run stays.
    """
    collector = _collector()
    place = Place(collect_metrics, host, held_s=round(HELD_INTERVALS * collector.interval_s) + 2)
    ends_s = time.monotonic() + RUN_S
    place.hold()
    while _waited(due_s := next_tick_s(time.time(), collector.interval_s)):
        _tick(collector, due_s)
        place.hold()
        if time.monotonic() >= ends_s and place.pass_on(resident.queue_of(host), TIMEOUT_S):
            return
    place.leave()


def collect_once() -> None:
    """Read this host once and store the readings; rates need a second time and are left out."""
    settings: Settings = current_app.extensions["settings"]
    Collector(settings.metrics_interval_s).collect(clock.now(), time.monotonic())


def _collector() -> Collector:
    """The one of this process: a run goes on with the counters that the run before it saw."""
    kept, settings = current_app.extensions, current_app.extensions["settings"]
    if "collector" not in kept:
        kept["collector"] = Collector(settings.metrics_interval_s)
    found: Collector = kept["collector"]
    return found


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


def _waited(due_s: float) -> bool:
    """Wait until then; False as soon as the run is asked to end."""
    while not queue.is_stopping() and (left_s := due_s - time.time()) > 0:
        time.sleep(min(left_s, LOOK_S))
        listener.listen()
    return not queue.is_stopping()


def _tick(collector: Collector, due_s: float) -> None:
    now = clock.from_ms(stamp_ms(due_s, time.time(), collector.interval_s))
    try:
        collector.collect(now, time.monotonic())
        collect_ourselves(now)
    except Exception as error:
        log.exception("a collection failed")
        db.session.rollback()
        mishaps.tell(error, collect_metrics.__name__)
    finally:
        db.session.remove()
