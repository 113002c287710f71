"""The check shift: one job that drives many websites' checks until its time is over.

In each turn it stores what has finished and claims what falls due before its next turn; each
check begins at its own moment. A turn ends after `TURN_S`, or earlier when `BATCH` checks have
finished: while rows are written no socket is read, and a long pause would be read as a slow site.
Between turns it holds no transaction and waits in libcurl's sockets.
"""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from redis import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError

from webapp.config import Settings
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.websites import claims, queries
from webapp.websites.lanes import Lanes, Target
from webapp.websites.outcomes import Outcome
from webapp.websites.probe import Probe

TURN_S = 0.4
IDLE_TURN_S = 1.0
AHEAD = timedelta(seconds=1.1)
BATCH = 1000
PATIENT = 40  # times the concurrency may wait for sites that hang
FILES = 3  # that a check may need at once
LOOK_S = 1.0
PER_HOST = 4
log = structlog.get_logger(__name__)


class Shift:
    """What a shift has in its hands: checks that wait, that run, and that are to be stored."""

    def __init__(self, settings: Settings, *, ca_file: str | None = None) -> None:
        private_allowed = settings.check_private_addresses
        self.probe = Probe(private_allowed=private_allowed, ca_file=ca_file)
        self.lanes = Lanes(settings.check_concurrency, _ceiling(settings), PER_HOST)
        self.finished: list[Outcome] = []
        self.leases: dict[int, Target] = {}

    def drive(self, is_over: Callable[[], bool]) -> None:
        """Check websites until `is_over()`, then finish what has begun."""
        while not is_over():
            self._turn(claiming=True)
        self._give_back(self.lanes.clear())
        while self.probe.in_flight() and not queue.is_stopping():
            self._turn(claiming=False)

    def close(self) -> None:
        """Store what has finished, give back the rest and end all transfers."""
        in_flight = self.probe.in_flight()
        self.probe.close()
        self._store_all()
        self._give_back([*self.lanes.clear(), *in_flight])

    def _turn(self, *, claiming: bool) -> None:
        began_s = time.monotonic()
        settled = self._settle(claiming=claiming)
        is_idle = settled and not self.leases and not self.finished
        ends_s = began_s + (IDLE_TURN_S if is_idle else TURN_S)
        full = BATCH if settled else len(self.finished) + BATCH
        while (left_s := ends_s - time.monotonic()) > 0 and len(self.finished) < full:
            monotonic_s = time.monotonic()
            for target in self.lanes.take(clock.now(), monotonic_s):
                self.probe.start(target)
            next_s = self.lanes.seconds_until_next(clock.now(), monotonic_s)
            self._collect(left_s if next_s is None else min(left_s, next_s))
            if not claiming and not self.probe.in_flight():
                return

    def _collect(self, wait_s: float) -> None:
        for outcome in self.probe.run(wait_s):
            self.lanes.done(outcome.target)
            self.finished.append(outcome)

    def _settle(self, *, claiming: bool) -> bool:
        """Store what has finished, keep what is ours and claim, in one transaction.

        False when the database was away: everything stays in our hands for the next turn.
        """
        with _transaction("store and claim checks"):
            now = clock.now()
            stored = self._record(now)
            kept = self._renew(now)
            claimed = self._claim(now) if claiming else []
            db.session.commit()
            self._forget(stored)
            self.leases |= {t.website_id: t for t in kept}
            for target in claimed:
                if target.website_id not in self.leases:
                    self.lanes.add(target)
                self.leases[target.website_id] = target
            return True
        return False

    def _record(self, now: datetime) -> list[Outcome]:
        batch = [_under_lease(o, self.leases) for o in self.finished[:BATCH]]
        claims.record(batch, now)
        return batch

    def _forget(self, stored: list[Outcome]) -> None:
        del self.finished[: len(stored)]
        for outcome in stored:
            self.leases.pop(outcome.target.website_id, None)

    def _store_all(self) -> None:
        with _transaction("store checks"):
            while self.finished:
                stored = self._record(clock.now())
                db.session.commit()
                self._forget(stored)

    def _renew(self, now: datetime) -> list[Target]:
        soon = now + claims.LEASE / 2
        done = {o.target.website_id for o in self.finished[:BATCH]}
        ending = [
            t for t in self.leases.values() if t.claimed_until < soon and t.website_id not in done
        ]
        return claims.renew(ending, now) if ending else []

    def _claim(self, now: datetime) -> list[Target]:
        free = self.lanes.free()
        due_at = queries.next_due_at(now) if free else None
        if due_at is None or due_at > now + AHEAD:
            return []
        return claims.claim_due(now, now + AHEAD, free)

    def _give_back(self, targets: Sequence[Target]) -> None:
        held = [self.leases.pop(t.website_id) for t in targets if t.website_id in self.leases]
        with _transaction("release claims"):
            claims.release(held)
            db.session.commit()


@contextmanager
def _transaction(what: str) -> Iterator[None]:
    """Survive a database that is away for a moment; leave no transaction open."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        log.warning("the database did not answer; trying again", what=what, why=str(error.orig))
    finally:
        db.session.rollback()


class Crowd:
    """Whether others wait for this worker: at two looks in a row, a second apart."""

    def __init__(self) -> None:
        self.looked_s = time.monotonic()
        self.waited = False
        self.wants_room = False

    def look(self) -> bool:
        """Look, at most once a second."""
        if time.monotonic() - self.looked_s >= LOOK_S:
            self.looked_s = time.monotonic()
            waits = _someone_waits()
            self.wants_room = waits and self.waited
            self.waited = waits
        return self.wants_room


def _someone_waits() -> bool:
    try:
        return queue.waiting_elsewhere("checks")
    except RedisError:
        return False


def _under_lease(outcome: Outcome, leases: dict[int, Target]) -> Outcome:
    """The outcome with its claim as last renewed."""
    target = outcome.target
    held = leases.get(target.website_id, target)
    if held.claimed_until == target.claimed_until:
        return outcome
    return replace(outcome, target=replace(target, claimed_until=held.claimed_until))


def _ceiling(settings: Settings) -> int:
    """Checks in flight in all: mostly sites that hang, of which an outage brings thousands."""
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = PATIENT * settings.check_concurrency
    if files < FILES * wanted <= most:
        files = FILES * wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return max(1, min(wanted, files // FILES))


def is_past(moment: datetime) -> bool:
    """Whether that moment has come."""
    return clock.now() >= moment
