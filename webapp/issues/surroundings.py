"""What else happened within ten minutes of an occurrence, on one timeline.

Readings of its host or service, checks that failed, what the diary says (changes, restarts,
deploys), and other issues. A fixed number of statements, each on an index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from webapp.activity.queries import events
from webapp.core import clock
from webapp.core.db import db
from webapp.issues import lanes
from webapp.issues.kinds import IssueKind
from webapp.issues.models import RecurringIssue
from webapp.issues.records import MODELS, MOMENTS, Record
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.models import MetricKind, MetricSeries
from webapp.metrics.paths import page_of_host, page_of_service
from webapp.metrics.raw import samples_of
from webapp.metrics.readings import ApplicationMetricType, SystemMetricType
from webapp.metrics.thresholds import THRESHOLDS, MetricStatus
from webapp.websites.models import MonitorCheck, MonitorStatus, Website

WITHIN = timedelta(minutes=10)
ON_HOSTS = ("cpu_percent", "ram_percent", "swap_percent", "disk_percent", "load_1")
MOST_LANES = 6
MOST_FACTS = 15  # of each sort
LOOKED_AT = 2000  # occurrences of others of each kind
FAILED = (MonitorStatus.DOWN, MonitorStatus.DEGRADED)
WORDS = {
    MetricStatus.HEALTHY: "back to healthy",
    MetricStatus.WARNING: "to a warning level",
    MetricStatus.CRITICAL: "to a critical level",
}


@dataclass(frozen=True)
class Fact:
    """One thing that happened; `status` is how it looks, `sort` what sort of fact it is."""

    at: datetime
    sort: str
    text: str
    status: str = "info"
    href: str | None = None
    is_it: bool = False


@dataclass(frozen=True)
class Lane:
    """The readings of one series over the time; `newest` is the last of them, in `unit`."""

    label: str
    path: str
    newest: float
    unit: str


@dataclass(frozen=True)
class Surroundings:
    """The timeline from `from_at` to `to_at`; `x` is where the occurrence is on it."""

    from_at: datetime
    to_at: datetime
    x: int
    facts: Sequence[Fact]
    lanes: Sequence[Lane] = field(default_factory=list)
    source_href: str | None = None


def around(record: Record) -> Surroundings:
    """What happened around a stored occurrence."""
    from_at, to_at = record.at - WITHIN, record.at + WITHIN
    drawn, changed = _readings(record, from_at, to_at)
    found = [*changed, *_checks(from_at, to_at), *_diary(from_at, to_at)]
    found += _others(record, from_at, to_at)
    found.append(Fact(record.at, "issue", "This occurrence", record.severity.value, is_it=True))
    x = lanes.place(clock.to_ms(record.at), clock.to_ms(from_at), clock.to_ms(to_at))
    facts = sorted(found, key=lambda fact: fact.at)
    return Surroundings(from_at, to_at, x, facts, drawn, _page_of(record))


def _page_of(record: Record) -> str | None:
    if record.host:
        return page_of_host(record.host)
    return page_of_service(record.service) if record.service else None


def _readings(record: Record, from_at: datetime, to_at: datetime) -> tuple[list[Lane], list[Fact]]:
    series = list(_series(record))
    from_ms, to_ms = clock.to_ms(from_at), clock.to_ms(to_at)
    samples = samples_of([row.id for row in series], from_ms, to_ms)
    drawn: list[Lane] = []
    changed: list[Fact] = []
    for row in series:
        if not (found := samples[row.id]):
            continue
        if len(drawn) < MOST_LANES:
            ceiling = 100 if row.unit in ("%", "percent") else None
            line = lanes.path(found, from_ms, to_ms, ceiling)
            drawn.append(Lane(_label(row), line, found[-1][1], row.unit))
        changed += _changes(row, found)
    return drawn, changed


def _series(record: Record) -> Iterator[MetricSeries]:
    """The series worth a lane: those of a host that are known, all that a service sends."""
    if not record.host and not record.service:
        return
    is_host = bool(record.host)
    types = SystemMetricType if is_host else ApplicationMetricType
    query = select(MetricSeries).where(
        MetricSeries.kind == (MetricKind.SYSTEM if is_host else MetricKind.APPLICATION),
        MetricSeries.metric_type.in_([member.value for member in types]),
        MetricSeries.source == (record.host or record.service),
    )
    if is_host:
        query = query.where(MetricSeries.name.in_(ON_HOSTS))
    rows = db.session.scalars(query.order_by(MetricSeries.name, MetricSeries.id).limit(40))
    yield from sorted(rows, key=lambda row: _rank(row.name))


def _rank(name: str) -> int:
    return ON_HOSTS.index(name) if name in ON_HOSTS else len(ON_HOSTS)


def _label(row: MetricSeries) -> str:
    name = DESCRIBED[row.name].label if row.name in DESCRIBED else row.name
    labels = " ".join(str(value) for _, value in sorted(row.details.items()))
    return f"{name} {labels}".strip()


def _changes(row: MetricSeries, samples: lanes.Samples) -> list[Fact]:
    if row.name not in THRESHOLDS:
        return []
    return [
        Fact(
            clock.from_ms(change.at_ms),
            "metric",
            f"{_label(row)} of {row.source} came {WORDS[change.level]}: {change.value:.0f} "
            f"{row.unit}".rstrip(),
            change.level.value,
            page_of_host(row.source) if row.kind is MetricKind.SYSTEM else None,
        )
        for change in lanes.changes(samples, row.name)
    ]


def _checks(from_at: datetime, to_at: datetime) -> list[Fact]:
    """The websites whose checks failed, with how many did; the first of them first."""
    first, number = func.min(MonitorCheck.checked_at), func.count()
    query = (
        select(Website.id, Website.name, first, number, func.min(MonitorCheck.error_message))
        .join(Website, Website.id == MonitorCheck.website_id)
        .where(MonitorCheck.status.in_(FAILED))
        .where(MonitorCheck.checked_at >= from_at, MonitorCheck.checked_at < to_at)
        .group_by(Website.id, Website.name)
        .order_by(first)
        .limit(MOST_FACTS)
    )
    return [
        Fact(
            at, "check",
            f"{_times(count, 'check')} of {name} failed" + (f": {error}" if error else ""),
            "down", f"/websites/{website_id}",
        )
        for website_id, name, at, count, error in db.session.execute(query)
    ]  # fmt: skip


def _diary(from_at: datetime, to_at: datetime) -> list[Fact]:
    """What the diary says, but for what issues write into it themselves."""
    found, _ = events(from_at=from_at, to_at=to_at, limit=10 * MOST_FACTS)
    told = [event for event in found if not event.type.startswith("issue_")][-MOST_FACTS:]
    return [Fact(e.created_at, "diary", e.message, e.look, "/activity/") for e in told]


def _others(record: Record, from_at: datetime, to_at: datetime) -> list[Fact]:
    """Other issues that came in the time, each once, with how often."""
    seen: dict[int, tuple[datetime, int]] = {}
    for kind in IssueKind:
        for issue_id, at, count in db.session.execute(_came(kind, record, from_at, to_at)):
            seen[issue_id] = (at, count)
    first = dict(sorted(seen.items(), key=lambda item: item[1][0])[:MOST_FACTS])
    query = select(RecurringIssue).where(RecurringIssue.id.in_(first))
    issues = db.session.scalars(query).all() if first else []
    return [
        Fact(
            first[issue.id][0], "issue",
            f"{issue.title} ({_times(first[issue.id][1], 'time')})",
            issue.severity.value, f"/issues/{issue.id}",
        )
        for issue in issues
    ]  # fmt: skip


def _came(kind: IssueKind, record: Record, from_at: datetime, to_at: datetime) -> Any:
    model = MODELS[kind]
    moment = getattr(model, MOMENTS[kind])
    some = (
        select(model.recurring_issue_id.label("issue"), moment.label("at"))
        .where(moment >= from_at, moment < to_at, model.recurring_issue_id != record.issue_id)
        .order_by(moment)
        .limit(LOOKED_AT)
        .subquery()
    )
    return select(some.c.issue, func.min(some.c.at), func.count()).group_by(some.c.issue)


def _times(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
