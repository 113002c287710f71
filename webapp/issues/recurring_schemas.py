"""Recurring issues as JSON: what is asked for, and what comes back."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from webapp.core.jsonapi import Input, Output, Page, PageQuery
from webapp.core.problems import FieldError, invalid
from webapp.issues.kinds import IssueKind, IssueStatus, Severity
from webapp.issues.queries import IssueFilters, Sort

RowId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Word = Annotated[str, Field(max_length=255)]


class RecurringIssueQuery(PageQuery):
    """Which issues: those that came at least once in [from, to), with all words of `search`.

    `subject` is the error code, the component or the task; `error_code`, `component_name` and
    `task` say the same and which kind.
    """

    kind: IssueKind | None = None
    severity: Severity | None = None
    status: IssueStatus | None = None
    subject: Word = ""
    error_code: Word = ""
    component_name: Word = ""
    task: Word = ""
    host: Word = ""
    service: Word = ""
    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None
    search: Annotated[str, Field(max_length=500)] = ""
    assignee_id: RowId | None = None
    unassigned: bool = False
    sort: Sort = Sort.OPEN

    def filters(self) -> IssueFilters:
        """The same for the question; raises a `Problem` where two filters contradict."""
        if self.from_ and self.to and self.from_ >= self.to:
            raise invalid(FieldError("to", "This must be later than from."))
        kind, subject = self._kind_and_subject()
        return IssueFilters(
            kind=kind, severity=self.severity, status=self.status, subject=subject,
            host=self.host, service=self.service, since_at=self.from_, until_at=self.to,
            search=self.search, assignee_id=self.assignee_id, is_unassigned=self.unassigned,
            sort=self.sort,
        )  # fmt: skip

    def _kind_and_subject(self) -> tuple[IssueKind | None, str]:
        kind, subject = self.kind, self.subject
        for name, own in (
            ("error_code", IssueKind.FAULT),
            ("component_name", IssueKind.OVERLOAD),
            ("task", IssueKind.OPERATIONAL),
        ):
            if not (given := getattr(self, name)):
                continue
            if kind not in (None, own) or subject not in ("", given):
                raise invalid(FieldError(name, "This contradicts another filter."))
            kind, subject = own, given
        return kind, subject


class HoursQuery(Input):
    """Which hours: from (included) to (not included), the last 7 days by default."""

    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None


class AffectedQuery(PageQuery):
    """Which names: hosts, services, people, or all."""

    what: Annotated[str | None, Field(pattern="^(host|service|person)$")] = None


class RecurringIssueRead(Output):
    """A recurring issue. `merged_into_id` says that it lives on in another."""

    id: int
    kind: IssueKind
    title: str
    subject: str
    message: str
    severity: Severity
    status: IssueStatus
    status_since_at: datetime
    is_regressed: bool
    is_ongoing: bool
    regressions: int
    occurrences: int
    first_seen_at: datetime
    last_seen_at: datetime
    host: str | None
    service: str | None
    flap_score: float
    ignored_until_at: datetime | None
    ignored_until_count: int | None
    ignored_hourly: float | None
    assignee_id: int | None
    merged_into_id: int | None
    version: int
    created_at: datetime
    updated_at: datetime


class RecurringIssueListResponse(Page[RecurringIssueRead]):
    """One page of issues."""


class FingerprintRead(Output):
    """What holds some of its occurrences together."""

    id: int
    version: int
    fingerprint: str
    made_of: dict[str, Any]
    occurrences: int
    first_seen_at: datetime
    last_seen_at: datetime


class LinkRead(Output):
    """An address elsewhere."""

    id: int
    url: str
    title: str
    by: str | None
    created_at: datetime


class PatternRead(Output):
    """How often it came in each hour of the week (UTC) lately, and what is striking about it."""

    week: list[int]
    says: str | None


class RecurringIssueDetail(RecurringIssueRead):
    """An issue with what is kept beside it; `last_hours` are the last 24, oldest first."""

    fingerprints: list[FingerprintRead]
    links: list[LinkRead]
    merged_issue_ids: list[int]
    last_hours: list[int]
    pattern: PatternRead


class TransitionRead(Output):
    """A step in the life of an issue."""

    id: int
    at: datetime
    verb: str
    from_status: IssueStatus | None
    to_status: IssueStatus
    by: str | None
    note: str | None
    undone_at: datetime | None


class TransitionListResponse(Page[TransitionRead]):
    """One page of steps, newest first."""


class CommentRead(Output):
    """What somebody wrote."""

    id: int
    body: str
    by: str | None
    created_at: datetime
    edited_at: datetime | None


class CommentListResponse(Page[CommentRead]):
    """One page of comments, newest first."""


class AffectedRead(Output):
    """A host, a service or a person, and how often the issue touched it."""

    what: str
    name: str
    occurrences: int
    first_seen_at: datetime
    last_seen_at: datetime


class AffectedListResponse(Page[AffectedRead]):
    """One page of names, the most touched first."""


class HourRead(Output):
    """How often it came in the hour that begins then."""

    hour_at: datetime
    count: int


class HoursRead(Output):
    """The hours in which it came."""

    hours: list[HourRead]
