"""All that the page of one issue shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from webapp.issues import (
    foldings,
    histories,
    occurrence_queries,
    patterns,
    queries,
    sparks,
    surroundings,
    tracebacks,
    weeks,
)
from webapp.issues.listing import emails, people
from webapp.issues.models import RecurringIssue
from webapp.issues.page_schemas import IGNORING
from webapp.issues.records import Record

DAY = timedelta(days=1)
REDRAWN_S = 60
FINGERPRINTS_SHOWN = 20
LONGEST_VALUE = 2000
MOST_ROWS = 200
WEEKS_BACK = 90 * DAY


@dataclass(frozen=True)
class Span:
    """A time that the picture of occurrences may show: so many bars of `step` each."""

    label: str
    step: timedelta
    bars: int


SPANS = {
    "24h": Span("24 hours", timedelta(hours=1), 24),
    "7d": Span("7 days", timedelta(hours=3), 56),
    "30d": Span("30 days", timedelta(hours=12), 60),
    "90d": Span("90 days", DAY, 90),
}
USUAL = "7d"


def version(issue: RecurringIssue, now: datetime) -> str:
    """Changes with every occurrence and verb, and each minute, for the bars move on."""
    return f"{issue.version}-{issue.updated_at.timestamp():.6f}-{int(now.timestamp()) // REDRAWN_S}"


def now_context(issue: RecurringIssue, range_name: str, now: datetime) -> dict[str, Any]:
    """What the panel shows that is drawn anew while it is looked at."""
    span = SPANS[range_name]
    since = sparks.hour_of(now) + sparks.HOUR - span.bars * span.step
    hours = queries.hours_of([issue.id], since)[issue.id]
    counts = sparks.folded(hours, since, span.step, span.bars)
    return {
        "issue": issue,
        "version": version(issue, now),
        "drawn": sparks.bars(counts, 64),
        "drawn_from": since,
        "steps": [(since + place * span.step, n) for place, n in enumerate(counts) if n],
        "spans": {name: one.label for name, one in SPANS.items()},
        "chosen": range_name,
        "assignee": emails([issue.assignee_id]).get(issue.assignee_id or 0),
        "affected": occurrence_queries.affected(issue.id),
        "people": people(),
        "ignoring": [(name, label) for name, (label, _) in IGNORING.items()],
    }


def rest_context(issue: RecurringIssue, occurrence_id: int | None, zone: tzinfo) -> dict[str, Any]:
    """What stands still: an occurrence and what was around it, the history, the fingerprints."""
    record = occurrence_queries.occurrence(issue, occurrence_id)
    trace = tracebacks.parse(record.traceback) if record else None
    hours = queries.hours_of([issue.id], issue.last_seen_at - WEEKS_BACK)[issue.id]
    habit = patterns.pattern(hours, zone)
    return {
        "record": record,
        "told": foldings.folded(trace) if trace else [],
        "context_rows": rows_of(record.context) if record and record.context else [],
        "around": surroundings.around(record) if record else None,
        **_history(issue),
        "links": histories.links(issue.id),
        "fingerprints": occurrence_queries.fingerprints(issue.id, FINGERPRINTS_SHOWN),
        "week": weeks.rows(habit.week),
        "busiest": habit.says,
        "zone": str(zone),
    } | _beside(issue, record)


def rows_of(context: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """A nested context as rows of a dotted name and a text, the first of them."""
    found: list[tuple[str, str]] = []
    for name, value in context.items():
        path = f"{before}.{name}" if before else str(name)
        if isinstance(value, Mapping) and value:
            found += rows_of(value, path)
        else:
            found.append((path, _text(value)))
        if len(found) >= MOST_ROWS:
            return found[:MOST_ROWS]
    return found


def _history(issue: RecurringIssue) -> dict[str, Any]:
    """The newest step is offered to be undone: the ones before it once that is done."""
    found = histories.history(issue.id)
    undoable = next((entry.transition_id for entry in found if entry.is_step), None)
    return {"history": found, "undoable": undoable}


def _beside(issue: RecurringIssue, record: Record | None) -> dict[str, int | None]:
    if record is None:
        return {}
    older, newer = occurrence_queries.neighbours(issue, record)
    return {"older": older, "newer": newer}


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)[:LONGEST_VALUE]
    return str(value)[:LONGEST_VALUE]
