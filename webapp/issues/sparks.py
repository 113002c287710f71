"""Counts as bars: pure.

A picture is one path of a width of 4 per bar, drawn from the left, the height scaled to the
highest; what came at all is at least a hair high.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
STEP = 4


@dataclass(frozen=True)
class Bars:
    """A row of bars: the path to draw, its size, the counts and the first moment."""

    path: str
    width: int
    height: int
    counts: tuple[int, ...]
    total: int
    highest: int


def bars(counts: Sequence[int], height: int = 24, gap: int = 1) -> Bars:
    """The counts as bars, oldest first."""
    highest = max(counts, default=0)
    path = "".join(
        _bar(place, max(1.5, height * count / highest), height, gap)
        for place, count in enumerate(counts)
        if count
    )
    return Bars(path, STEP * len(counts), height, tuple(counts), sum(counts), highest)


def hourly(hours: Mapping[datetime, int], now: datetime, number: int) -> list[int]:
    """The last `number` hours up to the one under way, oldest first; 0 where there is none."""
    last = hour_of(now)
    return [hours.get(last - back * HOUR, 0) for back in range(number - 1, -1, -1)]


def folded(
    hours: Mapping[datetime, int], since: datetime, step: timedelta, number: int
) -> list[int]:
    """The counts of hours summed into `number` steps from `since` on."""
    found = [0] * number
    for hour_at, count in hours.items():
        place = (hour_at - since) // step
        if 0 <= place < number:
            found[place] += count
    return found


def hour_of(moment: datetime) -> datetime:
    """The beginning of its hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _bar(place: int, tall: float, height: int, gap: int) -> str:
    return f"M{STEP * place},{height}v-{tall:.3g}h{STEP - gap}v{tall:.3g}z"
