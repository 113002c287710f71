"""What a stretch of checks comes to: counts, and sketches of the times. Pure.

Times are those of checks that found the website UP or DEGRADED: how long a failure took says
nothing about how fast the website is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from webapp.core.sketch import Sketch
from webapp.websites.timing import rest_ms

MEASURED = ("total", "dns", "connect", "tls", "ttfb")
PHASES = (*MEASURED, "transfer")  # what the others leave of the whole
STATUSES = ("UP", "DOWN", "DEGRADED", "UNKNOWN")
TIMED = ("UP", "DEGRADED")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Summary:
    """Checks by status, and of those that were answered the times in ms: whole and phases."""

    __slots__ = ("counts", "highest_ms", "lowest_ms", "sketches", "sum_ms")

    def __init__(self) -> None:
        self.counts = dict.fromkeys(STATUSES, 0)
        self.sketches = {phase: Sketch() for phase in PHASES}
        self.sum_ms = 0.0
        self.lowest_ms: float | None = None
        self.highest_ms: float | None = None

    def add(self, status: str, times_ms: Sequence[float | None]) -> None:
        """Count a check; `times_ms` are in the order of `MEASURED`."""
        self.counts[status] += 1
        if status not in TIMED:
            return
        for phase, value in zip(PHASES, (*times_ms, _transfer_ms(times_ms)), strict=True):
            if value is not None:
                self.sketches[phase].add(value)
        if (total := times_ms[0]) is not None:
            self._stretch(total, total)
            self.sum_ms += total

    def merge(self, other: "Summary") -> None:
        """Add what `other` has counted."""
        for status, count in other.counts.items():
            self.counts[status] += count
        for phase, sketch in other.sketches.items():
            self.sketches[phase].merge(sketch)
        self.sum_ms += other.sum_ms
        if other.lowest_ms is not None and other.highest_ms is not None:
            self._stretch(other.lowest_ms, other.highest_ms)

    def quantile(self, phase: str, share: float) -> float | None:
        """The time in ms that `share` of the answered checks did not exceed in that phase."""
        return self.sketches[phase].quantile(share)

    @property
    def checks(self) -> int:
        """How many checks there were."""
        return sum(self.counts.values())

    def to_row(self) -> dict[str, Any]:
        """The values of a rollup's columns."""
        row: dict[str, Any] = {f"{s.lower()}_count": n for s, n in self.counts.items()}
        row |= {f"{p}_sketch": s.to_bytes() or None for p, s in self.sketches.items()}
        lowest, highest = self.lowest_ms, self.highest_ms
        return row | {
            "total_sum_ms": self.sum_ms, "total_min_ms": lowest, "total_max_ms": highest,
            "total_p50_ms": self.quantile("total", 0.5),
        }  # fmt: skip

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Summary":
        """The summary that `to_row` wrote."""
        found = cls()
        found.counts = {status: row[f"{status.lower()}_count"] for status in STATUSES}
        for phase in PHASES:
            if packed := row[f"{phase}_sketch"]:
                found.sketches[phase] = Sketch.from_bytes(packed)
        found.sum_ms = row["total_sum_ms"]
        found.lowest_ms, found.highest_ms = row["total_min_ms"], row["total_max_ms"]
        return found

    def _stretch(self, lowest: float, highest: float) -> None:
        self.lowest_ms = lowest if self.lowest_ms is None else min(self.lowest_ms, lowest)
        self.highest_ms = highest if self.highest_ms is None else max(self.highest_ms, highest)


def _transfer_ms(times_ms: Sequence[float | None]) -> float | None:
    """From the first byte on; None where there was none."""
    total, *phases = times_ms
    return None if phases[-1] is None else rest_ms(total, phases)


def summarise(rows: Iterable[tuple[int, str, Sequence[float | None]]]) -> Iterator[
    tuple[int, Summary]
]:  # fmt: skip
    """A summary for each website; `rows` (website, status, times) are in order of website."""
    for website_id, found in groupby(rows, key=lambda row: row[0]):
        summary = Summary()
        for _, status, times_ms in found:
            summary.add(status, times_ms)
        yield website_id, summary


def merged(summaries: Iterable[Summary]) -> Summary:
    """All of them as one."""
    whole = Summary()
    for summary in summaries:
        whole.merge(summary)
    return whole


def floor(moment: datetime, span: timedelta) -> datetime:
    """When the hour or day (UTC) began that `moment` is in."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return moment - (moment - epoch) % span


def ceiling(moment: datetime, span: timedelta) -> datetime:
    """When the first whole hour or day (UTC) from `moment` on begins."""
    return -(-(moment - floor(moment, span)) // span) * span + floor(moment, span)
