"""Occurrences as they are sent and as they are read, a shape for each kind."""

from abc import abstractmethod
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from webapp.core.jsonapi import Input, Output, Page
from webapp.core.problems import FieldError, invalid
from webapp.issues.bounds import (
    LONGEST_MESSAGE,
    checked_context,
    cut_in_the_middle,
    moment_at_fault,
)
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import SENT, Occurrence

Code = Annotated[str, Field(min_length=1, max_length=100)]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Host = Annotated[str, Field(min_length=1, max_length=255)]
Service = Annotated[str, Field(min_length=1, max_length=100)]
Message = Annotated[str, Field(min_length=1, max_length=LONGEST_MESSAGE)]
Traceback = Annotated[str, AfterValidator(cut_in_the_middle)]
Context = Annotated[dict[str, Any], AfterValidator(checked_context)]
Part = Annotated[str, Field(min_length=1, max_length=255)]
Fingerprint = Annotated[list[Part], Field(min_length=1, max_length=10)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class OccurrenceCreate(Input):
    """What any occurrence may say of itself.

    `fingerprint` sets what it is grouped by; its part `{{ default }}` stands for what it would be
    grouped by otherwise. What is sent twice with one `origin` is counted once.
    """

    host: Host | None = None
    service: Service | None = None
    context: Context | None = None
    fingerprint: Fingerprint | None = None
    origin: Annotated[str, Field(min_length=1, max_length=140)] | None = None

    @abstractmethod
    def occurrence(self, now: datetime) -> Occurrence:
        """The same as it is digested; without a moment of its own it happened at `now`."""

    def _shared(self) -> dict[str, Any]:
        return {
            "host": self.host,
            "service": self.service,
            "context": self.context,
            "fingerprint": tuple(self.fingerprint or ()),
            "origin": None if self.origin is None else SENT + self.origin,
        }


class FaultCreate(OccurrenceCreate):
    """A structured error of a system."""

    error_code: Code
    description: Message
    severity: Severity = Severity.ERROR
    timestamp: AwareDatetime | None = None

    def occurrence(self, now: datetime) -> Occurrence:
        """The same as it is digested."""
        return Occurrence(
            IssueKind.FAULT, self.error_code, self.error_code, self.description, self.severity,
            _moment("timestamp", self.timestamp, now), **self._shared(),
        )  # fmt: skip


class OverloadCreate(OccurrenceCreate):
    """More use than a component bears."""

    component_name: Name
    cpu_percent: Percent | None = None
    ram_percent: Percent | None = None
    value: Number | None = None
    unit: Annotated[str, Field(max_length=20)] = ""
    severity: Severity = Severity.WARNING
    timestamp: AwareDatetime | None = None

    def occurrence(self, now: datetime) -> Occurrence:
        """The same as it is digested."""
        measured = self.model_dump(include={"value", "unit", "cpu_percent", "ram_percent"})
        return Occurrence(
            IssueKind.OVERLOAD, self.component_name, self.component_name, self._sentence(),
            self.severity, _moment("timestamp", self.timestamp, now),
            measured=measured, **self._shared(),
        )  # fmt: skip

    def _sentence(self) -> str:
        shown = [
            ("", self.value, f" {self.unit}".rstrip()),
            ("CPU ", self.cpu_percent, " %"),
            ("RAM ", self.ram_percent, " %"),
        ]
        said = [f"{name}{number:g}{unit}" for name, number, unit in shown if number is not None]
        if not said:
            return f"{self.component_name} is overloaded"
        return f"{self.component_name} is overloaded: {', '.join(said)}"


class OperationalIssueCreate(OccurrenceCreate):
    """Something went wrong in the course of operation."""

    name: Name
    task: Name
    error_message: Message
    traceback: Traceback | None = None
    severity: Literal["error", "warning", "info"] = "error"
    person: Host | None = None
    created_at: AwareDatetime | None = None

    def occurrence(self, now: datetime) -> Occurrence:
        """The same as it is digested."""
        return Occurrence(
            IssueKind.OPERATIONAL, self.task, self.name, self.error_message,
            Severity(self.severity), _moment("created_at", self.created_at, now),
            person=self.person, traceback=self.traceback, **self._shared(),
        )  # fmt: skip


class SentFault(FaultCreate):
    """A fault among other occurrences."""

    kind: Literal["fault"]


class SentOverload(OverloadCreate):
    """An overload among other occurrences."""

    kind: Literal["overload"]


class SentOperationalIssue(OperationalIssueCreate):
    """An operational issue among other occurrences."""

    kind: Literal["operational"]


SENT_AS: dict[str, type[OccurrenceCreate]] = {
    "fault": SentFault,
    "overload": SentOverload,
    "operational": SentOperationalIssue,
}


class OccurrenceRead(Output):
    """What any stored occurrence says of itself."""

    id: int
    recurring_issue_id: int
    severity: Severity
    host: str | None
    service: str | None
    context: dict[str, Any] | None


class FaultRead(OccurrenceRead):
    """A stored fault; `is_ongoing` until `ended_at`."""

    error_code: str
    description: str
    timestamp: datetime
    is_ongoing: bool
    ended_at: datetime | None


class OverloadRead(OccurrenceRead):
    """A stored overload: what was breached, the worst since, and what used the machine then."""

    component_name: str
    cpu_percent: float | None
    ram_percent: float | None
    value: float | None
    unit: str
    timestamp: datetime
    peak_value: float | None
    peak_at: datetime | None
    is_ongoing: bool
    ended_at: datetime | None
    rule_id: int | None
    processes: dict[str, Any] | None


class OperationalIssueRead(OccurrenceRead):
    """A stored operational issue."""

    name: str
    task: str
    error_message: str
    traceback: str | None
    person: str | None
    created_at: datetime


class FaultListResponse(Page[FaultRead]):
    """One page of faults, newest first."""


class OverloadListResponse(Page[OverloadRead]):
    """One page of overloads, newest first."""


class OperationalIssueListResponse(Page[OperationalIssueRead]):
    """One page of operational issues, newest first."""


def _moment(field: str, at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if message := moment_at_fault(at, now):
        raise invalid(FieldError(field, message))
    return at
