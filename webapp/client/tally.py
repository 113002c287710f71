"""What happened since the last time, summed: counts, times, levels and who was seen.

Times fall into buckets whose bounds grow by a constant factor, so that quantiles of any number of
tallies put together are wrong by at most `RELATIVE_ERROR` (DDSketch: Masson, Rim and Lee, VLDB
2019).
"""

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

RELATIVE_ERROR = 0.01
SMALLEST_MS = 1e-6
GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
LOG_GAMMA = math.log(GAMMA)
ZERO_BUCKET = -(2**20)
QUANTILES = (("p50", 0.5), ("p95", 0.95))

# A name that is one of these is of that type; every other one is custom unless it says more.
TYPES = ("request", "response_time", "error_rate", "user_count", "queue_size", "task_count")
CUSTOM = "custom"
# Of this unit are values that each count what happened since the one before; their sums are true
# over any time and any number of processes, and a chart shows them per second.
COUNT = "count"
REQUESTS, RESPONSE_TIME = "requests", "response_time"
FAILED = ("status", "5xx")

Labels = tuple[tuple[str, str], ...]


class Key(NamedTuple):
    """What is measured; the labels are sorted pairs."""

    metric_type: str
    name: str
    unit: str
    labels: Labels = ()


class Point(NamedTuple):
    """One value of a tally, as it is sent."""

    key: Key
    value: float


def type_of(name: str, metric_type: str | None) -> str:
    """The type that was given, else the one that the name is, else custom."""
    return metric_type or (name if name in TYPES else CUSTOM)


class Timing:
    """Durations in milliseconds: how many, their sum, the longest, and how they are spread."""

    __slots__ = ("buckets", "count", "maximum", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.maximum = 0.0
        self.buckets: dict[int, int] = {}

    def add(self, ms: float) -> None:
        """Take in one duration; a negative one, of a clock that was set back, counts as 0."""
        ms = max(ms, 0.0)
        bucket = ZERO_BUCKET if ms < SMALLEST_MS else math.ceil(math.log(ms) / LOG_GAMMA)
        self.count += 1
        self.total += ms
        if ms > self.maximum:
            self.maximum = ms
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def merge(self, other: "Timing") -> None:
        """Take in what `other` took in."""
        self.count += other.count
        self.total += other.total
        self.maximum = max(self.maximum, other.maximum)
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count

    def quantile(self, share: float) -> float:
        """The duration that `share` (0 to 1) of them do not exceed; 0 when there are none."""
        rank, seen = share * (self.count - 1), 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen > rank:
                return min(middle(bucket), self.maximum)
        return 0.0


def middle(bucket: int) -> float:
    """The middle of a bucket in relative terms."""
    return 0.0 if bucket == ZERO_BUCKET else 2 * GAMMA**bucket / (GAMMA + 1)


@dataclass
class Tally:
    """Sums by key. `dropped` counts what found no room below the bound on series."""

    counts: dict[Key, float] = field(default_factory=dict)
    timings: dict[Key, Timing] = field(default_factory=dict)
    levels: dict[Key, float] = field(default_factory=dict)
    seen: dict[Key, set[Hashable]] = field(default_factory=dict)
    dropped: int = 0

    @property
    def series(self) -> int:
        """How many different things it holds."""
        return len(self.counts) + len(self.timings) + len(self.levels) + len(self.seen)

    def points(self) -> list[Point]:
        """The values to send, whoever was seen left out."""
        found = [Point(key, value) for key, value in self.counts.items()]
        found += [Point(key, value) for key, value in self.levels.items()]
        for key, timing in self.timings.items():
            found += _spread(key, timing)
        found += _of_all_requests(self)
        if self.dropped:
            found.append(Point(Key(CUSTOM, "client_dropped", COUNT), self.dropped))
        return found

    def next(self) -> "Tally":
        """An empty one, but with a zero for each count, so that a line ends where it was zero."""
        return Tally(counts={key: 0 for key, value in self.counts.items() if value})


def _spread(key: Key, timing: Timing) -> Iterator[Point]:
    """Mean, quantiles and maximum, in milliseconds."""

    def named(what: str, value: float) -> Point:
        return Point(key._replace(name=f"{key.name}{what}_ms", unit="ms"), round(value, 3))

    yield named("", timing.total / timing.count)
    for name, share in QUANTILES:
        yield named(f"_{name}", timing.quantile(share))
    yield named("_max", timing.maximum)


def _of_all_requests(tally: Tally) -> Iterator[Point]:
    """The response time over all routes, and how many requests in a hundred failed."""
    everything = Timing()
    for key, timing in tally.timings.items():
        if key.name == RESPONSE_TIME and key.labels:
            everything.merge(timing)
    if everything.count:
        yield from _spread(Key(RESPONSE_TIME, RESPONSE_TIME, "ms"), everything)
    requests = {key: n for key, n in tally.counts.items() if key.name == REQUESTS}
    total = sum(requests.values())
    if total:
        failed = sum(n for key, n in requests.items() if FAILED in key.labels)
        yield Point(Key("error_rate", "error_rate_percent", "%"), round(100 * failed / total, 3))
