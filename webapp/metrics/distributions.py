"""Questions about how values are distributed over time: quantiles, exact or out of sketches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from webapp.core.db import db
from webapp.core.sketch import Sketch
from webapp.metrics.freshness import (
    FINER,
    Asked,
    Fresh,
    fresh_of,
    plans_for,
    unfolded_since,
    unsummed_since,
)
from webapp.metrics.models import MetricRollup
from webapp.metrics.pages import BUCKETS, MINUTE, by_bucket, page_start, unpack_sketches
from webapp.metrics.raw import rows_of, samples_of
from webapp.metrics.tiers import NAMES, RAW, Plan

PAGE = MetricRollup.__table__.c
Sketches = dict[int, dict[int, Sketch]]  # by series, and by when the bucket begins


@dataclass(frozen=True)
class Quantiles:
    """Lines by series id: for each step the value of each share, None for a gap.

    Out of raw samples they are exact, else within one percent.
    """

    tier: str
    step_ms: int
    from_ms: int
    to_ms: int
    shares: tuple[float, ...]
    lines: dict[int, list[tuple[float, ...] | None]]


def quantiles(
    series_ids: Sequence[int],
    from_ms: int,
    to_ms: int,
    points: int,
    shares: Sequence[float],
    now_ms: int,
    *,
    tier: str | None = None,
    least_step_ms: int = 0,
) -> Quantiles:
    """For each step the values that `shares` (0 to 1) of the samples do not exceed.

    Tiers and steps are chosen as `timelines.read` chooses them.
    """
    ids = list(dict.fromkeys(series_ids))
    first = None
    for plan in plans_for(Asked(ids, from_ms, to_ms, points, now_ms, tier, least_step_ms)):
        read = _exact if plan.tier == RAW else _sketched
        lines = read(ids, plan, shares, now_ms)
        found = Quantiles(
            NAMES[plan.tier], plan.step_ms, plan.from_ms, plan.to_ms, tuple(shares), lines
        )
        first = first or found
        if any(map(any, lines.values())):
            return found
    assert first is not None
    return first


Lines = dict[int, list[tuple[float, ...] | None]]


def _exact(ids: Sequence[int], plan: Plan, shares: Sequence[float], _now_ms: int) -> Lines:
    lines: Lines = {series_id: [None] * plan.steps for series_id in ids}
    for series_id, found in samples_of(ids, plan.from_ms, plan.to_ms).items():
        for at_ms, values in by_bucket(found, plan.step_ms):
            ordered = sorted(values)
            ranks = (math.floor(share * (len(ordered) - 1)) for share in shares)
            number = (at_ms - plan.from_ms) // plan.step_ms
            lines[series_id][number] = tuple(ordered[rank] for rank in ranks)
    return lines


def _sketched(ids: Sequence[int], plan: Plan, shares: Sequence[float], now_ms: int) -> Lines:
    lines: Lines = {series_id: [None] * plan.steps for series_id in ids}
    found = _dense(plan.tier, fresh_of(ids), plan.from_ms, plan.to_ms, now_ms)
    for series_id, sketches in found.items():
        for at_ms, sketch in _gathered(sketches, plan.step_ms).items():
            values = (sketch.quantile(share) or 0.0 for share in shares)
            lines[series_id][(at_ms - plan.from_ms) // plan.step_ms] = tuple(values)
    return lines


def _dense(tier: int, fresh: dict[int, Fresh], from_ms: int, to_ms: int, now_ms: int) -> Sketches:
    """The sketches of a tier, the newest from what the tier has not taken in yet."""
    found = _paged(tier, list(fresh), from_ms, to_ms)
    if tier == MINUTE:
        since = unsummed_since(fresh, to_ms, now_ms)
        newest = _of_rows(since, max(min(since.values()), from_ms), to_ms) if since else {}
    else:
        behind, since_ms = unfolded_since(tier, fresh, to_ms, now_ms)
        finer = _dense(FINER[tier], behind, max(since_ms, from_ms), to_ms, now_ms) if behind else {}
        newest = {i: _gathered(sketches, tier * 1000) for i, sketches in finer.items()}
    for series_id, sketches in newest.items():
        known = found[series_id]
        for at_ms, sketch in sketches.items():
            if at_ms not in known or sketch.count >= known[at_ms].count:
                known[at_ms] = sketch
    return found


def _paged(tier: int, ids: Sequence[int], from_ms: int, to_ms: int) -> Sketches:
    found: Sketches = {series_id: {} for series_id in ids}
    query = select(PAGE.series_id, PAGE.page_ms, PAGE.sketches).where(
        PAGE.series_id.in_(ids),
        PAGE.tier == tier,
        PAGE.page_ms.between(page_start(from_ms, tier), to_ms - 1),
    )
    for series_id, page_ms, packed in db.session.execute(query) if ids else ():
        for number, sketch in enumerate(unpack_sketches(packed, BUCKETS[tier])):
            at_ms = page_ms + number * tier * 1000
            if sketch and from_ms <= at_ms < to_ms:
                found[series_id][at_ms] = Sketch.from_bytes(sketch)
    return found


def _of_rows(since: dict[int, int], from_ms: int, to_ms: int) -> Sketches:
    rows = rows_of(list(since), from_ms, to_ms)
    return {
        series_id: {
            at_ms: Sketch(values)
            for at_ms, values in by_bucket(found, MINUTE * 1000)
            if at_ms >= since[series_id]
        }
        for series_id, found in rows.items()
    }


def _gathered(sketches: dict[int, Sketch], step_ms: int) -> dict[int, Sketch]:
    """The sketches of longer steps: those within each, merged."""
    found: dict[int, Sketch] = {}
    for at_ms, sketch in sketches.items():
        found.setdefault(at_ms // step_ms * step_ms, Sketch()).merge(sketch)
    return found
