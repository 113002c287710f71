"""Which stretch of time the charts of a page show, as its URL says it: pure.

Relative, `range=1h`, ends now and is live; absolute, `from=...&to=...`, stands still. With
`compare=1d` or `compare=1w` the same time a day or a week earlier is drawn beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from webapp.core.clock import from_ms, to_ms

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
RANGES: dict[str, tuple[int, str]] = {
    "15m": (15 * MINUTE_MS, "15 minutes"),
    "1h": (HOUR_MS, "hour"),
    "6h": (6 * HOUR_MS, "6 hours"),
    "24h": (DAY_MS, "24 hours"),
    "7d": (7 * DAY_MS, "7 days"),
    "30d": (30 * DAY_MS, "30 days"),
    "1y": (365 * DAY_MS, "year"),
}
COMPARISONS: dict[str, tuple[int, str]] = {
    "1d": (DAY_MS, "a day earlier"),
    "1w": (7 * DAY_MS, "a week earlier"),
}
DEFAULT = "1h"
SHORTEST_MS = 10_000
LONGEST_MS = 3660 * DAY_MS
FAR_MS = 253_402_300_000_000  # the year 9999
DIGITS = 15  # of milliseconds since 1970, in that year


class RangeError(ValueError):
    """A range that cannot be shown; the message is one sentence for the reader."""


@dataclass(frozen=True)
class TimeRange:
    """From `from_ms` to `to_ms`, milliseconds since 1970; `name` is None for an absolute one."""

    name: str | None
    from_ms: int
    to_ms: int
    now_ms: int
    compare: str | None = None

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.to_ms - self.from_ms

    @property
    def from_at(self) -> datetime:
        """When it begins."""
        return from_ms(self.from_ms)

    @property
    def to_at(self) -> datetime:
        """When it ends."""
        return from_ms(self.to_ms)

    @property
    def label(self) -> str | None:
        """A relative range in words, to stand after `The last`."""
        return RANGES[self.name][1] if self.name else None

    @property
    def shift_ms(self) -> int:
        """How much earlier the time compared with is; 0 without a comparison."""
        return COMPARISONS[self.compare][0] if self.compare else 0

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of a URL that say it."""
        said = {"range": self.name} if self.name else {"from": self.from_ms, "to": self.to_ms}
        return {**said, **({"compare": self.compare} if self.compare else {})}

    def beside(self, compare: str | None) -> "TimeRange":
        """The same, compared with something else."""
        return replace(self, compare=compare)

    def called(self, name: str) -> "TimeRange":
        """The relative range of that name, compared as this is."""
        return _relative(name, self.now_ms, self.compare)

    def earlier(self) -> "TimeRange":
        """Half its length before."""
        return self._moved(-self.length_ms // 2)

    def later(self) -> "TimeRange":
        """Half its length after, and no later than now."""
        return self._moved(min(self.length_ms // 2, max(self.now_ms - self.to_ms, 0)))

    def wider(self) -> "TimeRange":
        """Twice as long, around the same middle where there is time left, else back from now."""
        length = min(2 * self.length_ms, LONGEST_MS)
        to = min(self.to_ms + self.length_ms // 2, max(self.now_ms, self.to_ms))
        return self._absolute(max(to - length, 0), to)

    def narrower(self) -> "TimeRange":
        """The middle half."""
        quarter = max(self.length_ms // 4, 1)
        if self.length_ms - 2 * quarter < SHORTEST_MS:
            return self
        return self._absolute(self.from_ms + quarter, self.to_ms - quarter)

    def _moved(self, by_ms: int) -> "TimeRange":
        start = max(self.from_ms + by_ms, 0)
        return self._absolute(start, start + self.length_ms)

    def _absolute(self, from_ms: int, to_ms: int) -> "TimeRange":
        return replace(self, name=None, from_ms=from_ms, to_ms=to_ms)


def parse(given: Mapping[str, str], now_ms: int) -> TimeRange:
    """The range that the parameters of a URL say, by default the last hour.

    Moments are milliseconds since 1970, or RFC 3339; one without a zone is in UTC.
    """
    compare = given.get("compare") or None
    if compare is not None and compare not in COMPARISONS:
        raise RangeError(f"Compare with {' or '.join(COMPARISONS)}.")
    if "from" not in given and "to" not in given:
        return _relative(given.get("range") or DEFAULT, now_ms, compare)
    if "range" in given:
        raise RangeError("Give either range, or from and to.")
    start = _moment(given.get("from", ""), "from")
    end = _moment(given.get("to", ""), "to")
    return _checked(TimeRange(None, start, end, now_ms, compare))


def _relative(name: str, now_ms: int, compare: str | None) -> TimeRange:
    if name not in RANGES:
        raise RangeError(f"There is no such range. The ranges are {', '.join(RANGES)}.")
    return TimeRange(name, now_ms - RANGES[name][0], now_ms, now_ms, compare)


def _checked(found: TimeRange) -> TimeRange:
    if found.length_ms < SHORTEST_MS:
        raise RangeError("The end must be at least 10 seconds after the beginning.")
    if found.length_ms > LONGEST_MS:
        raise RangeError("At most ten years can be shown.")
    if found.from_ms > found.now_ms:
        raise RangeError("The beginning lies in the future.")
    return found


def _moment(text: str, name: str) -> int:
    try:
        found = int(text) if _is_number(text) else to_ms(_aware(text))
    except (ValueError, OverflowError):
        found = -1
    if 0 <= found <= FAR_MS:
        return found
    raise RangeError(f"Give {name} as 2026-11-21T14:00:00Z or in milliseconds since 1970.")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS


def _aware(text: str) -> datetime:
    # A plus that was not quoted arrives as a space.
    moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
