"""What comes in and goes out: websites and their checks."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from webapp.core.jsonapi import Input, Output, Page, PageQuery
from webapp.websites.models import HTTPMethod, MonitorStatus
from webapp.websites.urls import normalised

Url = Annotated[
    str,
    Field(max_length=4096, description="http or https, a host, no user name or password."),
    AfterValidator(normalised),
]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Description = Annotated[str, Field(max_length=2000)]
CheckInterval = Annotated[int, Field(ge=1, le=86_400, description="Seconds between two checks.")]
Timeout = Annotated[
    int,
    Field(
        ge=1,
        le=120,
        description="Seconds a check may take; it may be longer than the interval, and a check "
        "that runs past the next one's time delays that one.",
    ),
]
Order = Literal["status", "name", "checked", "slowest"]
PageNumber = Annotated[int, Field(ge=1, le=1_000_000)]
State = Literal["", "up", "down", "degraded", "unknown", "paused"]


class WebsiteBase(Input):
    """What people say about a website."""

    url: Url
    name: Name | None = None
    description: Description | None = None
    check_interval: CheckInterval = 60
    timeout: Timeout = 30


class WebsiteForm(WebsiteBase):
    """The form: everything but whether it is paused, which has its own button."""


class WebsiteCreate(WebsiteBase):
    """A new website; `name` is the host by default."""

    is_active: bool = True


class WebsiteUpdate(Input):
    """The fields to change; the others stay."""

    url: Url = Field(default="")
    name: Name = Field(default="")
    description: Description | None = None
    check_interval: CheckInterval = Field(default=60)
    timeout: Timeout = Field(default=30)
    is_active: bool = True


class WebsiteRead(Output):
    """A website with its current status."""

    id: int
    url: str
    name: str
    description: str | None
    check_interval: int
    timeout: int
    is_active: bool
    status: MonitorStatus
    status_since_at: datetime
    last_checked_at: datetime | None
    next_check_at: datetime
    check_requested_at: datetime | None
    response_time_ms: float | None
    error_message: str | None
    created_at: datetime
    updated_at: datetime


class MonitorCheckRead(Output):
    """One check; times in milliseconds, each phase without the ones before it."""

    id: int
    website_id: int
    status: MonitorStatus
    http_status_code: int | None
    http_method: HTTPMethod
    response_time_ms: float | None
    dns_time_ms: float | None
    connect_time_ms: float | None
    tls_time_ms: float | None
    ttfb_ms: float | None
    late_ms: int
    failure_reason: str | None
    error_message: str | None
    checked_at: datetime
    created_at: datetime


class WebsiteWithStats(WebsiteRead):
    """A website with its last check and its uptime, null where nothing was observed."""

    uptime_percentage_24h: float | None
    last_check: MonitorCheckRead | None


class WebsiteListResponse(Page[WebsiteRead]):
    """One page of websites."""


class MonitorCheckListResponse(Page[MonitorCheckRead]):
    """One page of checks, newest first."""


class WebsiteQuery(PageQuery):
    """Which websites: `q` is sought in name and URL."""

    active_only: bool = False
    q: Annotated[str, Field(max_length=200)] = ""
    state: State = ""
    order: Order = "status"
    tag: Annotated[str, Field(max_length=50)] = ""
    group: Annotated[str, Field(max_length=100)] = ""


class ListQuery(Input):
    """Which websites the list page shows."""

    q: Annotated[str, Field(max_length=200)] = ""
    state: State = ""
    order: Order = "status"
    tag: Annotated[str, Field(max_length=50)] = ""
    group: Annotated[str, Field(max_length=100)] = ""
    page: PageNumber = 1


class CheckQuery(PageQuery):
    """Which checks: from (included) to (not included), and with which status."""

    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None
    status: MonitorStatus | None = None
