"""Which claimed website is checked next: in order of due time, within the bounds. Pure.

At most `concurrency` checks at once that are younger than `PATIENCE_S`: many busy transfers
distort each other's timings, while one that waits for a slow site is no load and delays nobody.
At most `ceiling` checks in all, and `per_host` at one host.
"""

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from webapp.websites.options import DEFAULT_OPTIONS, NO_SECRETS, CheckOptions, CheckSecrets

PATIENCE_S = 0.25
WAITING = 20  # times the concurrency may be claimed ahead: the rest is for other workers


@dataclass(slots=True)  # not frozen: that is slow to make, and every check makes one
class Target:
    """A website claimed for one check; `claimed_until` is also the proof that it is ours.

    `certificate` and `last_error` are what the last checks found. `trouble` says why no check can
    be made at all, which is our fault and not the website's.
    """

    website_id: int
    url: str
    host: str
    timeout_s: int
    due_at: datetime
    claimed_until: datetime
    kind: str = "http"
    options: CheckOptions = DEFAULT_OPTIONS
    secrets: CheckSecrets = NO_SECRETS
    certificate: dict[str, Any] | None = None
    last_error: str | None = None
    trouble: str | None = None


@dataclass
class Lanes:
    """Targets that wait and that run, with the bounds between them."""

    concurrency: int
    ceiling: int
    per_host: int
    running: dict[int, float] = field(default_factory=dict)
    _due: list[tuple[datetime, int, Target]] = field(default_factory=list)
    _blocked: dict[str, deque[Target]] = field(default_factory=lambda: defaultdict(deque))
    _at_host: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, target: Target) -> None:
        """Let a target wait for its due time."""
        heapq.heappush(self._due, (target.due_at, target.website_id, target))

    def take(self, now: datetime, monotonic_s: float) -> list[Target]:
        """The targets to start now; they count as running from here on."""
        taken: list[Target] = []
        room = self._room(monotonic_s)
        while len(taken) < room and self._due and self._due[0][0] <= now:
            target = heapq.heappop(self._due)[2]
            if self._at_host[target.host] >= self.per_host:
                self._blocked[target.host].append(target)
                continue
            self._at_host[target.host] += 1
            self.running[target.website_id] = monotonic_s
            taken.append(target)
        return taken

    def done(self, target: Target) -> None:
        """A running target has finished: its place, and its host's, are free."""
        del self.running[target.website_id]
        self._at_host[target.host] -= 1
        if not self._at_host[target.host]:
            del self._at_host[target.host]
        if waiting := self._blocked.pop(target.host, None):
            self.add(waiting.popleft())
            if waiting:
                self._blocked[target.host] = waiting

    def waiting(self) -> list[Target]:
        """The targets that have not been started."""
        return [t for *_, t in self._due] + [t for q in self._blocked.values() for t in q]

    def clear(self) -> list[Target]:
        """Forget the targets that have not been started, and say which."""
        dropped = self.waiting()
        self._due.clear()
        self._blocked.clear()
        return dropped

    def free(self) -> int:
        """How many more targets may be claimed: what waits is bounded, too."""
        room = min(self.ceiling - len(self.running), WAITING * self.concurrency)
        return max(0, room - len(self._due))

    def seconds_until_next(self, now: datetime, monotonic_s: float) -> float | None:
        """Seconds until `take` may have something to give, None when nothing waits."""
        if not self._due:
            return None
        wait = max(0.0, (self._due[0][0] - now) / timedelta(seconds=1))
        return wait if self._room(monotonic_s) else max(wait, 0.05)

    def _room(self, monotonic_s: float) -> int:
        newest_first = reversed(self.running.values())
        young = sum(1 for _ in takewhile(lambda s: monotonic_s - s < PATIENCE_S, newest_first))
        return min(self.concurrency - young, self.ceiling - len(self.running))
