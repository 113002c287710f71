"""Occurrences for the tests of what digests them."""

from datetime import UTC, datetime
from typing import Any

from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import Occurrence

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def operational(message: str = "no answer", **fields: Any) -> Occurrence:
    """A task that failed."""
    values: dict[str, Any] = {
        "kind": IssueKind.OPERATIONAL, "subject": "import_orders", "name": "Import failed",
        "severity": Severity.ERROR, "at": NOW,
    }  # fmt: skip
    return Occurrence(**values | {"message": message} | fields)


def fault(code: str = "WEBSITE_DOWN", **fields: Any) -> Occurrence:
    """A structured error."""
    values: dict[str, Any] = {
        "kind": IssueKind.FAULT, "subject": code, "name": code, "severity": Severity.CRITICAL,
        "message": "It does not answer.", "at": NOW,
    }  # fmt: skip
    return Occurrence(**values | fields)


def overload(component: str = "cpu", value: float = 97.0, **fields: Any) -> Occurrence:
    """A component that bears no more."""
    values: dict[str, Any] = {
        "kind": IssueKind.OVERLOAD, "subject": component, "name": component, "at": NOW,
        "message": f"{component} is at {value:g} %.", "severity": Severity.WARNING,
        "host": "web1", "measured": {"value": value, "unit": "percent", "cpu_percent": value},
    }  # fmt: skip
    return Occurrence(**values | fields)
