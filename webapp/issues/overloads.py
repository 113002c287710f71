"""Verbs: overloads that rules find begin, get worse or better, and end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import ending, flapping, moments, overload_words, watch_rows
from webapp.issues.breaches import RANKS, Event
from webapp.issues.digesting import Digested, digest
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.models import Overload, RecurringIssue
from webapp.issues.moments import Moment
from webapp.issues.occurrences import Occurrence
from webapp.issues.rule_models import RuleWatch
from webapp.issues.rule_values import rule_of
from webapp.metrics.catalogue import DESCRIBED
from webapp.metrics.readings import MetricKind

OVERLOADS: Table = Overload.__table__  # type: ignore[assignment]
ISSUES: Table = RecurringIssue.__table__  # type: ignore[assignment]
PERCENT = "%"
CHUNK = 10_000
LOOKED_BACK_MS = flapping.SLOTS * flapping.SLOT_MS


@dataclass(frozen=True)
class Measured:
    """The series that a rule found over its levels."""

    id: int
    kind: MetricKind
    metric_type: str
    name: str
    unit: str
    source: str
    details: dict[str, Any]

    @property
    def host(self) -> str | None:
        """The machine that it is of, where that is known."""
        return self.source if self.kind is MetricKind.SYSTEM else self.details.get("host")

    @property
    def service(self) -> str | None:
        """The service that it is of."""
        return None if self.kind is MetricKind.SYSTEM else self.source


@dataclass(frozen=True)
class Opening:
    """A breach that counts now: of which rule (its row), in which series, and how it began."""

    rule: Any
    series: Measured
    event: Event


@dataclass(frozen=True)
class Course:
    """How an overload went on: the worst so far, another level, its end."""

    overload_id: int
    peak_value: float
    peak_ms: int
    level: Severity | None = None
    ended_ms: int | None = None


def begin(openings: Sequence[Opening], now: datetime) -> list[Digested]:
    """Store the overloads that begin, and count them in their issues; flushes."""
    asked = {(o.series.host, o.event.at_ms): o.series.metric_type for o in openings}
    found: dict[Any, Moment] = {}
    for leading in ("cpu", "memory"):
        wanted = [
            (host, at_ms) for (host, at_ms), metric_type in asked.items()
            if host and (metric_type == "memory") is (leading == "memory")
        ]  # fmt: skip
        found |= moments.moments(wanted, leading)
    occurrences = [
        _occurrence(each, found.get((each.series.host, each.event.at_ms), Moment()))
        for each in openings
    ]
    return digest(occurrences, now, keeps_all=True)


def go_on(courses: Sequence[Course], now: datetime) -> None:
    """Write down how overloads went on, and end those that are over; flushes."""
    over = {each.overload_id: each.ended_ms for each in courses if each.ended_ms is not None}
    last_ms = max(over.values(), default=0)
    for part in _parts(sorted(over)):
        ending.end(IssueKind.OVERLOAD, part, clock.from_ms(last_ms), now)
    _change(
        ("ended_at",),
        ({"of_id": i, "new_ended_at": clock.from_ms(at_ms)} for i, at_ms in over.items()),
    )
    _change(("peak_value", "peak_at"), map(_peak, courses))
    _raise([each for each in courses if each.level is not None])


def refresh(issue_ids: Iterable[int], now: datetime) -> None:
    """Let issues say how bad what lasts is, and how restlessly it comes and goes; flushes.

    In a transaction of its own, which locks the issues in the order of their ids.
    """
    ids = sorted(set(issue_ids))
    for part in _parts(ids):
        levels, scores = _levels(part), _scores(part, now)
        query = select(ISSUES.c.id, ISSUES.c.severity, ISSUES.c.flap_score)
        locked = query.where(ISSUES.c.id.in_(part)).order_by(ISSUES.c.id)
        rows = []
        for row in db.session.execute(locked.with_for_update(key_share=True)).all():
            new = levels.get(row.id, row.severity), scores.get(row.id, 0.0)
            if new != (row.severity, row.flap_score):
                rows.append({"of_id": row.id, "new_severity": new[0], "new_flap_score": new[1]})
        if rows:
            changes: dict[str, Any] = {
                "severity": bindparam("new_severity"), "flap_score": bindparam("new_flap_score"),
                "version": ISSUES.c.version + 1, "updated_at": now,
            }  # fmt: skip
            change = update(ISSUES).where(ISSUES.c.id == bindparam("of_id")).values(changes)
            db.session.connection().execute(change, rows)


def issues_of(overload_ids: Sequence[int]) -> set[int]:
    """The recurring issues that these overloads belong to."""
    found: set[int] = set()
    for part in _parts(overload_ids):
        query = select(OVERLOADS.c.recurring_issue_id).where(OVERLOADS.c.id.in_(part))
        found |= set(db.session.scalars(query.distinct()))
    return found


def restless(now: datetime) -> set[int]:
    """The issues whose flap score falls with time."""
    query = select(ISSUES.c.id).where(
        ISSUES.c.kind == IssueKind.OVERLOAD,
        ISSUES.c.flap_score > 0,
        ISSUES.c.merged_into_id.is_(None),
    )
    return set(db.session.scalars(query))


def _occurrence(opening: Opening, moment: Moment) -> Occurrence:
    rule, series, event = opening.rule, opening.series, opening.event
    unit = PERCENT if rule.percent_of else series.unit
    what = overload_words.component(series.name, series.details, DESCRIBED)
    reached = overload_words.reached_words(rule_of(rule), event.level, unit)
    place = series.host or series.service
    measured: dict[str, Any] = {"value": event.value, "unit": unit, "rule_id": rule.id}
    measured |= {"series_id": series.id, "processes": moment.processes}
    measured |= {"cpu_percent": moment.cpu_percent, "ram_percent": moment.ram_percent}
    return Occurrence(
        IssueKind.OVERLOAD,
        subject=what,
        name=what,
        message=overload_words.sentence(what, place, event.value, unit, reached),
        severity=event.level,
        at=clock.from_ms(event.at_ms),
        host=series.host,
        service=series.service,
        context={"rule": rule.name, "metric": series.name, "labels": dict(series.details)},
        is_ongoing=True,
        measured=measured,
    )


def _peak(course: Course) -> dict[str, Any]:
    at = clock.from_ms(course.peak_ms)
    return {"of_id": course.overload_id, "new_peak_value": course.peak_value, "new_peak_at": at}


def _raise(courses: Sequence[Course]) -> None:
    """An overload is as severe as it was at its worst."""
    levels: dict[int, list[Severity]] = {}
    for each in courses:
        assert each.level is not None
        levels.setdefault(each.overload_id, []).append(each.level)
    for part in _parts(sorted(levels)):
        query = select(OVERLOADS.c.id, OVERLOADS.c.severity).where(OVERLOADS.c.id.in_(part))
        rows = []
        for row in db.session.execute(query).all():
            worst = max(levels[row.id], key=RANKS.__getitem__)
            if RANKS[worst] > RANKS[row.severity]:
                rows.append({"of_id": row.id, "new_severity": worst})
        _change(("severity",), rows)


def _change(names: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    found = list(rows)
    if found:
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        mine = OVERLOADS.c.id == bindparam("of_id")
        db.session.connection().execute(update(OVERLOADS).where(mine).values(new), found)


def _levels(issue_ids: Sequence[int]) -> dict[int, Severity]:
    """The worst level at which something of each issue is now."""
    query = (
        select(Overload.recurring_issue_id, RuleWatch.level)
        .join(RuleWatch, (RuleWatch.rule_id == Overload.rule_id)
              & (RuleWatch.series_id == Overload.series_id)
              & (RuleWatch.overload_id == Overload.id))
        .where(Overload.is_ongoing, Overload.recurring_issue_id.in_(issue_ids))
        .where(RuleWatch.level.is_not(None))
    )  # fmt: skip
    found: dict[int, Severity] = {}
    for issue_id, level in db.session.execute(query):
        assert level is not None
        found[issue_id] = max(found.get(issue_id, level), level, key=RANKS.__getitem__)
    return found


def _scores(issue_ids: Sequence[int], now: datetime) -> dict[int, float]:
    """The restlessness of what each issue was of in the last hour."""
    now_ms = clock.to_ms(now)
    since = clock.from_ms(now_ms - 2 * LOOKED_BACK_MS)
    pairs = (
        select(Overload.recurring_issue_id, Overload.rule_id, Overload.series_id)
        .where(Overload.recurring_issue_id.in_(issue_ids))
        .where(Overload.timestamp >= since, Overload.series_id.is_not(None))
        .distinct()
    )
    found: dict[int, float] = {}
    of = {(rule, series): issue for issue, rule, series in db.session.execute(pairs)}
    for watch in watch_rows.of_series({series for _, series in of if series is not None}):
        issue_id = of.get((watch.rule_id, watch.series_id))
        if issue_id is not None:
            score = flapping.score(watch.flips, now_ms)
            found[issue_id] = max(found.get(issue_id, 0.0), score)
    return found


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[begin : begin + CHUNK] for begin in range(0, len(ids), CHUNK))
