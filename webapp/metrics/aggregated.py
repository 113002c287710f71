"""Questions about series over time, one number a step: what the API gives when a step is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.metrics import timelines
from webapp.metrics.aggregates import ENDS, LAST, SHARES
from webapp.metrics.pages import Columns
from webapp.metrics.raw import samples_of
from webapp.metrics.tiers import MOST_SERIES_SECONDS, NAMES, RAW, plan

MOST_POINTS = 5000
DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
TIERS = (("day", DAY_MS), ("hour", HOUR_MS), ("minute", MINUTE_MS))
Numbers = list[float | None]


@dataclass(frozen=True)
class Stretch:
    """From when to when, cut into steps; all in milliseconds, `from_ms` and `to_ms` on a step."""

    from_ms: int
    to_ms: int
    step_ms: int
    now_ms: int

    @property
    def points(self) -> int:
        """How many steps it has."""
        return max((self.to_ms - self.from_ms) // self.step_ms, 1)

    @property
    def tier(self) -> str | None:
        """The coarsest tier that has the steps exactly; None for steps shorter than a minute."""
        return next((name for name, size in TIERS if self.step_ms % size == 0), None)


@dataclass(frozen=True)
class Aggregated:
    """Lines by series id on one grid; `tier` says what they were read from."""

    tier: str
    step_ms: int
    from_ms: int
    lines: dict[int, Numbers]


def stretch(from_ms: int, to_ms: int, step_ms: int, now_ms: int) -> Stretch:
    """The steps that hold everything from `from_ms` until before `to_ms`."""
    first, last = from_ms // step_ms * step_ms, -(-to_ms // step_ms) * step_ms
    return Stretch(first, max(last, first + step_ms), step_ms, now_ms)


def aggregated(series_ids: Sequence[int], over: Stretch, aggregate: str) -> Aggregated:
    """The lines of the series; where a tier has nothing for the time, another one is read.

    `last` is the newest reading of a step where there still are raw readings, else its mean.
    """
    if not series_ids:
        return Aggregated(over.tier or "raw", over.step_ms, over.from_ms, {})
    if aggregate == LAST and (newest := _newest(series_ids, over)) is not None:
        return newest
    found = _read(series_ids, over, aggregate, over.tier)
    if over.tier is not None and not _has_any(found):
        return _read(series_ids, over, aggregate, None)
    return found


def _read(series_ids: Sequence[int], over: Stretch, aggregate: str, tier: str | None) -> Aggregated:
    if aggregate in SHARES:
        return _share(series_ids, over, SHARES[aggregate], tier)
    found = timelines.read(
        *(series_ids, over.from_ms, over.to_ms, over.points, over.now_ms),
        tier=tier,
        ends=aggregate in ENDS,
    )
    lines = {
        series_id: _numbers(columns, aggregate) for series_id, columns in found.columns.items()
    }
    return Aggregated(found.tier, found.step_ms, found.from_ms, lines)


def _numbers(columns: Columns, aggregate: str) -> Numbers:
    counts, totals, minima, maxima = columns
    known: dict[str, Sequence[float]] = {
        "min": minima, "max": maxima, "sum": totals, "count": counts,
    }  # fmt: skip
    if aggregate in known:
        pairs = zip(counts, known[aggregate], strict=True)
        return [number if count else None for count, number in pairs]
    pairs = zip(counts, totals, strict=True)
    return [total / count if count else None for count, total in pairs]


def _share(series_ids: Sequence[int], over: Stretch, share: float, tier: str | None) -> Aggregated:
    found = timelines.quantiles(
        series_ids, over.from_ms, over.to_ms, over.points, [share], over.now_ms, tier=tier
    )
    lines: dict[int, Numbers] = {
        series_id: [None if values is None else values[0] for values in line]
        for series_id, line in found.lines.items()
    }
    return Aggregated(found.tier, found.step_ms, found.from_ms, lines)


def _newest(series_ids: Sequence[int], over: Stretch) -> Aggregated | None:
    """In each step the last of its readings; None where these are gone, or too many to read."""
    if len(series_ids) * (over.to_ms - over.from_ms) > MOST_SERIES_SECONDS * 1000:
        return None
    raw = plan(RAW, over.from_ms, over.to_ms, over.step_ms)
    lines: dict[int, Numbers] = {series_id: [None] * raw.steps for series_id in series_ids}
    for series_id, samples in samples_of(series_ids, raw.from_ms, raw.to_ms).items():
        for at_ms, value in samples:  # in order, so that the last one stays
            lines[series_id][(at_ms - raw.from_ms) // raw.step_ms] = value
    found = Aggregated(NAMES[RAW], raw.step_ms, raw.from_ms, lines)
    return found if _has_any(found) else None


def _has_any(found: Aggregated) -> bool:
    return any(value is not None for line in found.lines.values() for value in line)
