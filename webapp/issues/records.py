"""One shape for the stored occurrences of all three kinds, for the pages that show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.models import Fault, OperationalIssue, Overload

Row = Fault | Overload | OperationalIssue
MODELS: dict[IssueKind, type[Any]] = {
    IssueKind.FAULT: Fault,
    IssueKind.OVERLOAD: Overload,
    IssueKind.OPERATIONAL: OperationalIssue,
}
MOMENTS: dict[IssueKind, str] = {
    IssueKind.FAULT: "timestamp",
    IssueKind.OVERLOAD: "timestamp",
    IssueKind.OPERATIONAL: "created_at",
}
SUBJECTS: dict[IssueKind, str] = {
    IssueKind.FAULT: "error_code",
    IssueKind.OVERLOAD: "component_name",
    IssueKind.OPERATIONAL: "task",
}


@dataclass(frozen=True)
class Record:
    """An occurrence as it is shown; `measured` are the numbers of an overload, in words."""

    id: int
    kind: IssueKind
    issue_id: int
    at: datetime
    severity: Severity
    subject: str
    name: str
    message: str
    host: str | None
    service: str | None
    person: str | None = None
    traceback: str | None = None
    context: Mapping[str, Any] | None = None
    is_ongoing: bool = False
    ended_at: datetime | None = None
    measured: dict[str, tuple[float | None, str]] = field(default_factory=dict)
    peak_at: datetime | None = None
    processes: Mapping[str, Any] | None = None


def kind_of(row: Row) -> IssueKind:
    """Which kind a stored row is of."""
    return next(kind for kind, model in MODELS.items() if isinstance(row, model))


def record(row: Row) -> Record:
    """The stored row as it is shown."""
    kind = kind_of(row)
    common = {
        "id": row.id,
        "kind": kind,
        "issue_id": row.recurring_issue_id,
        "at": getattr(row, MOMENTS[kind]),
        "severity": row.severity,
        "subject": getattr(row, SUBJECTS[kind]),
        "host": row.host,
        "service": row.service,
        "context": row.context,
    }
    return Record(**common, **_own(row))


def _own(row: Row) -> dict[str, Any]:
    if isinstance(row, Fault):
        lasts = {"is_ongoing": row.is_ongoing, "ended_at": row.ended_at}
        return {"name": row.error_code, "message": row.description, **lasts}
    if isinstance(row, OperationalIssue):
        return {
            "name": row.name,
            "message": row.error_message,
            "person": row.person,
            "traceback": row.traceback,
        }
    return _of_overload(row)


def _of_overload(row: Overload) -> dict[str, Any]:
    measured = {
        "Value": (row.value, row.unit),
        "Worst": (row.peak_value, row.unit),
        "CPU": (row.cpu_percent, "percent"),
        "RAM": (row.ram_percent, "percent"),
    }
    return {
        "name": row.component_name,
        "message": "",
        "is_ongoing": row.is_ongoing,
        "ended_at": row.ended_at,
        "measured": {name: pair for name, pair in measured.items() if pair[0] is not None},
        "peak_at": row.peak_at,
        "processes": row.processes,
    }
