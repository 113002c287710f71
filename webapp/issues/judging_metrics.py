"""The judge of metrics: news of watched series, through the rules, into overloads.

News are read and judged without a lock; the transaction that writes the verdict removes them, and
if another has removed any meanwhile, it is taken back. So each sample is judged once, and after a
crash again from where the last verdict left off.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import select

from webapp.core.db import begin_to_write, db
from webapp.issues import flapping, overloads, percentages, watch_rows
from webapp.issues.breaches import Event, Rule, Sample, Standing, What, follow
from webapp.issues.overloads import Course, Measured, Opening
from webapp.issues.rule_models import ThresholdRule
from webapp.issues.rule_values import rule_of
from webapp.issues.watch_rows import Change, Watch
from webapp.metrics import watched
from webapp.metrics.models import MetricSeries
from webapp.metrics.watched import News

AT_ONCE = 100  # rows of news in one transaction
LONGEST_S = 3.0  # a turn leaves time for the other parts of the judge
BEHIND_MS = 60_000  # so far may the newest sample lag behind in a row that says all is well
RULES = tuple(ThresholdRule.__table__.c)
COLUMNS = (
    MetricSeries.id, MetricSeries.kind, MetricSeries.metric_type, MetricSeries.name,
    MetricSeries.unit, MetricSeries.source, MetricSeries.details,
)  # fmt: skip


@dataclass
class Verdict:
    """What a batch of news comes to. Events are by the place of their watch in `changes`."""

    changes: list[Change] = field(default_factory=list)
    events: dict[int, list[Event]] = field(default_factory=dict)


def judge_metrics(now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Judge the news of metrics that wait; how many samples that were. Commits after each batch."""
    judged, began_s = 0, monotonic()
    while read := watched.unread(AT_ONCE):
        rules = _rules()
        issue_ids = _write(read, _judge(read, rules), rules, now)
        if issue_ids is None:
            break
        overloads.refresh(issue_ids, now)
        db.session.commit()
        judged += sum(len(each.rows) for each in read)
        if len(read) < AT_ONCE or is_over() or monotonic() - began_s > LONGEST_S:
            break
    return judged


def _rules() -> dict[int, Any]:
    """The rules that are judged by, as rows: there may be many, and few find anything."""
    rows = db.session.execute(select(*RULES).where(ThresholdRule.is_active)).all()
    return {row.id: row for row in rows}


def _judge(read: Sequence[News], rules: Mapping[int, Any]) -> Verdict:
    """Follow every rule through the new samples of its series; three statements or a few more."""
    samples = _by_series(read)
    rows = [row for row in watch_rows.rows_of_series(samples) if row.rule_id in rules]
    judged = {rule_id: rule_of(rule) for rule_id, rule in rules.items()}
    shares = {rule_id: rule.percent_of for rule_id, rule in rules.items() if rule.percent_of}
    maxima = {
        name: percentages.of({r.series_id: name for r in rows if shares.get(r.rule_id) == name})
        for name in set(shares.values())
    }
    verdict = Verdict()
    for row in rows:
        found, rule = samples[row.series_id], judged[row.rule_id]
        if name := shares.get(row.rule_id):
            found = percentages.scaled(found, maxima[name].get(row.series_id))
        if found and not _is_well(row, rule, found):
            _follow(verdict, watch_rows.watch_of(row), rule, found)
    return verdict


def _is_well(row: Any, rule: Rule, samples: Sequence[Sample]) -> bool:
    """Whether all was well, is well, and was written down less than a minute ago."""
    if row.newest_ms is None or row.level is not None or row.breached_level is not None:
        return False
    sign, floor = rule.sign, rule.floor
    is_recent = samples[-1][0] - row.newest_ms < BEHIND_MS
    return is_recent and all(sign * value < floor for _, value in samples)


def _by_series(read: Sequence[News]) -> dict[int, list[Sample]]:
    found: dict[int, list[Sample]] = {}
    for each in read:
        for series_id, at_ms, value in each.rows:
            if (samples := found.get(series_id)) is None:
                samples = found[series_id] = []
            samples.append((at_ms, value))
    return found


