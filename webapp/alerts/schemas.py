"""What goes into alerts and what comes out of them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, field_validator

from webapp.alerts.models import LONGEST_TITLE, AlertStatus, Delivery, News, Severity
from webapp.core.jsonapi import Input, Output, Page, PageQuery

Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Tags = dict[
    Annotated[str, Field(min_length=1, max_length=100)], Annotated[str, Field(max_length=255)]
]
MOST_TAGS = 50


class AlertBase(Input):
    """What an alert says."""

    title: Title
    description: Text = ""
    severity: Severity = Severity.ERROR
    host: Annotated[str, Field(max_length=255)] | None = None
    service: Annotated[str, Field(max_length=100)] | None = None
    tags: Annotated[Tags, Field(max_length=MOST_TAGS)] = {}


class AlertCreate(AlertBase):
    """A new alert; the same `key` (the title by default) is the same trouble while it is open."""

    source: Name = "api"
    key: Annotated[str, Field(min_length=1, max_length=140)] | None = None


class AlertUpdate(Input):
    """The fields of an alert to change; `status` is a step, with a `note` if wanted."""

    title: Title | None = None
    description: Text | None = None
    severity: Severity | None = None
    host: Annotated[str, Field(max_length=255)] | None = None
    service: Annotated[str, Field(max_length=100)] | None = None
    tags: Annotated[Tags, Field(max_length=MOST_TAGS)] | None = None
    status: AlertStatus | None = None
    note: Text | None = None

    @field_validator("title", "description", "severity", "tags", "status")
    @classmethod
    def _not_nothing(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("leave this out, or give a value")
        return value


class Step(Input):
    """What is said with a step; an acknowledgement may be for so many seconds."""

    note: Text | None = None


class Acknowledgement(Step):
    """An acknowledgement; without `for_s` it holds until the alert is over or worse."""

    for_s: Annotated[int, Field(ge=1, le=31 * 86_400)] | None = None


class AlertRead(Output):
    """An alert."""

    id: int
    title: str
    description: str
    severity: Severity
    status: AlertStatus
    source: str
    key: str
    host: str | None
    service: str | None
    tags: dict[str, Any]
    recurring_issue_id: int | None
    created_at: datetime
    updated_at: datetime
    status_since_at: datetime
    acknowledged_until_at: datetime | None
    resolved_at: datetime | None


class TransitionRead(Output):
    """A step of an alert."""

    sequence: int
    at: datetime
    verb: str
    from_status: AlertStatus | None
    to_status: AlertStatus
    by: str | None
    note: str | None


class ReasonRead(Output):
    """Why somebody was told of a step, or was not."""

    sequence: int
    at: datetime
    is_told: bool
    sentence: str


class NotificationRead(Output):
    """One thing told through one channel, or waiting to be."""

    id: int
    channel_id: int
    sequence: int
    news: News
    delivery: Delivery
    created_at: datetime
    next_attempt_at: datetime
    attempts: int
    last_error: str | None
    sent_at: datetime | None
    message_id: str | None


class AlertInFull(AlertRead):
    """An alert with its history, whom it was told, and why."""

    transitions: list[TransitionRead]
    notifications: list[NotificationRead]
    reasons: list[ReasonRead]


class AlertListResponse(Page[AlertRead]):
    """One page of alerts."""


class AlertQuery(PageQuery):
    """Which alerts: by status, severity, source and time (`from` inclusive, `to` exclusive)."""

    status: AlertStatus | None = None
    is_open: bool | None = None
    severity: Severity | None = None
    source: Annotated[str, Field(max_length=100)] | None = None
    from_at: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to_at: Annotated[AwareDatetime | None, Field(alias="to")] = None
