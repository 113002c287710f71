"""An occurrence as a row of its table: pure."""

from collections.abc import Callable, Mapping
from typing import Any

from webapp.issues.kinds import IssueKind
from webapp.issues.occurrences import Occurrence


def row_of(occurrence: Occurrence) -> dict[str, Any]:
    """The columns of an occurrence in the table of its kind."""
    return _common(occurrence) | ROWS[occurrence.kind](occurrence)


def _common(occurrence: Occurrence) -> dict[str, Any]:
    context = occurrence.context
    return {
        "severity": occurrence.severity,
        "host": occurrence.host,
        "service": occurrence.service,
        "context": None if context is None else dict(context),
        "origin": occurrence.origin,
    }


def _fault(occurrence: Occurrence) -> dict[str, Any]:
    return {
        "error_code": occurrence.subject,
        "description": occurrence.message,
        "timestamp": occurrence.at,
        "is_ongoing": occurrence.is_ongoing,
    }


def _overload(occurrence: Occurrence) -> dict[str, Any]:
    measured = occurrence.measured
    value = measured.get("value")
    return {
        "component_name": occurrence.subject,
        "timestamp": occurrence.at,
        "is_ongoing": occurrence.is_ongoing,
        "unit": measured.get("unit") or "",
        "peak_value": value,
        "peak_at": None if value is None else occurrence.at,
    } | {name: measured.get(name) for name in MEASURED}


def _operational(occurrence: Occurrence) -> dict[str, Any]:
    return {
        "name": occurrence.name,
        "task": occurrence.subject,
        "error_message": occurrence.message,
        "traceback": occurrence.traceback,
        "created_at": occurrence.at,
        "person": occurrence.person,
    }


MEASURED = ("value", "cpu_percent", "ram_percent", "processes", "rule_id", "series_id")
ROWS: Mapping[IssueKind, Callable[[Occurrence], dict[str, Any]]] = {
    IssueKind.FAULT: _fault,
    IssueKind.OVERLOAD: _overload,
    IssueKind.OPERATIONAL: _operational,
}
