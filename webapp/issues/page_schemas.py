"""What the pages of issues are asked for: addresses of lists, and what their forms send."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from pydantic import Field, ValidationError

from webapp.core.jsonapi import Input
from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.queries import IssueFilters, Sort

PageNumber = Annotated[int, Field(ge=1, le=100_000)]
Word = Annotated[str, Field(max_length=255)]
MINE, NOBODY = "me", "nobody"
LONGEST_BACK = 2000
IGNORING: dict[str, tuple[str, dict[str, Any]]] = {
    "": ("For good", {}),
    "day": ("For a day", {"days": 1}),
    "week": ("For a week", {"days": 7}),
    "ten": ("Until it came 10 more times", {"more": 10}),
    "hundred": ("Until it came 100 more times", {"more": 100}),
    "growth": ("Until it comes more often", {"until_grows": True}),
}


class ListQuery(Input):
    """The parameters of the list's address, as the form sends them; empty ones mean any."""

    q: Annotated[str, Field(max_length=200)] = ""
    status: Literal["", "open", "acknowledged", "resolved", "ignored"] = ""
    kind: Literal["", "fault", "overload", "operational"] = ""
    severity: Literal["", "info", "warning", "error", "critical"] = ""
    subject: Word = ""
    host: Word = ""
    service: Word = ""
    since: date | Literal[""] = ""
    until: date | Literal[""] = ""
    assignee: Literal["", "me", "nobody"] = ""
    sort: Sort = Sort.OPEN
    page: PageNumber = 1

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order and the page was asked for."""
        return bool(self.model_dump(exclude={"sort", "page"}, exclude_defaults=True))

    @property
    def has_more(self) -> bool:
        """Whether a filter is set that the form shows only on demand."""
        return any((self.subject, self.host, self.service, self.since, self.until, self.assignee))

    def filters(self, user_id: int | None, zone: tzinfo) -> IssueFilters:
        """The same for the question; days are those of the reader, both included."""
        return IssueFilters(
            kind=IssueKind(self.kind) if self.kind else None,
            severity=Severity(self.severity) if self.severity else None,
            status=IssueStatus(self.status) if self.status else None,
            subject=self.subject,
            host=self.host,
            service=self.service,
            since_at=_beginning(self.since, zone),
            until_at=_beginning(self.until, zone, 1),
            search=self.q,
            assignee_id=user_id if self.assignee == MINE else None,
            is_unassigned=self.assignee == NOBODY,
            sort=self.sort,
        )


class RawQuery(Input):
    """The parameters of a list of stored records; `before` is the id of the last one seen."""

    q: Annotated[str, Field(max_length=200)] = ""
    severity: Literal["", "info", "warning", "error", "critical"] = ""
    subject: Word = ""
    host: Word = ""
    since: date | Literal[""] = ""
    until: date | Literal[""] = ""
    before: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None

    def span(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """From when until before when, in the reader's days."""
        return _beginning(self.since, zone), _beginning(self.until, zone, 1)


def without_empty(given: Mapping[str, str]) -> dict[str, str]:
    """What was really given: forms send every field, addresses carry `seen`."""
    return {name: text for name, text in given.items() if text.strip() and name != "seen"}


def list_parameters(back: str) -> dict[str, str]:
    """Of a query string only what a list may be asked for, so that a form can go back to it."""
    given = {k: v for k, v in parse_qsl(back[:LONGEST_BACK]) if k in ListQuery.model_fields}
    try:
        ListQuery.model_validate(given)
    except ValidationError:
        return {}
    return given


def _beginning(day: date | str, zone: tzinfo, later: int = 0) -> datetime | None:
    if not isinstance(day, date) or day.year > 9000:
        return None
    begins = datetime.combine(day + timedelta(days=later), time.min, zone)
    return begins.astimezone(UTC) if day.year > 1 else None
