"""Paths of small pictures that the server draws. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 40


@dataclass(frozen=True)
class SparkPaths:
    """SVG path data of a sparkline 40 high and one wide per point: its line and the area under."""

    line: str
    under: str


def spark_paths(
    points: Sequence[float | None], low: float | None = None, high: float | None = None
) -> SparkPaths:
    """The paths of `points`, None being a gap, between `low` and `high` (by default what fits)."""
    known = [point for point in points if point is not None]
    bottom = min([*known, 0]) if low is None else low
    top = 1.2 * max(known, default=1) if high is None else high
    scale = 1 / (top - bottom) if top > bottom else 1
    line, under = [], []
    for start, stretch in _stretches(points):
        heights = (min(max((value - bottom) * scale, 0), 1) for value in stretch)
        places = [f"{start + i},{HEIGHT - 1 - 38 * h:.0f}" for i, h in enumerate(heights)]
        # The empty stroke makes a single point a dot.
        line.append(f"M{places[0]}h0L{' '.join(places)}")
        under.append(f"M{' '.join(places)}V{HEIGHT}H{start}Z")
    return SparkPaths("".join(line), "".join(under))


def _stretches(points: Sequence[float | None]) -> list[tuple[int, list[float]]]:
    """Runs of known values, each with the index of its first."""
    found: list[tuple[int, list[float]]] = []
    is_open = False
    for index, point in enumerate(points):
        if point is None:
            is_open = False
        elif is_open:
            found[-1][1].append(point)
        else:
            found.append((index, [point]))
            is_open = True
    return found
