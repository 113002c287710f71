"""Questions about hosts: all at a glance, page by page, and what ran on one at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, literal, select, union

from webapp.core import clock
from webapp.core.db import db
from webapp.metrics import glance, strokes, timelines
from webapp.metrics.cards import Latest
from webapp.metrics.glance import Glance, HostFacts
from webapp.metrics.models import NEWEST, Host, MetricKind, MetricSeries, ProcessList

SPARK_MS = 3_600_000
SPARK_POINTS = 60
STATES = ("silent", "up")


@dataclass(frozen=True)
class HostQuery:
    """Which hosts: a part of the name, a state, an order, a page."""

    text: str = ""
    state: str = ""
    order: str = "state"
    skip: int = 0
    limit: int = 25


def hosts_version(now: datetime) -> str:
    """What changes when a host is heard of, falls silent or is new; one statement.

    A database without a single row of a host falls back on the newest reading of any.
    """
    newest = select(func.max(MetricSeries.newest_ms)).where(MetricSeries.kind == MetricKind.SYSTEM)
    rows = db.session.execute(select(Host.last_seen_at, Host.interval_s, Host.is_silent)).all()
    if not rows:
        return f"0-0-{db.session.scalar(newest) or 0}"
    silent = sum(glance.is_silent(*row, now) for row in rows)
    return f"{len(rows)}-{silent}-{clock.to_ms(max(row[0] for row in rows))}"


def hosts_at_a_glance(query: HostQuery, now: datetime) -> tuple[list[Glance], int]:
    """One page of hosts with their last hour, and how many there are; at most six statements."""
    names = _names()
    wanted = _conditions(query, names.c.name)
    rows = db.session.execute(
        select(names.c.name, *FACTS)
        .select_from(names.outerjoin(Host, Host.name == names.c.name))
        .where(*wanted)
        .order_by(*_order(query.order, names.c.name))
        .offset(query.skip)
        .limit(query.limit)
    ).all()
    counted = select(func.count()).select_from(names.outerjoin(Host, Host.name == names.c.name))
    total = db.session.scalar(counted.where(*wanted)) or 0
    newest = _newest([row.name for row in rows])
    points = _points(newest, now)
    return [glance.draw(HostFacts(*row), newest, points, now) for row in rows], total


FACTS = (
    Host.interval_s,
    Host.first_seen_at,
    Host.last_seen_at,
    Host.booted_at,
    Host.is_silent,
    Host.details,
)


def host_facts(name: str) -> HostFacts | None:
    """What is known of a host, None when it was never heard of."""
    row = db.session.execute(select(Host.name, *FACTS).where(Host.name == name)).one_or_none()
    return HostFacts(*row) if row else None


def process_list(host: str, at_ms: int | None) -> ProcessList | None:
    """The processes of `host` nearest to a moment, by default the newest; one or two statements."""
    mine = select(ProcessList).where(ProcessList.host == host)
    before = mine.order_by(ProcessList.at_ms.desc()).limit(1)
    if at_ms is None:
        return db.session.scalar(before)
    earlier = db.session.scalar(before.where(ProcessList.at_ms <= at_ms))
    later = db.session.scalar(
        mine.where(ProcessList.at_ms > at_ms).order_by(ProcessList.at_ms).limit(1)
    )
    found = [one for one in (earlier, later) if one is not None]
    return min(found, key=lambda one: abs(one.at_ms - at_ms), default=None)


def _names() -> Subquery:
    """Every host that was ever heard of, or that readings name."""
    named = select(MetricSeries.source).where(MetricSeries.kind == MetricKind.SYSTEM)
    return union(select(Host.name.label("name")), named.distinct()).subquery("names")


def _conditions(query: HostQuery, name: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.text:
        found.append(name.icontains(query.text, autoescape=True))
    if query.state in STATES:
        told = func.coalesce(Host.is_silent, literal(False))
        found.append(told.is_(query.state == "silent"))
    return found


def _order(order: str, name: Any) -> list[Any]:
    by_name = [func.lower(name), name]
    if order == "state":
        return [func.coalesce(Host.is_silent, literal(False)).desc(), *by_name]
    if order == "seen":
        return [Host.last_seen_at.desc().nulls_last(), *by_name]
    if order in ORDERS:
        return [_highest(*ORDERS[order], name).desc().nulls_last(), *by_name]
    return by_name


ORDERS = {
    "cpu": ("cpu", "cpu_percent"),
    "memory": ("memory", "ram_percent"),
    "disk": ("disk", "disk_percent"),
}


def _highest(metric_type: str, metric: str, host: Any) -> Any:
    """The newest value of a measure of a host, of several the highest; found by the index."""
    return (
        select(func.max(MetricSeries.newest_value))
        .where(MetricSeries.kind == MetricKind.SYSTEM, MetricSeries.metric_type == metric_type)
        .where(MetricSeries.source == host, MetricSeries.name == metric)
        .scalar_subquery()
    )


def _newest(hosts: Sequence[str]) -> list[Latest]:
    """The newest values that a row shows, of all these hosts."""
    if not hosts:
        return []
    types = ("cpu", "memory", "disk", "network")
    rows = db.session.execute(
        select(*NEWEST)
        .where(MetricSeries.kind == MetricKind.SYSTEM, MetricSeries.metric_type.in_(types))
        .where(MetricSeries.source.in_(hosts), MetricSeries.name.in_(glance.NAMES))
        .where(MetricSeries.newest_ms.is_not(None))
    )
    return [Latest(*row) for row in rows]


def _points(newest: Sequence[Latest], now: datetime) -> dict[int, list[float | None]]:
    """The last hour of each series that is drawn, by its id."""
    ids = [value.series_id for value in newest if value.name != glance.UPTIME]
    if not ids:
        return {}
    now_ms = clock.to_ms(now)
    found = timelines.read(ids, now_ms - SPARK_MS, now_ms, SPARK_POINTS, now_ms, ends=False)
    return {series_id: strokes.means(line) for series_id, line in found.lines.items()}
