"""What an issue that was made of others is to be called: as its newest occurrence would be."""

from webapp.issues import fingerprints, occurrence_queries
from webapp.issues.kinds import IssueKind
from webapp.issues.models import LONGEST_NAME, RecurringIssue
from webapp.issues.occurrences import Occurrence
from webapp.issues.records import Record


def title_of(issue: RecurringIssue) -> str:
    """The title of its newest stored occurrence; where there is none, its own."""
    record = occurrence_queries.occurrence(issue)
    if record is None:
        return issue.title
    return fingerprints.keys_of(_occurrence(issue.kind, record)).current.title[:LONGEST_NAME]


def _occurrence(kind: IssueKind, record: Record) -> Occurrence:
    return Occurrence(
        kind=kind,
        subject=record.subject,
        name=record.name,
        message=record.message,
        severity=record.severity,
        at=record.at,
        host=record.host,
        service=record.service,
        traceback=record.traceback,
    )
