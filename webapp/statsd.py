"""Listens for StatsD lines over UDP and stores their sums: `python -m webapp.statsd`.

A process of its own, because it has to listen all the time; `make run` starts it where
STATSD_PORT is set. Storing happens beside listening: a slow database costs no lines.
"""

import queue
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from webapp.app import create_app
from webapp.config import ConfigError, Settings, load
from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import actions
from webapp.metrics.readings import Sample
from webapp.metrics.statsd_sums import Sums

LARGEST_PACKET = 65_535
RECEIVE_BUFFER = 4 * 2**20  # as far as the kernel allows; what fits no more is lost unseen
LOOKS_UP_EVERY_S = 0.2
MOST_WAITING = 60  # intervals that could not be stored yet
log = structlog.get_logger(__name__)


class Keeper:
    """Stores what was summed, in a thread of its own; keeps what could not be stored for a while.

    `store` is given the samples of an interval and says whether they are stored.
    """

    def __init__(self, store: Callable[[Sequence[Sample]], bool]) -> None:
        self._store = store
        self._inbox: queue.SimpleQueue[Sequence[Sample] | None] = queue.SimpleQueue()
        self._waiting: deque[Sequence[Sample]] = deque(maxlen=MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def put(self, samples: Sequence[Sample]) -> None:
        """Hand over the samples of an interval; returns at once."""
        self._inbox.put(samples)

    def close(self, patience_s: float) -> None:
        """Wait until all is stored, at most so long."""
        self._inbox.put(None)
        self._thread.join(patience_s)

    def _run(self) -> None:
        while (samples := self._inbox.get()) is not None:
            self._waiting.append(samples)
            while self._waiting and self._store(self._waiting[0]):
                self._waiting.popleft()


def store(app: Flask, samples: Sequence[Sample]) -> bool:
    """Record and commit; False when the database is away, to be tried again."""
    with app.app_context():
        try:
            actions.record_samples(samples)
            db.session.commit()
        except OperationalError as error:
            db.session.rollback()
            log.warning("StatsD sums are not stored yet", why=str(error.orig), samples=len(samples))
            return False
        except Exception:
            # What fails for another reason would fail again, and keep all later ones waiting.
            db.session.rollback()
            log.exception("StatsD sums could not be stored", samples=len(samples))
    return True


def open_socket(host: str, port: int) -> socket.socket:
    """A UDP socket that listens there; `OSError` when it cannot."""
    kind = socket.SOCK_DGRAM
    family, _, protocol, _, address = socket.getaddrinfo(
        host, port, type=kind, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        listener.settimeout(LOOKS_UP_EVERY_S)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def listen(
    listener: socket.socket,
    flush: Callable[[Sequence[Sample]], None],
    flush_s: float,
    is_over: Callable[[], bool],
    host: str,
) -> None:
    """Sum what comes in and hand it to `flush` every `flush_s` seconds, and at the end."""
    sums = Sums()
    due = time.monotonic() + flush_s
    while not is_over():
        with suppress(TimeoutError):
            sums.add(listener.recv(LARGEST_PACKET))
        if time.monotonic() >= due:
            flush(sums.take(clock.to_ms(clock.now()), host))
            due += flush_s * max(1, (time.monotonic() - due) // flush_s + 1)
    _drain(listener, sums)
    flush(sums.take(clock.to_ms(clock.now()), host))


def _drain(listener: socket.socket, sums: Sums) -> None:
    """Take what has come in but was not read yet."""
    listener.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            sums.add(listener.recv(LARGEST_PACKET))


def main(app: Flask | None = None) -> None:
    """Listen until SIGTERM or SIGINT; one sentence and status 1 when that cannot be.

    The application is made here where nobody has made it already.
    """
    try:
        settings = load()
    except ConfigError as error:
        raise SystemExit(f"StatsD is not listened for. {error}") from error
    if not settings.statsd_port:
        raise SystemExit("StatsD is not listened for: set STATSD_PORT, usually to 8125.")
    where = f"{settings.statsd_host}:{settings.statsd_port}"
    try:
        listener = open_socket(settings.statsd_host, settings.statsd_port)
    except OSError as error:
        raise SystemExit(
            f"StatsD is not listened for: {where} cannot be listened on ({error.strerror})."
        ) from error
    with listener:
        run(settings, listener, app)


def run(settings: Settings, listener: socket.socket, app: Flask | None = None) -> None:
    """Listen on `listener` until a signal says to stop, then store what there is."""
    over = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    made = app or create_app(settings)
    keeper = Keeper(lambda samples: store(made, samples))
    log.info("listening for StatsD", port=listener.getsockname()[1])
    listen(listener, keeper.put, settings.statsd_flush_s, over.is_set, settings.own_host)
    keeper.close(patience_s=5)


if __name__ == "__main__":
    main()
