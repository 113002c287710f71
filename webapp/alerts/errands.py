"""Edge: the threads that raise alerts and send what is in the outbox, and one pass of each.

They wait for a bell and look once a second in any case: with Redis away or wiped everything is
still told, a moment later.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import structlog
from flask import Flask
from redis import RedisError
from sqlalchemy.exc import DBAPIError

from webapp.alerts import channels, raising, sending, telling
from webapp.alerts.channels import Outcome, Parcel
from webapp.core import clock, nudges, queue
from webapp.core.db import db
from webapp.issues import steps

LOOK_S = 1.0
SWEEP_S = 15.0
PAUSE_S = 5.0  # after a pass that failed
LANES = 4
ON_THE_WIRE_S = 0.05
log = structlog.get_logger(__name__)


def raise_once() -> int:
    """One look at all that is open, at acknowledgements that ran out, and at what waits untold."""
    done = raising.sweep(clock.now())
    db.session.commit()
    for each in (raising.wake, raising.tell_late, raising.repeat):
        done += each(clock.now())
    db.session.commit()
    return done


def deliver_once() -> int:
    """Send what is due, one message after another; how many."""
    count = 0
    while (parcel := _claimed()) is not None:
        _record(parcel, channels.send(parcel))
        count += 1
    return count


def keep_raising(app: Flask) -> None:
    """Raise and end alerts as issues change, until the process is to stop."""
    swept_s = 0.0
    with app.app_context():
        while not queue.is_stopping():
            if time.monotonic() - swept_s >= SWEEP_S:
                swept_s = time.monotonic()
                _survive(raise_once, "sweep")
            _survive(_raise_changed, "raise")
            _rest(steps.BELL)


def keep_delivering(app: Flask) -> None:
    """Send what is in the outbox as it comes in, several at once, until the process is to stop."""
    on_the_wire: dict[Future[Outcome], Parcel] = {}
    with app.app_context(), ThreadPoolExecutor(LANES, "delivery") as lanes:
        while not queue.is_stopping():
            _survive(lambda: _turn(lanes, on_the_wire), "deliver")
            if not on_the_wire:
                _rest(telling.BELL)
        wait(on_the_wire, timeout=PAUSE_S)
        _survive(lambda: _finish(on_the_wire), "deliver")


def _turn(lanes: ThreadPoolExecutor, on_the_wire: dict[Future[Outcome], Parcel]) -> int:
    while len(on_the_wire) < LANES and (parcel := _claimed()) is not None:
        on_the_wire[lanes.submit(channels.send, parcel)] = parcel
    if on_the_wire:
        wait(on_the_wire, timeout=ON_THE_WIRE_S, return_when=FIRST_COMPLETED)
    return _finish(on_the_wire)


def _finish(on_the_wire: dict[Future[Outcome], Parcel]) -> int:
    done = [future for future in on_the_wire if future.done()]
    for future in done:
        _record(on_the_wire[future], future.result())
        del on_the_wire[future]
    return len(done)


def _claimed() -> Parcel | None:
    parcel = sending.claim(clock.now())
    db.session.commit()
    return parcel


def _record(parcel: Parcel, outcome: Outcome) -> None:
    sending.record(parcel, outcome, clock.now())
    db.session.commit()
    if outcome.error is not None:
        log.warning("a message was not taken", channel=parcel.channel_id, why=outcome.error)


def _raise_changed() -> int:
    done, is_full = raising.raise_from_issues(clock.now())
    db.session.commit()
    while is_full and not queue.is_stopping():
        more, is_full = raising.raise_from_issues(clock.now())
        db.session.commit()
        done += more
    return done


def _survive(work: Callable[[], int], what: str) -> None:
    """One pass; what goes wrong is told, and the next pass comes after a pause."""
    try:
        work()
    except DBAPIError as error:
        log.warning("alerts wait for the database", during=what, why=str(error.orig))
        time.sleep(PAUSE_S)
    except Exception:
        log.exception("alerts wait", during=what)
        time.sleep(PAUSE_S)
    finally:
        db.session.remove()


def _rest(bell: str) -> None:
    try:
        nudges.wait([bell], LOOK_S)
    except RedisError:
        time.sleep(LOOK_S)
