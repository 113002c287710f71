"""The recorder an application talks to: sums in memory, and sends every few seconds.

Whatever happens to the server, the application goes on: what could not be sent waits below a bound,
and the oldest makes room.
"""

import time
from collections.abc import Hashable
from math import isfinite
from typing import Any

from .background import Background
from .delivery import Deliver, Server
from .outbox import Outbox
from .statsd import StatsD
from .tally import COUNT, REQUESTS, RESPONSE_TIME, Key, Labels, Tally, Timing, type_of

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
MOST_LABEL = 200  # characters of a label's value
USERS_WITHIN_S = 300.0
MOST_USERS = 10_000
USERS = Key("user_count", "active_users", "users")


class Recorder(Background):
    """Counts, times and levels of one service.

    Give `url` and `token` of a Watchkeeper, or `statsd` as (host, port), or `send`, a function
    that gets each `Batch` and raises when it is to be given it again. At most `max_series`
    different things are kept between two sends, and `max_waiting` values while nobody takes them.
    `sends_by_itself` is for tests: without it only `flush` sends.
    """

    _outbox: Outbox

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

    def _begin_anew(self) -> None:
        """Hold nothing, as at the start and in a forked child."""
        super()._begin_anew()
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
