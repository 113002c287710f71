"""In which hours of the week an issue comes: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEVELS = 4


@dataclass(frozen=True)
class Cell:
    """An hour of the week: how often it came in it, and how dark that is drawn, 0 to 4."""

    count: int
    level: int


def week(hours: Mapping[datetime, int], zone: tzinfo) -> list[tuple[str, list[Cell]]]:
    """Seven days of 24 hours, in the reader's zone; the darkest is the hour with the most."""
    counts = [[0] * 24 for _ in DAYS]
    for hour_at, count in hours.items():
        there = hour_at.astimezone(zone)
        counts[there.weekday()][there.hour] += count
    most = max(max(day) for day in counts)
    return [
        (name, [Cell(count, _level(count, most)) for count in day])
        for name, day in zip(DAYS, counts, strict=True)
    ]


def _level(count: int, most: int) -> int:
    return 0 if not count else max(1, round(LEVELS * count / most))
