"""What the lists of occurrences are narrowed to, and what became of what was sent."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, RootModel

from webapp.core.jsonapi import Output, Page, PageQuery
from webapp.core.problems import FieldError, invalid
from webapp.issues.kinds import Severity
from webapp.issues.occurrence_schemas import (
    Code,
    Host,
    Name,
    SentFault,
    SentOperationalIssue,
    SentOverload,
)
from webapp.issues.tables import TableFilters

MOST_AT_ONCE = 1000


class OccurrenceQuery(PageQuery):
    """Which occurrences: `from` inclusive, `to` exclusive; of `search` the last word may go on."""

    severity: Severity | None = None
    host: Host | None = None
    recurring_issue_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None
    search: Annotated[str, Field(max_length=500)] = ""

    def filters(self, subject: str | None) -> TableFilters:
        """The same for the question; raises a `Problem` when the end is not after the beginning."""
        if self.from_ and self.to and self.from_ >= self.to:
            raise invalid(FieldError("to", "This must be later than from."))
        return TableFilters(
            self.severity, subject, self.host, self.recurring_issue_id, self.from_, self.to,
            self.search,
        )  # fmt: skip


class FaultQuery(OccurrenceQuery):
    """Which faults."""

    error_code: Code | None = None


class OverloadQuery(OccurrenceQuery):
    """Which overloads."""

    component_name: Name | None = None


class OperationalIssueQuery(OccurrenceQuery):
    """Which operational issues; words are sought in name and error_message."""

    task: Name | None = None


Sent = SentFault | SentOverload | SentOperationalIssue


class OccurrenceBatch(RootModel[Sent | Annotated[list[Sent], Field(max_length=MOST_AT_ONCE)]]):
    """One occurrence or a list of up to 1,000, of any kinds."""


class RefusedItem(Output):
    """One that was not taken: its number in what was sent, the field and what was expected."""

    index: int
    field: str
    message: str


class OccurrencesTaken(Output):
    """How many were taken, to be digested in a moment, and which were not."""

    accepted: int
    refused: list[RefusedItem]


class ReceivedRead(Output):
    """Something that was taken and then could not be digested, and why."""

    id: int
    received_at: datetime
    refused_at: datetime
    reason: str
    occurrences: list[Any]


class ReceivedListResponse(Page[ReceivedRead]):
    """One page of what could not be digested, newest first."""
