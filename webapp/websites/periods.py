"""Verbs on status periods: what is learnt about a website's time is laid into its rows.

A website's periods leave no gap and do not overlap. What is learnt late (a confirmed downtime is
dated back) rewrites the last of them. Downtimes follow the periods that are DOWN. All verbs work
on many websites with the same few statements, and expect the websites' rows to be locked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update

from webapp.core.db import db
from webapp.websites import downtimes
from webapp.websites.models import MaintenanceWindow, PeriodStatus, StatusPeriod, Website
from webapp.websites.timeline import Change, Maintenance, Stretch, changed, laid

_websites: Table = Website.__table__  # type: ignore[assignment]
_periods: Table = StatusPeriod.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Learnt:
    """What was learnt about a website: it was `before`, and then the changes, in order of time.

    `failures` is how many checks in a row confirmed a change to DOWN.
    """

    website_id: int
    before: PeriodStatus
    changes: tuple[Change, ...] = ()
    failures: int = 0


def begin(website_id: int, status: PeriodStatus, now: datetime) -> None:
    """The first period of a website."""
    lay([Learnt(website_id, status, (Change(now, status),))], now)


def change(website_id: int, before: PeriodStatus, status: PeriodStatus, now: datetime) -> None:
    """From now on the website is `status`, because a person says so."""
    lay([Learnt(website_id, before, (Change(now, status),))], now)


def lay(learnt: Sequence[Learnt], now: datetime) -> list[downtimes.Turn]:
    """Write what was learnt, and say which downtimes began and ended by it."""
    if not learnt:
        return []
    open_now = _open_periods([known.website_id for known in learnt])
    bases = {k.website_id: _base(k, open_now.get(k.website_id)) for k in learnt}
    windows = _windows(min(base[0].at for base in bases.values() if base), now)
    stretches = {
        known.website_id: laid(base, _covering(windows, known.website_id), now)
        for known in learnt
        if (base := bases[known.website_id])
    }
    _write(stretches, open_now)
    _flag(stretches, open_now)
    was_down = {i for i, period in open_now.items() if period.status is PeriodStatus.DOWN}
    failures = {known.website_id: known.failures for known in learnt}
    return downtimes.follow(stretches, was_down, failures, now)


def _base(known: Learnt, period: Any) -> list[Change]:
    """What the website was, as far as it is written again: from its open period on, or earlier."""
    start: list[Change] = []
    if period is not None:
        cause = period.cause if period.status is known.before else None
        start = [Change(period.started_at, known.before, cause)]
    return changed(start, known.changes)


def _open_periods(website_ids: Sequence[int]) -> dict[int, Any]:
    columns = _periods.c
    query = select(
        columns.id, columns.website_id, columns.status, columns.started_at, columns.cause
    ).where(columns.ended_at.is_(None), columns.website_id.in_(website_ids))
    return {row.website_id: row for row in db.session.execute(query)}


def _windows(since: datetime, now: datetime) -> list[tuple[int | None, Maintenance]]:
    columns = MaintenanceWindow
    query = select(columns.website_id, columns.starts_at, columns.ends_at, columns.note).where(
        columns.ends_at > since, columns.starts_at <= now
    )
    rows = db.session.execute(query.order_by(columns.starts_at))
    return [(row.website_id, Maintenance(row.starts_at, row.ends_at, row.note)) for row in rows]


def _covering(
    windows: Iterable[tuple[int | None, Maintenance]], website_id: int
) -> list[Maintenance]:
    return [window for of, window in windows if of is None or of == website_id]


def _write(stretches: dict[int, list[Stretch]], open_now: dict[int, Any]) -> None:
    """Keep the open period as the first stretch where it is one; add the others."""
    kept, added = [], []
    for website_id, found in stretches.items():
        period = open_now.get(website_id)
        if period is not None and period.started_at == found[0].started_at:
            kept.append({"row_id": period.id, **_values(found[0])})
            found = found[1:]
        elif period is not None:
            _cut(website_id, found[0].started_at)
        added += [{"website_id": website_id, **_values(stretch, "")} for stretch in found]
    if kept:
        db.session.connection().execute(_KEEP, kept)
    if added:
        db.session.execute(insert(_periods), added)


def _flag(stretches: dict[int, list[Stretch]], open_now: dict[int, Any]) -> None:
    """Let the websites' own rows say whether they are in maintenance now."""
    under = PeriodStatus.MAINTENANCE
    was = {i for i, period in open_now.items() if period.status is under}
    now_is = {i for i, found in stretches.items() if found[-1].status is under}
    for ids, value in ((now_is - was, True), (was - now_is, False)):
        if ids:
            mine = update(_websites).where(_websites.c.id.in_(ids))
            db.session.execute(mine.values(is_in_maintenance=value))


def _cut(website_id: int, at: datetime) -> None:
    """Forget what was written about the time from `at` on."""
    columns = _periods.c
    mine = columns.website_id == website_id
    db.session.execute(delete(_periods).where(mine, columns.started_at >= at))
    lasting = update(_periods).where(mine, columns.ended_at > at)
    db.session.execute(lasting.values(ended_at=at))


_KEEP = (
    update(_periods)
    .where(_periods.c.id == bindparam("row_id"))
    .values({name: bindparam(f"new_{name}") for name in ("status", "ended_at", "cause")})
)


def _values(stretch: Stretch, prefix: str = "new_") -> dict[str, Any]:
    values = {
        f"{prefix}status": stretch.status,
        f"{prefix}ended_at": stretch.ended_at,
        f"{prefix}cause": stretch.cause,
    }
    return values if prefix else values | {"started_at": stretch.started_at}
