"""The judge of what does not come: watched metrics of a machine that is heard of all the same.

A series is missing when others of its machine have gone on without it for a while, on the time of
the samples: a machine that is silent, or sends what it had kept, lacks nothing. It is told once for
each machine, however many rules watch how many series of it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, select, update

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import fault_codes
from webapp.issues.judging_websites import fault
from webapp.issues.models import Fault
from webapp.issues.occurrences import Occurrence
from webapp.issues.overload_words import component
from webapp.issues.reconciling import Found, key_of, ongoing, reconcile
from webapp.issues.rule_models import RuleWatch
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.models import Host, MetricSeries
from webapp.metrics.readings import MetricKind
from webapp.metrics.silence import HEARD_S, heard_every_s

PREFIX = "no-data"
SHORTEST_MS = 300_000
INTERVALS = 5
GONE_MS = 86_400_000  # what has not come for so long is gone and not missing
NAMED = 20
FAULTS: Table = Fault.__table__  # type: ignore[assignment]
WATCHES: Table = RuleWatch.__table__  # type: ignore[assignment]
Missing = Mapping[str, Sequence[Any]]


def judge_missing(now: datetime) -> int:
    """Open and end the faults of machines whose metrics are missing; how many. Flushes.

    Two statements while nothing is missing and nothing was.
    """
    missing = missing_series(clock.to_ms(now))
    _mark({row.id for rows in missing.values() for row in rows})

    def look(_is_open: Collection[str]) -> Found:
        return Found({key_of(PREFIX, host): _fault(host, rows) for host, rows in missing.items()})

    done = reconcile(PREFIX, look, now)
    _tell_more(missing)
    return done


def missing_series(now_ms: int) -> dict[str, list[Any]]:
    """The watched series that are missing, by machine; one statement while none is late."""
    late = _late(now_ms)
    if not late:
        return {}
    hosts = _hosts({row.source for row in late})
    found: dict[str, list[Any]] = {}
    for row in late:
        host = hosts.get(row.source)
        if host is not None and host.newest_ms - row.newest_ms > _patience_ms(host.interval_s):
            found.setdefault(row.source, []).append(row)
    return found


def _late(now_ms: int) -> list[Any]:
    columns = MetricSeries.id, MetricSeries.source, MetricSeries.name, MetricSeries.details
    query = select(*columns, MetricSeries.newest_ms).where(
        MetricSeries.is_watched,
        MetricSeries.kind == MetricKind.SYSTEM,
        MetricSeries.newest_ms.between(now_ms - GONE_MS, now_ms - SHORTEST_MS),
    )
    return list(db.session.execute(query.order_by(MetricSeries.source, MetricSeries.name)))


def _hosts(names: Collection[str]) -> dict[str, Any]:
    """How often machines that are not silent measure, and what of them is newest."""
    interval_s, is_silent = func.max(Host.interval_s), func.count(Host.name).filter(Host.is_silent)
    query = (
        select(
            MetricSeries.source,
            func.max(MetricSeries.newest_ms).label("newest_ms"),
            interval_s.label("interval_s"),
        )
        .outerjoin(Host, Host.name == MetricSeries.source)
        .where(MetricSeries.kind == MetricKind.SYSTEM, MetricSeries.source.in_(names))
        .group_by(MetricSeries.source)
        .having(is_silent == 0)
    )
    return {row.source: row for row in db.session.execute(query)}


def _patience_ms(interval_s: float | None) -> float:
    return max(INTERVALS * 1000 * heard_every_s(interval_s or HEARD_S), SHORTEST_MS)


def _fault(host: str, rows: Sequence[Any]) -> Occurrence:
    since = clock.from_ms(min(row.newest_ms for row in rows))
    message, context = _sentence(host, rows), _context(rows)
    return fault(fault_codes.NO_DATA, message, since, f"host:{host}", context, host=host)


def _sentence(host: str, rows: Sequence[Any]) -> str:
    names = [component(row.name, row.details, DESCRIBED) for row in rows]
    told = ", ".join(names[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"No data from {host}.\nIt is heard of, but these do not come any more: {told}{more}."


def _context(rows: Sequence[Any]) -> dict[str, Any]:
    return {
        "series": [
            {
                "metric": row.name,
                "labels": dict(row.details),
                "newest_at": clock.from_ms(row.newest_ms).isoformat(),
            }
            for row in rows[:100]
        ]
    }


def _tell_more(missing: Missing) -> None:
    """Let the fault that lasts say which are missing now."""
    lasting = ongoing(PREFIX)
    wanted = {
        origin: missing[host]
        for host in missing
        if (origin := lasting.get(key_of(PREFIX, host))) is not None
    }
    if not wanted:
        return
    known = select(FAULTS.c.origin, FAULTS.c.description).where(FAULTS.c.origin.in_(wanted))
    said = {row.origin: row.description for row in db.session.execute(known)}
    for origin, rows in wanted.items():
        sentence = _sentence(rows[0].source, rows)
        if said[origin] != sentence:
            new = {"description": sentence, "context": _context(rows)}
            change = update(FAULTS).where(FAULTS.c.origin == origin).values(new)
            db.session.connection().execute(change)


def _mark(series_ids: Collection[int]) -> None:
    """Note at the rules that watch them which series are without data, where that changed."""
    query = select(WATCHES.c.series_id).where(WATCHES.c.is_without_data)
    before = set(db.session.scalars(query))
    changes = {**dict.fromkeys(before - set(series_ids), False)}
    changes |= dict.fromkeys(set(series_ids) - before, True)
    if changes:
        mine = WATCHES.c.series_id == bindparam("of_series")
        change = update(WATCHES).where(mine).values(is_without_data=bindparam("new"))
        rows = [{"of_series": i, "new": is_missing} for i, is_missing in sorted(changes.items())]
        db.session.connection().execute(change, rows)
