"""Edge: the running of the judge, under its lease, one part after another.

Each part has transactions of its own: one that fails is told, left alone for a while and tried
again, and the others go on. While there is no news a look costs one statement.
"""

import os
import time
from collections.abc import Collection, Sequence
from uuid import uuid4

import structlog
from flask import Flask
from redis import RedisError
from sqlalchemy import exists, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from webapp.core import clock, mishaps, nudges, queue
from webapp.core.db import db
from webapp.issues.leases import Lease
from webapp.issues.models import ReceivedOccurrence
from webapp.issues.parts import METRICS, RECEIVED, Part, parts
from webapp.metrics.models import MetricNews

LOOK_S = 1.0  # between two looks when nobody rings
TOGETHER_S = 0.05  # after the first bell: what is rung meanwhile is judged in the same turn
PAUSE_S = 10.0  # of a part that failed
OTHERS_S = 2.0  # between two looks whether another has left the lease
WAITING = select(
    exists().where(ReceivedOccurrence.refused_at.is_(None)).label(RECEIVED),
    exists(select(MetricNews.id)).label(METRICS),
)
AWAY = (OperationalError, InterfaceError)
log = structlog.get_logger(__name__)


class Judge:
    """One process that judges, or waits for the one that does to leave."""

    def __init__(self, found: Sequence[Part]) -> None:
        self.parts = found
        self.lease = Lease(f"{os.uname().nodename[:30]}:{os.getpid()}:{uuid4().hex[:8]}")
        self.due_s = {part.name: 0.0 for part in found}
        self.paused_until_s: dict[str, float] = {}

    def turn(self, rung: Collection[str] = ()) -> int | None:
        """Judge what is new; how much that was, None when another one judges."""
        try:
            if not self._holds():
                return None
            waiting = self._waiting()
            wanted = [part for part in self.parts if self._is_wanted(part, rung, waiting)]
            return sum(self._run(part) for part in wanted)
        except AWAY as error:
            log.warning("the judge waits for the database", why=str(error.orig))
            return None
        finally:
            db.session.remove()

    def leave(self) -> None:
        """Let another one judge, if this one does."""
        try:
            self.lease.leave()
            db.session.commit()
        except DBAPIError as error:
            log.warning("the judge's lease will lapse", why=str(error.orig))
        finally:
            db.session.remove()

    def _holds(self) -> bool:
        held = self.lease.take(clock.now())
        db.session.commit()
        return held

    def _waiting(self) -> set[str]:
        told = db.session.execute(WAITING).one()._mapping
        db.session.rollback()
        return {name for name, is_there in told.items() if is_there}

    def _is_wanted(self, part: Part, rung: Collection[str], waiting: Collection[str]) -> bool:
        now_s = time.monotonic()
        if now_s < self.paused_until_s.get(part.name, 0.0):
            return False
        if now_s < self.due_s[part.name] and part.name not in rung:
            return False
        return part.name in waiting or not part.told_by_rows

    def _run(self, part: Part) -> int:
        if queue.is_stopping() or not self._holds():
            return 0
        self.due_s[part.name] = time.monotonic() + (0 if part.told_by_rows else part.every_s)
        try:
            count = part.run(clock.now(), self._is_over)
            db.session.commit()
        except AWAY:
            db.session.rollback()
            raise
        except Exception as error:
            db.session.rollback()
            self.paused_until_s[part.name] = time.monotonic() + PAUSE_S
            log.exception("a part of the judge failed", part=part.name)
            mishaps.tell(error, f"judge {part.name}")
            return 0
        return count

    def _is_over(self) -> bool:
        return queue.is_stopping() or self.lease.is_ending(clock.now())


def judge_once() -> int:
    """Judge all that is new, unless another one does."""
    judge = Judge(parts())
    judged = judge.turn()
    if judged is not None:
        judge.leave()
    return judged or 0


def keep_judging(app: Flask) -> None:
    """Judge within a moment of each bell, and every second, until the process is to stop."""
    with app.app_context():
        judge, rung = Judge(parts()), set[str]()
        while not queue.is_stopping():
            judged = judge.turn(rung)
            rung = _wait(judge, judged)
        judge.leave()


def _wait(judge: Judge, judged: int | None) -> set[str]:
    """The bells that ring within a second: only who judges listens, so that none is lost.

    Where something was just judged more may wait, and is judged at once.
    """
    if judged is None:
        return _sleep(OTHERS_S)
    if judged:
        return set()
    names = [part.name for part in judge.parts]
    try:
        first = nudges.wait(names, LOOK_S)
        if first is None or queue.is_stopping():
            return set()
        time.sleep(TOGETHER_S)
        return {first, *nudges.rung(names)}
    except RedisError as error:
        log.debug("nobody can ring", why=str(error))
        return _sleep(LOOK_S)


def _sleep(seconds: float) -> set[str]:
    time.sleep(seconds)
    return set()
