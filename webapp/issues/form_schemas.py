"""What the form of a new occurrence sends: one shape per kind, each an occurrence in the end."""

from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import BeforeValidator, Field

from webapp.core.jsonapi import Input
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import Occurrence

LONGEST_TEXT = 32_000
LONGEST_TRACEBACK = 250_000
LONGEST_CONTEXT = 64_000


def _as_object(given: object) -> object:
    """JSON text as what it says; a sentence where it is none."""
    if not isinstance(given, str):
        return given
    try:
        found = orjson.loads(given)
    except orjson.JSONDecodeError as error:
        raise ValueError('Write an object of JSON, like {"order": 17}.') from error
    if not isinstance(found, dict):
        raise ValueError('Write an object of JSON, like {"order": 17}.')
    if len(given) > LONGEST_CONTEXT:
        raise ValueError(f"Write at most {LONGEST_CONTEXT:,} characters.")
    return found


Name = Annotated[str, Field(min_length=1, max_length=255)]
Host = Annotated[str, Field(max_length=255)]
Service = Annotated[str, Field(max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Context = Annotated[dict[str, Any], BeforeValidator(_as_object)]


class FaultForm(Input):
    """A fault, as a person reports it."""

    kind: Literal["fault"] = "fault"
    error_code: Annotated[str, Field(min_length=1, max_length=100)]
    description: Text
    severity: Severity = Severity.ERROR
    host: Host | None = None
    service: Service | None = None

    def occurrence(self, now: datetime) -> Occurrence:
        """The same as it is digested."""
        return Occurrence(
            IssueKind.FAULT, self.error_code, self.error_code, self.description,
            self.severity, now, host=self.host, service=self.service,
        )  # fmt: skip


class OverloadForm(Input):
    """An overload, as a person reports it."""

    kind: Literal["overload"] = "overload"
    component_name: Name
    value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    unit: Annotated[str, Field(max_length=20)] = ""
    cpu_percent: Percent | None = None
    ram_percent: Percent | None = None
    severity: Severity = Severity.WARNING
    host: Host | None = None
    service: Service | None = None

    def occurrence(self, now: datetime) -> Occurrence:
        """The same as it is digested."""
        measured = self.model_dump(
            include={"value", "unit", "cpu_percent", "ram_percent"}, exclude_none=True
        )
        return Occurrence(
            IssueKind.OVERLOAD, self.component_name, self.component_name, self._sentence(),
            self.severity, now, host=self.host, service=self.service, measured=measured,
        )  # fmt: skip

    def _sentence(self) -> str:
        shown = "" if self.value is None else f" at {self.value:g} {self.unit}".rstrip()
        return f"{self.component_name} is overloaded{shown}"


class OperationalForm(Input):
    """An operational issue, as a person reports it."""

    kind: Literal["operational"] = "operational"
    name: Name
    task: Name
    error_message: Text
    traceback: Annotated[str, Field(max_length=LONGEST_TRACEBACK)] | None = None
    context: Context | None = None
    severity: Literal["error", "warning", "info"] = "error"
    host: Host | None = None
    service: Service | None = None
    person: Host | None = None

    def occurrence(self, now: datetime) -> Occurrence:
        """The same as it is digested."""
        return Occurrence(
            IssueKind.OPERATIONAL, self.task, self.name, self.error_message,
            Severity(self.severity), now, host=self.host, service=self.service,
            person=self.person, traceback=self.traceback, context=self.context,
        )  # fmt: skip


FORMS: dict[str, type[FaultForm | OverloadForm | OperationalForm]] = {
    "fault": FaultForm,
    "overload": OverloadForm,
    "operational": OperationalForm,
}
