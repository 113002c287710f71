"""What goes into the diary and what comes out of it."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Any

from pydantic import AwareDatetime, EmailStr, Field

from webapp.activity.actions import LONGEST_MESSAGE
from webapp.activity.models import ActivityType
from webapp.core.jsonapi import MAXIMUM_PAGE_SIZE, Input, Output


class ActivityEventCreate(Input):
    """An entry that another application writes."""

    type: ActivityType
    message: Annotated[str, Field(min_length=1, max_length=LONGEST_MESSAGE)]
    user_email: Annotated[EmailStr, Field(max_length=255)] | None = None
    details: dict[str, Any] | None = None


class ActivityEventResponse(Output):
    """One entry of the diary."""

    id: int
    type: ActivityType
    message: str
    user_email: str | None = None
    details: dict[str, Any] | None = None
    created_at: datetime


class ActivityEventsListResponse(Output):
    """Some entries, newest first, and how many fit the question in all."""

    events: list[ActivityEventResponse]
    total: int


class ActivityQuery(Input):
    """Which entries: by type, person and time (`from` inclusive, `to` exclusive, RFC 3339)."""

    limit: Annotated[int, Field(ge=1, le=MAXIMUM_PAGE_SIZE)] = 50
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    type: ActivityType | None = None
    user_email: Annotated[str, Field(max_length=255)] | None = None
    from_at: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to_at: Annotated[AwareDatetime | None, Field(alias="to")] = None


class Within(str, Enum):
    """How far back the feed looks."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def span(self) -> timedelta:
        """The same as a duration."""
        return timedelta(hours={"hour": 1, "day": 24, "week": 168}[self.value])


class FeedQuery(Input):
    """The filters of the feed page; `seen` is the panel's version."""

    type: ActivityType | None = None
    person: Annotated[str, Field(max_length=255)] | None = None
    within: Within | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    seen: str = ""
