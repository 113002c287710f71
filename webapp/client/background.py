"""What gathers in memory and is sent by a thread of its own, started by the first thing.

A fork starts with nothing: what the parent gathered the parent sends. At the end of the process
what is left is sent, for a moment at most.
"""

import atexit
import contextlib
import logging
import os
import random
import threading
import time
import weakref
from typing import Any

from .outbox import Queue

AT_EXIT_S = 2.0
LAST_CHANCE_S = 0.2  # for what comes after something that took all of that
log = logging.getLogger("watchkeeper.client")
# Whether this thread is busy with sending or gathering: what it logs meanwhile is not gathered.
own_work = threading.local()


class Background:
    """Gathers and sends; `_outbox` has what waits, `_put_aside` moves there what was gathered."""

    interval_s: float
    sends_by_itself: bool
    _outbox: Queue[Any]

    def _begin_anew(self) -> None:
        """Hold nothing, as at the start and in a forked child."""
        # A signal handler that records may interrupt what records.
        self._lock = threading.RLock()
        self._sending = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        _all.add(self)

    def _put_aside(self) -> None:
        """Make a batch of what was gathered; one thread at a time."""
        raise NotImplementedError

    def flush(self, within_s: float | None = None) -> bool:
        """Send what there is now; whether nothing waits any more.

        Waits for the server, at most about `within_s`. For the end of a script, a job or a test;
        otherwise it is done without being asked.
        """
        deadline_s = None if within_s is None else time.monotonic() + within_s
        if not self._sending.acquire(timeout=-1 if within_s is None else within_s):
            return False
        try:
            with at_own_work():
                self._put_aside()
                self._outbox.send(deadline_s)
            return not self._outbox.waiting
        finally:
            self._sending.release()

    def close(self) -> None:
        """Send what there is and end the thread; the next thing gathered starts a new one."""
        thread, self._thread = self._thread, None
        self._wake.set()
        if thread is not None:
            thread.join(AT_EXIT_S)
        self._wake = threading.Event()
        self.flush(within_s=AT_EXIT_S)

    def _awake(self) -> None:
        if self._thread is None and self.sends_by_itself:
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(
                target=self._run, args=(self._wake,), name="watchkeeper-client", daemon=True
            )
        # An interpreter that is ending starts no thread; what happens at its exit sends the rest.
        with contextlib.suppress(RuntimeError):
            self._thread.start()

    def _run(self, wake: threading.Event) -> None:
        own_work.is_going_on = True
        # Processes that started together do not send together.
        pause_s = self.interval_s * random.uniform(0.5, 1)  # noqa: S311
        while not wake.wait(pause_s):
            pause_s = self.interval_s
            try:
                with self._sending:
                    self._put_aside()
                    self._outbox.send_when_due()
            except Exception:
                log.exception("%s could not be put together", self._outbox.noun)


@contextlib.contextmanager
def at_own_work() -> Any:
    """Mark what this thread does meanwhile as the client's own."""
    before = is_own_work()
    own_work.is_going_on = True
    try:
        yield
    finally:
        own_work.is_going_on = before


def is_own_work() -> bool:
    """Whether this thread is busy with the client's own work."""
    return getattr(own_work, "is_going_on", False)


_all: "weakref.WeakSet[Background]" = weakref.WeakSet()


def _forget_the_parent() -> None:
    own_work.is_going_on = False
    for each in list(_all):
        each._begin_anew()


def _flush_at_exit() -> None:
    ends_s = time.monotonic() + AT_EXIT_S
    for each in list(_all):
        if each.sends_by_itself:
            each.flush(within_s=max(ends_s - time.monotonic(), LAST_CHANCE_S))


os.register_at_fork(after_in_child=_forget_the_parent)
atexit.register(_flush_at_exit)
