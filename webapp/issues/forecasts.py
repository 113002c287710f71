"""When something that fills steadily will be full. Pure.

The slope is the median of the slopes between all pairs of points (Theil 1950, Sen 1968), which a
few wild readings do not move. It counts only where most pairs rise, so that what is filled
and emptied by turns, or stands still, is not said to be filling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from webapp.issues.kinds import Severity

FULL = 100.0
FEWEST = 12
SHORTEST_H = 6.0
LEAST_RISE = 0.5  # percentage points over the history: less is what every disk breathes
MOST_FALLING = 0.2  # of the pairs
LEVELS = ((6.0, Severity.CRITICAL), (24.0, Severity.ERROR), (72.0, Severity.WARNING))
EASED = 1.5  # a level holds until the time left is so much longer: forecasts tremble


@dataclass(frozen=True, slots=True)
class Forecast:
    """Hours until it is full, and the percentage points by which it fills in an hour."""

    hours_left: float
    per_hour: float


def forecast(points: Sequence[tuple[float, float]]) -> Forecast | None:
    """When it will be full: pairs of hours and percent in order; None where it is not filling.

    It needs `FEWEST` points over `SHORTEST_H` hours. What is full has no hours left.
    """
    if not points:
        return None
    if points[-1][1] >= FULL:
        return Forecast(0.0, 0.0)
    if len(points) < FEWEST or points[-1][0] - points[0][0] < SHORTEST_H:
        return None
    per_hour, lately = _rise(points, LEAST_RISE), _rise(points[len(points) // 2 :], LEAST_RISE / 2)
    if per_hour is None or lately is None:
        return None
    return Forecast((FULL - points[-1][1]) / per_hour, per_hour)


def severity_of(found: Forecast | None, before: Severity | None = None) -> Severity | None:
    """How bad that is, None where it is no trouble; `before` is what it was until now."""
    if found is None:
        return None
    level = next((each for hours, each in LEVELS if found.hours_left <= hours), None)
    if before is not None and (level is None or level.rank < before.rank):
        hours = next(hours for hours, each in LEVELS if each is before)
        return before if found.hours_left <= EASED * hours else level
    return level


def _rise(points: Sequence[tuple[float, float]], least: float) -> float | None:
    """The slope, None where it does not rise steadily, or by less than `least` in all."""
    if points[-1][1] - points[0][1] < least:
        return None
    pairs = [(b[0] - a[0], b[1] - a[1]) for a, b in combinations(points, 2)]
    if sum(rise < 0 for _, rise in pairs) > MOST_FALLING * len(pairs):
        return None
    slope = median(rise / hours for hours, rise in pairs)
    return slope if slope > 0 else None
