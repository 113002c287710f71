"""From buckets of time to what the script in the browser draws: pure.

All lines of a drawing stand on one grid, so that a line is a list of numbers without moments; None
is a time without a reading. `bridge` says across how many such places a line goes on, because the
readings are further apart than the grid is fine; more of them in a row are a gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.metrics.aggregates import Summed

LINES_WITH_BAND = 2  # the shading from lowest to highest of more lines would hide them
DIGITS = 6
RHYTHM = 2  # distances from which one can tell how far apart readings usually are
RAW = "raw"
UNITS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1000, "second"))


Buckets = Sequence[Summed | None]


@dataclass(frozen=True)
class Grid:
    """Places from `start_ms` on, `step_ms` apart; `tier` says what they were made from."""

    start_ms: int
    step_ms: int
    tier: str

    def words(self) -> str:
        """What one point of a line is, in words."""
        return f"Means of {length_words(self.step_ms)}"


def length_words(milliseconds: int) -> str:
    """A length of time: `1 minute`, `12 seconds`, `1.5 hours`."""
    for size, name in UNITS:
        if milliseconds >= size:
            number = f"{milliseconds / size:.1f}".removesuffix(".0")
            return f"{number} {name}{'' if number == '1' else 's'}"
    return f"{milliseconds} ms"


def line(label: str, unit: str, buckets: Buckets, tier: str, with_band: bool) -> dict[str, Any]:
    """A line: the means, with `low` and `high` where a band is wanted and there is one."""
    found = {
        "label": label,
        "unit": unit,
        "values": means(buckets),
        "bridge": bridge(buckets, tier),
    }
    if with_band and any(b is not None and b.maximum > b.minimum for b in buckets):
        found["low"] = [None if b is None else _short(b.minimum) for b in buckets]
        found["high"] = [None if b is None else _short(b.maximum) for b in buckets]
    return found


def means(buckets: Buckets) -> list[float | None]:
    """The mean of each bucket, None where it is empty."""
    return [None if b is None else _short(b.total / b.count) for b in buckets]


def bridge(buckets: Buckets, tier: str) -> int:
    """Across how many empty places the line goes on: one and a half times the usual distance.

    A place left empty among sums of a minute or more is always a gap; among readings a single one
    is nothing but a reading that came a little late.
    """
    places = [i for i, bucket in enumerate(buckets) if bucket is not None]
    distances = sorted(b - a for a, b in zip(places, places[1:], strict=False))
    usual = distances[len(distances) // 2] if len(distances) >= RHYTHM else 1
    return usual * 3 // 2 if usual > 1 or tier == RAW else 0


def align(
    buckets: Buckets, own: Grid, shift_ms: int, onto: Grid, count: int
) -> list[Summed | None]:
    """Buckets of an earlier time, `shift_ms` before, on the `count` places of the grid `onto`.

    Buckets that are wider than its places stand at the first place that they cover.
    """
    found: list[Summed | None] = []
    before = -1
    for place in range(count):
        at_ms = onto.start_ms + place * onto.step_ms - shift_ms
        index = (at_ms - own.start_ms) // own.step_ms
        fits = index != before and 0 <= index < len(buckets)
        found.append(buckets[index] if fits else None)
        before = index
    return found


def _short(value: float) -> float:
    """The value with the digits that can be seen, which halves what is sent."""
    return float(f"{value:.{DIGITS}g}")
