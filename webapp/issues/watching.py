"""Verbs: which series each rule watches.

A series that a rule begins to watch is judged by what is stored of it since a while ago, so that a
breach that lasts already is found at once.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import ending, watch_rows
from webapp.issues.kinds import IssueKind
from webapp.issues.leases import lock_mark
from webapp.issues.matching import fits
from webapp.issues.models import Overload
from webapp.issues.rule_models import JudgeMark, RuleWatch, ThresholdRule
from webapp.metrics import watched
from webapp.metrics.models import MetricSeries
from webapp.metrics.readings import MetricKind

SERIES_MARK = "series"
IS_ONGOING = text("overloads.is_ongoing")  # as the partial index says it
SETTLED_S = 60  # nobody who makes a series takes so long to commit it
SWEEP_MS = 600_000  # all series are looked at again: an id may have been given a second time
BACK_S = 60  # judged of the past, beside the rule's own duration
NEW_BACK_S = 3_600  # and of a series that is new: nobody has judged anything of it
MOST_BACK = 500_000  # seconds of all series together
FEWEST_BACK_S = 10
LONGEST_BACK_S = 3_600  # what is older is sealed


class Known(NamedTuple):
    """A series, as far as rules ask."""

    id: int
    kind: MetricKind
    name: str
    source: str
    details: dict[str, Any]
    created_at: datetime


COLUMNS = (
    MetricSeries.id, MetricSeries.kind, MetricSeries.name, MetricSeries.source,
    MetricSeries.details, MetricSeries.created_at,
)  # fmt: skip


def rematch(rule: ThresholdRule, now: datetime) -> None:
    """Watch for a rule what it means now, and nothing else; nothing while it is paused."""
    wanted: set[int] = set()
    if rule.is_active:
        own = MetricSeries.kind == rule.kind, MetricSeries.name == rule.metric_name
        found = db.session.execute(select(*COLUMNS).where(*own))
        wanted = {row.id for row in found if _fits(rule, Known._make(row))}
    before = {watch.series_id for watch in watch_rows.of_rule(rule.id)}
    leave(rule, before - wanted, now)
    _join(rule, wanted - before, now, rule.for_s + BACK_S)


def leave(rule: ThresholdRule, series_ids: Collection[int], now: datetime) -> None:
    """Watch these series no longer for a rule; what it found there and lasts is over."""
    if not series_ids:
        return
    mine = set(series_ids)
    lasting = [
        watch.overload_id
        for watch in watch_rows.of_rule(rule.id)
        if watch.series_id in mine and watch.overload_id is not None
    ]
    if lasting:
        ending.end(IssueKind.OVERLOAD, lasting, now, now)
    watch_rows.remove(rule.id, mine)
    watched.unwatch(sorted(mine - watch_rows.watched_by_any(mine)))


def watch_new_series(now: datetime) -> int:
    """Have rules watch the series that are new and fit; how many watches that made.

    One statement while there is nothing new.
    """
    if not _is_due(now):
        return 0
    mark = lock_mark(SERIES_MARK)
    is_sweep = _is_sweep_due(mark.details, now)
    since = 0 if is_sweep else mark.position
    query = select(*COLUMNS).where(MetricSeries.id > since).order_by(MetricSeries.id)
    found = [Known._make(row) for row in db.session.execute(query)]
    made = _match(found, now)
    mark.position = _settled(found, now, since)
    if is_sweep:
        mark.details = {"swept_ms": clock.to_ms(now)}
    db.session.flush()
    return made


def end_what_nothing_watches(now: datetime) -> int:
    """End overloads whose series or rule is gone; how many. One statement while there is none."""
    is_watched = select(RuleWatch.rule_id).where(
        RuleWatch.rule_id == Overload.rule_id,
        RuleWatch.series_id == Overload.series_id,
        RuleWatch.overload_id == Overload.id,
    )
    query = select(Overload.id).where(
        IS_ONGOING, Overload.series_id.is_not(None), ~is_watched.exists()
    )
    lost = list(db.session.scalars(query))
    if lost:
        ending.end(IssueKind.OVERLOAD, lost, now, now)
    return len(lost)


def _is_due(now: datetime) -> bool:
    newest = select(func.max(MetricSeries.id)).scalar_subquery()
    query = select(JudgeMark.position, JudgeMark.details, newest.label("newest"))
    mark = db.session.execute(query.where(JudgeMark.name == SERIES_MARK)).one_or_none()
    if mark is None:
        return True
    is_new = mark.newest is not None and mark.newest > mark.position
    return is_new or _is_sweep_due(mark.details, now)


def _is_sweep_due(details: Mapping[str, Any] | None, now: datetime) -> bool:
    return clock.to_ms(now) - int((details or {}).get("swept_ms", 0)) >= SWEEP_MS


def _match(found: Iterable[Known], now: datetime) -> int:
    rules: dict[tuple[MetricKind, str], list[ThresholdRule]] = {}
    for rule in db.session.scalars(select(ThresholdRule).where(ThresholdRule.is_active)):
        rules.setdefault((rule.kind, rule.metric_name), []).append(rule)
    wanted: dict[ThresholdRule, set[int]] = {}
    for series in found:
        for rule in rules.get((series.kind, series.name), ()):
            if _fits(rule, series):
                wanted.setdefault(rule, set()).add(series.id)
    known = _pairs({series_id for ids in wanted.values() for series_id in ids})
    missing = {rule: {i for i in ids if (rule.id, i) not in known} for rule, ids in wanted.items()}
    for rule, ids in missing.items():
        _join(rule, ids, now, NEW_BACK_S)
    return sum(map(len, missing.values()))


def _pairs(series_ids: set[int]) -> set[tuple[int, int]]:
    return {(watch.rule_id, watch.series_id) for watch in watch_rows.of_series(series_ids)}


def _settled(found: list[Known], now: datetime, since: int) -> int:
    """Up to which id no further series can turn up."""
    settled = [s.id for s in found if (now - s.created_at).total_seconds() > SETTLED_S]
    return max(settled, default=since)


def _join(rule: ThresholdRule, series_ids: Collection[int], now: datetime, back_s: int) -> None:
    if not series_ids:
        return
    back_s = min(back_s, LONGEST_BACK_S, MOST_BACK // len(series_ids))
    since_ms = clock.to_ms(now) - max(back_s, FEWEST_BACK_S) * 1000
    there = watched.watch(sorted(series_ids), since_ms, now)
    watch_rows.add(rule.id, there)


def _fits(rule: ThresholdRule, series: Known) -> bool:
    return fits(rule.source, rule.labels, series.source, series.details)
