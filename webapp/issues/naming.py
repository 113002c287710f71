"""Stored occurrences as they came in: what they would be grouped by, and called, now."""

from webapp.issues import fingerprints
from webapp.issues.models import LONGEST_NAME, Overload
from webapp.issues.occurrences import Occurrence
from webapp.issues.records import Row, record


def title_of(row: Row) -> str:
    """What an issue of which this is the newest occurrence is called."""
    return fingerprints.keys_of(occurrence_of(row)).current.title[:LONGEST_NAME]


def occurrence_of(row: Row) -> Occurrence:
    """A stored occurrence as it came in, as far as grouping asks for it."""
    kept = record(row)
    return Occurrence(
        kind=kept.kind,
        subject=kept.subject,
        name=kept.name,
        message=kept.message,
        severity=kept.severity,
        at=kept.at,
        host=kept.host,
        service=kept.service,
        person=kept.person,
        traceback=kept.traceback,
        measured={"rule_id": row.rule_id} if isinstance(row, Overload) else {},
    )
