"""What a rule would have found, as a picture that the server draws: pure.

A line of the worst of each step, the levels across it, and a field behind it for each breach.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from webapp.core.drawing import HEIGHT, spark_paths
from webapp.issues.breaches import LEVELS, Rule, Sample
from webapp.issues.spans import Span

ROOM = 1.05  # above the highest
LEAST_WIDTH = 0.6  # of a field, in steps, so that a short breach can be seen


@dataclass(frozen=True)
class Mark:
    """A level across the picture: its name, its value and its height from the top."""

    name: str
    value: float
    y: float


@dataclass(frozen=True)
class Field:
    """A breach behind the line: how bad, from where, how wide."""

    level: str
    x: float
    width: float


@dataclass(frozen=True)
class Drawing:
    """`width` steps wide and 40 high."""

    width: int
    line: str
    marks: tuple[Mark, ...]
    fields: tuple[Field, ...]
    low: float
    high: float


def draw(
    points: Sequence[float | None], spans: Sequence[Span], rule: Rule, from_ms: int, to_ms: int
) -> Drawing:
    """The picture of one series: points evenly from `from_ms` to `to_ms`, None for a gap."""
    names = ("recovery", *(level.value for level in LEVELS))
    named = [(name, getattr(rule, name)) for name in names]
    levels = [(name, value) for name, value in named if value is not None]
    known = [point for point in points if point is not None]
    shown = [*known, *(value for _, value in levels)]
    low = min([*shown, 0.0])
    high = max(shown, default=1.0) * ROOM or 1.0
    if high <= low:
        high = low + 1
    marks = [Mark(name, value, _y(value, low, high)) for name, value in levels]
    fields = [_field(span, len(points), from_ms, to_ms) for span in spans]
    line = spark_paths(points, low, high).line
    return Drawing(max(len(points), 1), line, tuple(marks), tuple(fields), low, high)


class Worst:
    """The worst value in each of `steps` equal parts of a stretch of time, None where none is."""

    def __init__(self, rule: Rule, from_ms: int, to_ms: int, steps: int) -> None:
        self.sign, self.from_ms = rule.sign, from_ms
        self.step_ms = max((to_ms - from_ms) / steps, 1)
        self.points: list[float | None] = [None] * steps

    def add(self, samples: Iterable[Sample]) -> None:
        """Take samples of that stretch in."""
        sign, from_ms, step_ms, points = self.sign, self.from_ms, self.step_ms, self.points
        for at_ms, value in samples:
            place = int((at_ms - from_ms) / step_ms)
            known = points[place]
            if known is None or sign * value > sign * known:
                points[place] = value

    def bridged(self) -> list[float | None]:
        """The points; what is no longer empty than usual, because samples are rare, goes on."""
        places = [place for place, point in enumerate(self.points) if point is not None]
        distances = sorted(later - place for place, later in pairwise(places))
        usual = distances[len(distances) // 2] * 3 // 2 if distances else 1
        found = list(self.points)
        for place, later in pairwise(places):
            if later - place <= usual:
                found[place:later] = [self.points[place]] * (later - place)
        return found


def _y(value: float, low: float, high: float) -> float:
    # As `spark_paths` places the points.
    return round(HEIGHT - 1 - 38 * min(max((value - low) / (high - low), 0), 1), 1)


def _field(span: Span, steps: int, from_ms: int, to_ms: int) -> Field:
    scale = steps / max(to_ms - from_ms, 1)
    x = max(span.from_ms - from_ms, 0) * scale
    end = (min(span.to_ms or to_ms, to_ms) - from_ms) * scale
    return Field(span.level.value, round(x, 2), round(max(end - x, LEAST_WIDTH), 2))
