"""The hours of a week as a picture: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS = 24
LEVELS = 4


@dataclass(frozen=True)
class Cell:
    """An hour of the week: how often it came in it, and how dark that is drawn, 0 to 4."""

    count: int
    level: int


def rows(counts: Sequence[int]) -> list[tuple[str, list[Cell]]]:
    """Seven days of 24 hours from Monday 00:00 on; the darkest is the hour with the most."""
    most = max(counts)
    cells = [Cell(count, _level(count, most)) for count in counts]
    return [(name, cells[day * HOURS : (day + 1) * HOURS]) for day, name in enumerate(DAYS)]


def _level(count: int, most: int) -> int:
    return 0 if not count else max(1, round(LEVELS * count / most))
