"""The recorder an application talks to: sums in memory, and sends every few seconds.

A thread of its own sends, started by the first thing recorded. A fork starts with nothing: what
the parent recorded the parent sends. Whatever happens to the server, the application goes on:
what could not be sent waits below a bound, and the oldest makes room.
"""

import atexit
import contextlib
import logging
import os
import random
import threading
import time
import weakref
from collections.abc import Hashable
from math import isfinite
from typing import Any

from .delivery import Deliver, Server
from .outbox import Outbox
from .statsd import StatsD
from .tally import COUNT, REQUESTS, RESPONSE_TIME, Key, Labels, Tally, Timing, type_of

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
MOST_LABEL = 200  # characters of a label's value
USERS_WITHIN_S = 300.0
MOST_USERS = 10_000
AT_EXIT_S = 2.0
USERS = Key("user_count", "active_users", "users")
log = logging.getLogger("watchkeeper.client")


class Recorder:
    """Counts, times and levels of one service.

    Give `url` and `token` of a Watchkeeper, or `statsd` as (host, port), or `send`, a function
    that gets each `Batch` and raises when it is to be given it again. At most `max_series`
    different things are kept between two sends, and `max_waiting` values while nobody takes them.
    `sends_by_itself` is for tests: without it only `flush` sends.
    """

    def __init__(
        self,
        service: str,
        url: str | None = None,
        token: str | None = None,
        *,
        send: Deliver | None = None,
        statsd: tuple[str, int] | None = None,
        interval_s: float = 10.0,
        max_series: int = 1000,
        max_waiting: int = 50_000,
        sends_by_itself: bool = True,
    ) -> None:
        self.service = service
        self.interval_s = interval_s
        self.max_series = max_series
        self.max_waiting = max_waiting
        self.sends_by_itself = sends_by_itself
        self._deliver = _delivery(url, token, send, statsd)
        self._request_keys: dict[tuple[str, str, int], tuple[Key, Key]] = {}
        self._begin_anew()
        _recorders.add(self)

    def _begin_anew(self) -> None:
        """Hold nothing, as at the start and in a forked child."""
        # A signal handler that records may interrupt what records.
        self._lock = threading.RLock()
        self._sending = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._tally = Tally()
        self._users: dict[Hashable, float] = {}
        self._outbox = Outbox(self.service, self._deliver, self.interval_s, self.max_waiting)

    # What an application calls: none of these waits, and none raises because of the server.

    def count(
        self, name: str, n: float = 1, *, metric_type: str | None = None, **labels: Any
    ) -> None:
        """Add `n` to the count `name`."""
        key = Key(type_of(name, metric_type), name, COUNT, _pairs(labels))
        with self._lock:
            self._add(key, n)
        self._awake()

    def time(self, name: str, ms: float, *, metric_type: str | None = None, **labels: Any) -> None:
        """Take in one duration of `name`, in milliseconds."""
        key = Key(type_of(name, metric_type), name, "ms", _pairs(labels))
        with self._lock:
            self._take(key, ms)
        self._awake()

    def gauge(
        self,
        name: str,
        value: float,
        *,
        metric_type: str | None = None,
        unit: str = "",
        **labels: Any,
    ) -> None:
        """Set the level `name`; the last value before a send is sent."""
        key = Key(type_of(name, metric_type), name, unit, _pairs(labels))
        with self._lock:
            if isfinite(value) and (key in self._tally.levels or self._has_room()):
                self._tally.levels[key] = float(value)
        self._awake()

    def users(self, user: Hashable) -> None:
        """Note that `user` is active; what is sent is how many were in the last five minutes."""
        with self._lock:
            if user in self._users or len(self._users) < MOST_USERS:
                self._users[user] = time.monotonic()
        self._awake()

    def seen(self, name: str, who: Hashable, *, metric_type: str | None = None) -> None:
        """Put `who` into the set `name`, for a `send` function that can unite sets."""
        key = Key(type_of(name, metric_type), name, "")
        with self._lock:
            found = self._tally.seen.get(key)
            if found is None and self._has_room():
                found = self._tally.seen[key] = set()
            if found is not None and len(found) < MOST_USERS:
                found.add(who)
        self._awake()

    def answered(self, route: str, method: str, status: int, ms: float) -> None:
        """Take in one request: its route (the rule, never the raw path), method and outcome."""
        keys = self._request_keys.get((route, method, status // 100))
        if keys is None:
            keys = self._keys_of_request(route, method, status // 100)
        with self._lock:
            self._add(keys[0], 1)
            self._take(keys[1], ms)
        self._awake()

    def flush(self, within_s: float | None = None) -> bool:
        """Send what there is now; whether nothing waits any more.

        Waits for the server, at most about `within_s`. For the end of a script, a job or a test;
        otherwise the recorder does it by itself.
        """
        deadline_s = None if within_s is None else time.monotonic() + within_s
        if not self._sending.acquire(timeout=-1 if within_s is None else within_s):
            return False
        try:
            self._put_aside()
            self._outbox.send(deadline_s)
            return not self._outbox.waiting
        finally:
            self._sending.release()

    def close(self) -> None:
        """Send what there is and end the thread; to record again starts a new one."""
        thread, self._thread = self._thread, None
        self._wake.set()
        if thread is not None:
            thread.join(AT_EXIT_S)
        self._wake = threading.Event()
        self.flush(within_s=AT_EXIT_S)

    # Sums, with the lock held.

    def _add(self, key: Key, n: float) -> None:
        counts = self._tally.counts
        if isfinite(n) and (key in counts or self._has_room()):
            counts[key] = counts.get(key, 0) + n

    def _take(self, key: Key, ms: float) -> None:
        timing = self._tally.timings.get(key)
        if isfinite(ms) and (timing is not None or self._has_room()):
            if timing is None:
                timing = self._tally.timings[key] = Timing()
            timing.add(ms)

    def _has_room(self) -> bool:
        has_room = self._tally.series < self.max_series
        self._tally.dropped += not has_room
        return has_room

    def _keys_of_request(self, route: str, method: str, hundreds: int) -> tuple[Key, Key]:
        known = method if method in METHODS else "other"
        where = {"route": route or "(none)"}
        keys = (
            Key(
                "request",
                REQUESTS,
                COUNT,
                _pairs(where | {"method": known, "status": f"{hundreds}xx"}),
            ),
            Key(RESPONSE_TIME, RESPONSE_TIME, "ms", _pairs(where)),
        )
        if len(self._request_keys) < self.max_series and known == method:
            self._request_keys[route, method, hundreds] = keys
        return keys

    # The thread.

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
        # Processes that started together do not send together.
        pause_s = self.interval_s * random.uniform(0.5, 1)  # noqa: S311
        while not wake.wait(pause_s):
            pause_s = self.interval_s
            try:
                with self._sending:
                    self._put_aside()
                    self._outbox.send_when_due()
            except Exception:
                log.exception("metrics could not be put together")

    def _put_aside(self) -> None:
        """Make a batch of what was summed."""
        with self._lock:
            tally, self._tally = self._tally, self._tally.next()
            self._count_users(tally)
        self._outbox.put(tally, time.time_ns() // 1_000_000)

    def _count_users(self, tally: Tally) -> None:
        if self._users:
            since_s = time.monotonic() - USERS_WITHIN_S
            self._users = {user: at_s for user, at_s in self._users.items() if at_s > since_s}
            tally.levels[USERS] = len(self._users)


def _pairs(labels: dict[str, Any]) -> Labels:
    if not labels:
        return ()
    return tuple(sorted((name, str(value)[:MOST_LABEL]) for name, value in labels.items()))


def _delivery(
    url: str | None, token: str | None, send: Deliver | None, statsd: tuple[str, int] | None
) -> Deliver:
    if (url is not None) + (send is not None) + (statsd is not None) != 1:
        raise ValueError("Give a Recorder one of url, send and statsd.")
    if url is not None:
        return Server(url, token or "").deliver
    if statsd is not None:
        return StatsD(*statsd).deliver
    assert send is not None
    return send


_recorders: "weakref.WeakSet[Recorder]" = weakref.WeakSet()


def _forget_the_parent() -> None:
    for recorder in list(_recorders):
        recorder._begin_anew()


def _flush_at_exit() -> None:
    for recorder in list(_recorders):
        if recorder.sends_by_itself:
            recorder.flush(within_s=AT_EXIT_S)


os.register_at_fork(after_in_child=_forget_the_parent)
atexit.register(_flush_at_exit)
