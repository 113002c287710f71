"""Which tier of history answers a question, and how long its steps are. Pure.

Tiers are raw samples, minutes, hours and days. The coarsest one that still gives about the points
asked for is the cheapest to read; one that no longer reaches so far back gives nothing.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from webapp.metrics.pages import DAY, HOUR, MINUTE

RAW = 0
NAMES = {RAW: "raw", MINUTE: "minute", HOUR: "hour", DAY: "day"}
# How many buckets make a step: each divides a page, or a day, so that steps begin where people
# expect them to.
MULTIPLES: dict[int, Sequence[int]] = {
    RAW: (*(1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600), 7200, 14_400, 86_400),
    MINUTE: (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440),
    HOUR: (1, 2, 3, 4, 6, 8, 12, 24, 48, 96, 192),
    DAY: (1, 2, 4, 8, 16, 32, 64),
}
UNIT_S = {RAW: 1, MINUTE: MINUTE, HOUR: HOUR, DAY: DAY}
FEWEST = 0.5  # of the points asked for, before a finer tier is read
MOST_SERIES_SECONDS = 36_000  # of raw samples in one question: a second each, that is as many
LAST_RESORT_SERIES_SECONDS = 100_000  # the same where no other tier has anything


class Plan(NamedTuple):
    """What to read: a tier in seconds (0 for raw), its step, and the time aligned to the step."""

    tier: int
    step_ms: int
    from_ms: int
    to_ms: int

    @property
    def steps(self) -> int:
        """How many steps the time has."""
        return (self.to_ms - self.from_ms) // self.step_ms

    @property
    def per_step(self) -> int:
        """How many buckets of the tier make a step."""
        return self.step_ms // (UNIT_S[self.tier] * 1000)


def plans(
    from_ms: int,
    to_ms: int,
    points: int,
    *,
    series: int,
    reaches_ms: Mapping[int, int],
    least_step_ms: int = 0,
) -> list[Plan]:
    """What to read first, and what instead if that has nothing at all: coarser, then finer.

    `reaches_ms` says since when each tier has something.
    """
    wanted_ms = max((to_ms - from_ms) / max(points, 1), least_step_ms, 1)
    fine = [tier for tier in NAMES if UNIT_S[tier] * 1000 <= wanted_ms / FEWEST or tier == RAW]
    if series * (to_ms - from_ms) > MOST_SERIES_SECONDS * 1000:
        fine = [tier for tier in fine if tier != RAW]
    first = max(fine, default=MINUTE)
    reaching = [tier for tier in NAMES if tier >= first and reaches_ms[tier] <= from_ms]
    first = min(reaching, default=DAY)
    finer = [tier for tier in (HOUR, MINUTE) if tier < first]
    if first > RAW and series * (to_ms - from_ms) <= LAST_RESORT_SERIES_SECONDS * 1000:
        finer.append(RAW)
    ordered = [*(tier for tier in NAMES if tier >= first), *finer]
    return [plan(tier, from_ms, to_ms, wanted_ms) for tier in ordered]


def plan(tier: int, from_ms: int, to_ms: int, wanted_ms: float) -> Plan:
    """How to read `tier` in steps of about `wanted_ms`."""
    unit_ms = UNIT_S[tier] * 1000
    most = MULTIPLES[tier][-1]
    multiple = next((n for n in MULTIPLES[tier] if n * unit_ms >= 0.75 * wanted_ms), most)
    step_ms = multiple * unit_ms
    return Plan(tier, step_ms, from_ms // step_ms * step_ms, -(-to_ms // step_ms) * step_ms)
