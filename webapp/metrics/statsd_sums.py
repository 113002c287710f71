"""StatsD lines of some seconds, summed into samples: pure.

A counter becomes its sum over the interval, a gauge its last value, a set the number of different
values, a timer its count, mean, maximum and quantiles. What was not heard of gives no sample.
"""

import math
from dataclasses import dataclass, field
from itertools import islice

from webapp.core.sketch import Sketch
from webapp.metrics.counts import UNIT as COUNT
from webapp.metrics.readings import (
    OWN_SERVICE,
    ApplicationMetricType,
    Measure,
    MetricKind,
    Sample,
    SeriesKey,
)
from webapp.metrics.statsd import COUNTER, GAUGE, SET, Line, Name, Unreadable, read_line

MOST_NAMES = 20_000  # in one interval, and gauges remembered
MOST_OF_A_SET = 10_000
QUANTILES = {".p50": 0.5, ".p95": 0.95, ".p99": 0.99}
CUSTOM = ApplicationMetricType.CUSTOM
RECEIVED = Measure(
    CUSTOM, "statsd_received", COUNT, "StatsD lines", "Lines received over StatsD.", "statsd"
)
REFUSED = Measure(
    CUSTOM,
    "statsd_refused",
    COUNT,
    "StatsD lines refused",
    "Lines received over StatsD that could not be read or were too many different ones.",
    "statsd",
)
MEASURES = (RECEIVED, REFUSED)


@dataclass
class Spread:
    """What is known of the values of a timer."""

    count: float = 0.0
    total: float = 0.0
    maximum: float = float("-inf")
    sketch: Sketch = field(default_factory=Sketch)

    def add(self, value: float, weight: float) -> None:
        """Count a value that stands for `weight` of them."""
        self.sketch.add(value, max(1, round(weight)))
        self.count += weight
        self.total += value * weight
        self.maximum = max(self.maximum, value)


class Sums:
    """What was heard since the last samples; gauges are remembered beyond them, for `+` and `-`."""

    def __init__(self) -> None:
        self.gauges: dict[Name, float] = {}
        self._start()

    def _start(self) -> None:
        self.counters: dict[Name, float] = {}
        self.sets: dict[Name, set[bytes]] = {}
        self.spreads: dict[tuple[Name, str], Spread] = {}
        self.heard: dict[Name, None] = {}
        self.received = 0
        self.refused = 0

    def add(self, packet: bytes) -> None:
        """Add the lines of a packet; what cannot be read is counted and left out."""
        for line in packet.split(b"\n"):
            text = line.strip()
            if not text:
                continue
            self.received += 1
            try:
                self._add(read_line(text))
            except Unreadable:
                self.refused += 1

    def _add(self, line: Line | None) -> None:
        if line is None:
            return
        if line.name not in self.heard:
            if len(self.heard) >= MOST_NAMES:
                raise Unreadable("too many different names")
            self.heard[line.name] = None
        if line.kind == COUNTER:
            before = self.counters.get(line.name, 0.0)
            self.counters[line.name] = before + sum(line.values) / line.rate
        elif line.kind == GAUGE:
            self._set_gauge(line)
        elif line.kind == SET:
            known = self.sets.setdefault(line.name, set())
            known.update(islice(line.texts, max(0, MOST_OF_A_SET - len(known))))
        else:
            spread = self.spreads.setdefault((line.name, line.kind), Spread())
            for value in line.values:
                spread.add(value, 1 / line.rate)

    def _set_gauge(self, line: Line) -> None:
        before = self.gauges.pop(line.name, 0.0)  # to its end, so that the oldest are forgotten
        self.gauges[line.name] = before + sum(line.values) if line.is_delta else line.values[-1]
        if len(self.gauges) > MOST_NAMES:
            del self.gauges[next(iter(self.gauges))]

    def take(self, at_ms: int, host: str) -> list[Sample]:
        """The samples of what was heard, and of how much that was; begins anew.

        Each has `host`, who listened, as a label, so that two who listen do not mix their sums.
        """
        found: dict[SeriesKey, float] = {}
        for name, total in self.counters.items():
            found[name.key(unit=COUNT)] = total
        for name, known in self.sets.items():
            found[name.key()] = len(known)
        for name in self.heard:
            if name in self.gauges and name not in self.counters and name not in self.sets:
                found[name.key()] = self.gauges[name]
        for (name, kind), spread in self.spreads.items():
            found |= _of_spread(name, "ms" if kind == "ms" else "", spread)
        found |= {_own(RECEIVED): self.received, _own(REFUSED): self.refused}
        self._start()
        return [
            Sample(_heard_by(host, key), at_ms, value)
            for key, value in found.items()
            if math.isfinite(value)  # the sum of numbers need not be one
        ]


def _of_spread(name: Name, unit: str, spread: Spread) -> dict[SeriesKey, float]:
    return {
        name.key(".count", COUNT): spread.count,
        name.key(".mean", unit): spread.total / spread.count,
        name.key(".max", unit): spread.maximum,
        **{
            name.key(suffix, unit): min(spread.sketch.quantile(share) or 0.0, spread.maximum)
            for suffix, share in QUANTILES.items()
        },
    }


def _own(measure: Measure) -> SeriesKey:
    kind, metric_type = MetricKind.APPLICATION, measure.metric_type.value
    return SeriesKey(kind, metric_type, measure.name, measure.unit, OWN_SERVICE)


def _heard_by(host: str, key: SeriesKey) -> SeriesKey:
    labels = {"host": host} | dict(key.labels)
    pairs = tuple(sorted(labels.items()))
    return SeriesKey(key.kind, key.metric_type, key.name, key.unit, key.source, pairs)
