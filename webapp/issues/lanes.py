"""Readings around a moment: as a line on a time axis, and where their level changed. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webapp.metrics.thresholds import MetricStatus, status_of

Samples = Sequence[tuple[int, float]]
WIDTH, HEIGHT = 1200, 40
FINEST_MS = 5000
GAP_MS = 90_000
MOST_CHANGES = 3


@dataclass(frozen=True)
class Change:
    """A level that a reading came to, and stayed at for more than one sample."""

    at_ms: int
    level: MetricStatus
    was: MetricStatus
    value: float


def path(samples: Samples, from_ms: int, to_ms: int, ceiling: float | None = None) -> str:
    """The line through the samples in a picture of `WIDTH` by `HEIGHT`, broken where none came."""
    points = list(_thinned(samples))
    high = max([value for _, value in points] + [ceiling or 0]) or 1
    low = min([value for _, value in points] + [0])
    pieces, last_ms = [], None
    for at_ms, value in points:
        pen = "M" if last_ms is None or at_ms - last_ms > GAP_MS else "L"
        x = WIDTH * (at_ms - from_ms) / (to_ms - from_ms)
        y = HEIGHT - HEIGHT * (value - low) / (high - low or 1)
        pieces.append(f"{pen}{x:.0f},{y:.1f}")
        last_ms = at_ms
    return "".join(pieces)


def place(at_ms: int, from_ms: int, to_ms: int) -> int:
    """Where a moment is on the axis."""
    return round(WIDTH * min(max(at_ms - from_ms, 0), to_ms - from_ms) / (to_ms - from_ms))


def changes(samples: Samples, name: str, maximum: float | None = None) -> list[Change]:
    """Where the level of the metric `name` changed and stayed; the first ones if there are many."""
    levels = [status_of(name, value, maximum) for _, value in samples]
    found: list[Change] = []
    standing = levels[0] if levels else None
    for at in range(1, len(levels) - 1):
        level = levels[at]
        if level is not None and standing is not None and level is levels[at + 1]:
            if level is not standing:
                found.append(Change(samples[at][0], level, standing, samples[at][1]))
            standing = level
    return found[:MOST_CHANGES]


def _thinned(samples: Samples) -> Iterator[tuple[int, float]]:
    """At most one sample of each few seconds, the highest: more cannot be seen."""
    best: tuple[int, float] | None = None
    for sample in samples:
        if best is not None and sample[0] // FINEST_MS == best[0] // FINEST_MS:
            best = max(best, sample, key=lambda one: one[1])
            continue
        if best is not None:
            yield best
        best = sample
    if best is not None:
        yield best