def _follow(verdict: Verdict, watch: Watch, rule: Rule, samples: Sequence[Sample]) -> None:
    standing, events = follow(watch.standing, rule, samples)
    if not events and not _is_worth_writing(watch.standing, standing):
        return
    flips = _flips(watch, events)
    if events:
        verdict.events[len(verdict.changes)] = events
    verdict.changes.append(Change(watch, standing, watch.overload_id, flips))


def _is_worth_writing(before: Standing, after: Standing) -> bool:
    if before == after:
        return False
    if not (before.is_at_rest and after.is_at_rest):
        return True
    assert after.newest_ms is not None
    return before.newest_ms is None or after.newest_ms - before.newest_ms >= BEHIND_MS


def _flips(watch: Watch, events: Sequence[Event]) -> list[int] | None:
    flips = watch.flips
    for event in events:
        if event.what is not What.CHANGED:
            flips = flapping.noted(flips, event.at_ms)
    return None if flips is watch.flips else flips


def _write(
    read: Sequence[News], verdict: Verdict, rules: Mapping[int, Any], now: datetime
) -> set[int] | None:
    """Remove the news and write the verdict; the issues it touched, None if it was not ours."""
    begin_to_write()
    if not watched.settle(read):
        db.session.rollback()
        return None
    openings, begun = _openings(verdict, rules)
    digested = overloads.begin(openings, now) if openings else []
    ids = {place: [digested[number].occurrence_id for number in of] for place, of in begun.items()}
    courses, changes = [], list(verdict.changes)
    for place, change in enumerate(verdict.changes):
        told = _courses(change, verdict.events.get(place, ()), iter(ids.get(place, ())))
        courses += [course for course, _ in told if course is not None]
        if told:
            changes[place] = change._replace(overload_id=told[-1][1])
    overloads.go_on(courses, now)
    watch_rows.save(changes)
    touched = {each.recurring_issue_id for each in digested}
    touched |= overloads.issues_of([c.overload_id for c in courses if c.level or c.ended_ms])
    db.session.commit()
    return touched


def _openings(
    verdict: Verdict, rules: Mapping[int, Any]
) -> tuple[list[Opening], dict[int, list[int]]]:
    """What begins, in the order of time of each watch, and which of these are of which watch."""
    opened = [
        (place, event)
        for place, events in verdict.events.items()
        for event in events
        if event.what is What.OPENED
    ]
    series = _series({verdict.changes[place].watch.series_id for place, _ in opened})
    openings: list[Opening] = []
    begun: dict[int, list[int]] = {}
    for place, event in opened:
        watch = verdict.changes[place].watch
        if watch.series_id in series:
            begun.setdefault(place, []).append(len(openings))
            openings.append(Opening(rules[watch.rule_id], series[watch.series_id], event))
    return openings, begun


def _series(series_ids: set[int]) -> dict[int, Measured]:
    found: dict[int, Measured] = {}
    for part in watch_rows.parts(sorted(series_ids)):
        rows = db.session.execute(select(*COLUMNS).where(MetricSeries.id.in_(part)))
        found |= {row.id: Measured(*row) for row in rows}
    return found


Told = list[tuple[Course | None, int | None]]


def _courses(change: Change, events: Sequence[Event], begun: Iterator[int | None]) -> Told:
    """How the overloads of a watch went on, each with the one that lasts after it."""
    lasting, told = change.overload_id, Told()
    for event in events:
        if event.what is What.OPENED:
            lasting = next(begun, None)
        ended_ms = event.at_ms if event.what is What.CLOSED else None
        course = _course(lasting, event.peak_value, event.peak_ms)
        if course is not None:
            level = event.level if event.what is What.CHANGED else None
            course = Course(course.overload_id, event.peak_value, event.peak_ms, level, ended_ms)
        lasting = None if ended_ms is not None else lasting
        told.append((course, lasting))
    before, after = change.watch.standing, change.standing
    if after.level is not None and after.peak_ms != before.peak_ms and lasting is not None:
        assert after.peak_value is not None
        assert after.peak_ms is not None
        told.append((_course(lasting, after.peak_value, after.peak_ms), lasting))
    return told


def _course(overload_id: int | None, peak_value: float, peak_ms: int) -> Course | None:
    return None if overload_id is None else Course(overload_id, peak_value, peak_ms)
