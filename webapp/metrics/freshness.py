"""Questions before reading history: which tiers may answer, and how far each series is summed."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from webapp.config import Settings
from webapp.core.db import db
from webapp.metrics.models import MetricSeries
from webapp.metrics.pages import DAY, HOUR, MINUTE
from webapp.metrics.tiers import NAMES, RAW, Plan, plan, plans

MINUTE_MS, HOUR_MS, DAY_MS = MINUTE * 1000, HOUR * 1000, DAY * 1000
UNSUMMED_MS = 10 * MINUTE_MS  # how far back samples are read that no minute has taken in yet
UNFOLDED_MS = 3 * HOUR_MS  # and minutes that no hour has
FINER = {HOUR: MINUTE, DAY: HOUR}
NEVER_MS = 2**63


class Asked(NamedTuple):
    """What somebody wants to see: of which series, when, and in about how many points."""

    series_ids: list[int]
    from_ms: int
    to_ms: int
    points: int
    now_ms: int
    tier: str | None = None
    least_step_ms: int = 0


class Fresh(NamedTuple):
    """Until when a series is summed into minutes, and folded into hours and days."""

    summed_ms: int
    folded_ms: int


def plans_for(asked: Asked) -> list[Plan]:
    """What to read, and what instead if that has nothing; no statement."""
    ids, from_ms, to_ms, points, now_ms, name, least_step_ms = asked
    if name is not None:
        number = next(tier for tier, known in NAMES.items() if known == name)
        return [plan(number, from_ms, to_ms, max((to_ms - from_ms) / points, least_step_ms))]
    return plans(
        from_ms,
        to_ms,
        points,
        series=len(ids),
        reaches_ms=_reaches_ms(now_ms),
        least_step_ms=least_step_ms,
    )


def _reaches_ms(now_ms: int) -> dict[int, int]:
    settings: Settings = current_app.extensions["settings"]
    days = {
        RAW: settings.metrics_days,
        MINUTE: settings.metric_minutes_days,
        HOUR: settings.metric_hours_days,
    }
    return {DAY: 0} | {tier: now_ms - kept * DAY_MS for tier, kept in days.items()}


def fresh_of(series_ids: Sequence[int]) -> dict[int, Fresh]:
    """How far each of the series is summed and folded; one statement."""
    query = select(
        MetricSeries.id, MetricSeries.unsummed_from_ms, MetricSeries.unfolded_from_ms
    ).where(MetricSeries.id.in_(series_ids))
    found = {}
    for series_id, unsummed_ms, unfolded_ms in db.session.execute(query):
        summed_ms = NEVER_MS if unsummed_ms is None else unsummed_ms
        folded_ms = summed_ms if unfolded_ms is None else min(unfolded_ms, summed_ms)
        found[series_id] = Fresh(summed_ms, folded_ms)
    return found


def unsummed_since(fresh: dict[int, Fresh], to_ms: int, now_ms: int) -> dict[int, int]:
    """From which minute on each series is to be read raw, where that is before `to_ms`."""
    earliest_ms = now_ms - UNSUMMED_MS
    since = {i: max(each.summed_ms, earliest_ms) for i, each in fresh.items()}
    return {i: at_ms // MINUTE_MS * MINUTE_MS for i, at_ms in since.items() if at_ms < to_ms}


def unfolded_since(
    tier: int, fresh: dict[int, Fresh], to_ms: int, now_ms: int
) -> tuple[dict[int, Fresh], int]:
    """The series of which `tier` lacks something before `to_ms`, and since when one does."""
    step_ms, earliest_ms = tier * 1000, now_ms - UNFOLDED_MS
    behind = {i: each for i, each in fresh.items() if max(each.folded_ms, earliest_ms) < to_ms}
    first_ms = max(min((each.folded_ms for each in behind.values()), default=to_ms), earliest_ms)
    return behind, first_ms // step_ms * step_ms
