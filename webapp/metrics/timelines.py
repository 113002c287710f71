"""Questions about values over time: the lines of charts, out of the tier that fills them.

What was measured last is not in the rollups yet; it is added from the samples and the finer tiers,
so that a line goes on until now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from sqlalchemy import select

from webapp.core.db import db
from webapp.metrics.distributions import quantiles as quantiles
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
from webapp.metrics.pages import (
    BUCKETS,
    MINUTE,
    PAGE_MS,
    Columns,
    by_bucket,
    grouped,
    no_buckets,
    page_start,
    summed,
    unpack_columns,
)
from webapp.metrics.pages import Bucket as Bucket
from webapp.metrics.raw import rows_of, samples_of
from webapp.metrics.raw import samples as samples
from webapp.metrics.tiers import NAMES, RAW, Plan

PAGE = MetricRollup.__table__.c
Line = list[Bucket | None]


@dataclass(frozen=True)
class Timelines:
    """Columns by series id: a bucket for each step of `step_ms` from `from_ms` on.

    `tier` says what they were read from: raw, minute, hour or day.
    """

    tier: str
    step_ms: int
    from_ms: int
    to_ms: int
    columns: dict[int, Columns]

    @cached_property
    def lines(self) -> dict[int, Line]:
        """The buckets of each series, None for a gap."""
        return {series_id: _line(columns) for series_id, columns in self.columns.items()}


def read(
    series_ids: Sequence[int],
    from_ms: int,
    to_ms: int,
    points: int,
    now_ms: int,
    *,
    tier: str | None = None,
    least_step_ms: int = 0,
    ends: bool = True,
) -> Timelines:
    """The lines of series in about so many steps; two to six statements however many there are.

    Without `tier` the coarsest is read that gives the points, and another where that has nothing.
    `least_step_ms`, twice the interval of the samples, keeps every second step from being a gap.
    Without `ends` nothing is to be read out of minima and maxima: it is twice as quick.
    """
    ids = list(dict.fromkeys(series_ids))
    first = None
    for plan in plans_for(Asked(ids, from_ms, to_ms, points, now_ms, tier, least_step_ms)):
        raw = plan.tier == RAW
        columns = _of_samples(ids, plan) if raw else _of_pages(ids, plan, now_ms, ends=ends)
        found = Timelines(NAMES[plan.tier], plan.step_ms, plan.from_ms, plan.to_ms, columns)
        first = first or found
        if any(any(each.counts) for each in columns.values()):
            return found
    assert first is not None
    return first


def _line(columns: Columns) -> Line:
    make = partial(tuple.__new__, Bucket)  # as Bucket._make does, but in C
    line: Line = list(map(make, zip(*columns, strict=True)))
    return line if all(columns.counts) else [bucket if bucket[0] else None for bucket in line]  # type: ignore[index]


def _of_samples(ids: Sequence[int], plan: Plan) -> dict[int, Columns]:
    lines = {series_id: no_buckets(plan.steps) for series_id in ids}
    for series_id, found in samples_of(ids, plan.from_ms, plan.to_ms).items():
        for at_ms, values in by_bucket(found, plan.step_ms):
            lines[series_id].put((at_ms - plan.from_ms) // plan.step_ms, summed(values))
    return lines


def _of_pages(ids: Sequence[int], plan: Plan, now_ms: int, *, ends: bool) -> dict[int, Columns]:
    fresh = fresh_of(ids)
    settled_ms = _settled_ms(plan, fresh, now_ms)
    old = _paged(plan.tier, list(fresh), plan.from_ms, settled_ms, plan.per_step, ends=ends)
    new = _dense(plan.tier, fresh, settled_ms, plan.to_ms, now_ms, ends=ends)
    lines = {series_id: no_buckets(plan.steps) for series_id in ids if series_id not in fresh}
    for series_id, columns in new.items():
        both = zip(old[series_id], grouped(columns, plan.per_step), strict=True)
        lines[series_id] = Columns(*(before + after for before, after in both))  # type: ignore
    return lines


def _settled_ms(plan: Plan, fresh: dict[int, Fresh], now_ms: int) -> int:
    """Until when pages tell all, and may be read in whole steps: that is quicker.

    From then on the newest has to be laid over single buckets.
    """
    if plan.per_step == 1 or PAGE_MS[plan.tier] % plan.step_ms:
        return plan.from_ms
    if plan.tier == MINUTE:
        since = unsummed_since(fresh, plan.to_ms, now_ms)
        first_ms = min(since.values(), default=plan.to_ms)
    else:
        _, first_ms = unfolded_since(plan.tier, fresh, plan.to_ms, now_ms)
    whole_ms = plan.to_ms if first_ms >= plan.to_ms else page_start(first_ms, plan.tier)
    return max(whole_ms, plan.from_ms)


def _dense(
    tier: int, fresh: dict[int, Fresh], from_ms: int, to_ms: int, now_ms: int, *, ends: bool
) -> dict[int, Columns]:
    """Every bucket of a tier, the newest of them from what the tier has not taken in yet."""
    lines = _paged(tier, list(fresh), from_ms, to_ms, ends=ends)
    if tier == MINUTE:
        _add_samples(lines, fresh, from_ms, to_ms, now_ms)
        return lines
    behind, since_ms = unfolded_since(tier, fresh, to_ms, now_ms)
    since_ms = max(since_ms, from_ms)
    finer = FINER[tier]
    newest = _dense(finer, behind, since_ms, to_ms, now_ms, ends=ends) if behind else {}
    for series_id, columns in newest.items():
        coarser = grouped(columns, tier // finer)
        _lay_over(lines[series_id], coarser, (since_ms - from_ms) // (tier * 1000))
    return lines


def _paged(
    tier: int, ids: Sequence[int], from_ms: int, to_ms: int, per_step: int = 1, *, ends: bool
) -> dict[int, Columns]:
    """What the pages of a tier have; one statement along the primary key, none for no time."""
    unit_ms, size = tier * 1000 * per_step, BUCKETS[tier] // per_step
    count = (to_ms - from_ms) // unit_ms
    lines = {series_id: no_buckets(count) for series_id in ids}
    told = {series_id: line if ends else line[:2] for series_id, line in lines.items()}
    query = select(PAGE.series_id, PAGE.page_ms, PAGE.data).where(
        PAGE.series_id.in_(ids),
        PAGE.tier == tier,
        PAGE.page_ms.between(page_start(from_ms, tier), to_ms - 1),
    )
    # All at once: fetched one by one, thousands of rows take longer than what they hold.
    for series_id, page_ms, data in db.session.execute(query).all() if ids and count else ():
        first = (page_ms - from_ms) // unit_ms
        begin, end = max(first, 0), min(first + size, count)
        columns = unpack_columns(data, BUCKETS[tier], per_step, ends=ends)
        for line, column in zip(told[series_id], columns, strict=False):
            line[begin:end] = column[begin - first : end - first]  # type: ignore[index]
    return lines


def _add_samples(
    lines: dict[int, Columns], fresh: dict[int, Fresh], from_ms: int, to_ms: int, now_ms: int
) -> None:
    """The minutes of samples that no rollup has taken in: younger than an hour, thus rows."""
    since = unsummed_since(fresh, to_ms, now_ms)
    if not since:
        return
    found = rows_of(list(since), max(min(since.values()), from_ms), to_ms)
    for series_id, rows in found.items():
        for at_ms, values in by_bucket(rows, MINUTE * 1000):
            if at_ms >= since[series_id]:
                lines[series_id].put((at_ms - from_ms) // (MINUTE * 1000), summed(values))


def _lay_over(line: Columns, newest: Columns, first: int) -> None:
    """Put buckets over those of a line from place `first` on, unless they have fewer samples."""
    for number, count in enumerate(newest.counts, first):
        if count and count >= line.counts[number]:
            line.put(number, newest.bucket(number - first))
