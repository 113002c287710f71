"""Rows for the tests of issues, as digesting leaves them."""

import hashlib
from datetime import timedelta
from typing import Any

from webapp.core import clock
from webapp.core.db import db
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.models import (
    AffectedName,
    Fault,
    IssueFingerprint,
    IssueHour,
    OperationalIssue,
    Overload,
    RecurringIssue,
)


def issue(title: str = "Task failed", minutes_ago: float = 0, **fields: Any) -> RecurringIssue:
    """An open recurring issue with one fingerprint, last seen some minutes ago; flushes."""
    at = clock.now() - timedelta(minutes=minutes_ago)
    values = {
        "kind": IssueKind.OPERATIONAL,
        "title": title,
        "subject": "import_orders",
        "message": f"{title}: no answer",
        "severity": Severity.ERROR,
        "occurrences": 1,
        "first_seen_at": at,
        "last_seen_at": at,
    }
    made = RecurringIssue(**values | fields)
    db.session.add(made)
    db.session.flush()
    fingerprint(made)
    return made


def fingerprint(
    of: RecurringIssue, text: str = "", occurrences: int | None = None
) -> IssueFingerprint:
    """One more fingerprint of an issue; flushes."""
    key = hashlib.sha256(f"{of.id} {text}".encode()).hexdigest()
    made = IssueFingerprint(
        kind=of.kind, version=1, fingerprint=key, recurring_issue_id=of.id,
        made_of={"task": of.subject, "message": of.title}, first_seen_at=of.first_seen_at,
        last_seen_at=of.last_seen_at,
        occurrences=of.occurrences if occurrences is None else occurrences,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def operational(of: RecurringIssue, minutes_ago: float = 0, **fields: Any) -> OperationalIssue:
    """An operational issue of some minutes ago; flushes."""
    values = {
        "name": of.title, "task": of.subject, "error_message": of.message,
        "created_at": clock.now() - timedelta(minutes=minutes_ago),
    }  # fmt: skip
    return _stored(OperationalIssue(**_belonging(of), **values | fields))


def fault(of: RecurringIssue, minutes_ago: float = 0, **fields: Any) -> Fault:
    """A fault of some minutes ago; flushes."""
    values = {
        "error_code": of.subject, "description": of.message,
        "timestamp": clock.now() - timedelta(minutes=minutes_ago),
    }  # fmt: skip
    return _stored(Fault(**_belonging(of), **values | fields))


def overload(of: RecurringIssue, minutes_ago: float = 0, **fields: Any) -> Overload:
    """An overload of some minutes ago; flushes."""
    values = {
        "component_name": of.subject, "value": 97.0, "unit": "percent",
        "timestamp": clock.now() - timedelta(minutes=minutes_ago),
    }  # fmt: skip
    return _stored(Overload(**_belonging(of), **values | fields))


def hour(of: RecurringIssue, hours_ago: int, count: int = 1) -> IssueHour:
    """How often it came in the hour that began so many full hours before this one; flushes."""
    this = clock.now().replace(minute=0, second=0, microsecond=0)
    at = this - timedelta(hours=hours_ago)
    return _stored(IssueHour(**_belonging(of), hour_at=at, count=count))


def affected(of: RecurringIssue, what: str, name: str, count: int = 1) -> AffectedName:
    """A host, service or person that it touched; flushes."""
    return _stored(
        AffectedName(
            **_belonging(of),
            what=what,
            name=name,
            count=count,
            first_seen_at=of.first_seen_at,
            last_seen_at=of.last_seen_at,
        )  # fmt: skip
    )


def _belonging(of: RecurringIssue) -> dict[str, int]:
    query = db.select(IssueFingerprint.id).where(IssueFingerprint.recurring_issue_id == of.id)
    first = db.session.scalars(query.order_by(IssueFingerprint.id)).first()
    assert first is not None
    return {"recurring_issue_id": of.id, "fingerprint_id": first}


def _stored(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row
