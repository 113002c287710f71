"""What comes in and goes out: websites and their checks."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from webapp.core.jsonapi import Input, Output, Page, PageQuery
from webapp.websites.availability import CountAs
from webapp.websites.filing import MOST, Deed
from webapp.websites.models import CheckKind, HTTPMethod, MonitorStatus
from webapp.websites.options import DEFAULT_OPTIONS, CheckOptions, CheckSecrets
from webapp.websites.urls import normalised

Url = Annotated[
    str,
    Field(max_length=4096, description="http or https, a host, no user name or password."),
    AfterValidator(normalised),
]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Description = Annotated[str, Field(max_length=2000)]
Search = Annotated[str, Field(max_length=200)]
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
Group = Annotated[str, Field(min_length=1, max_length=100)]
Tag = Annotated[str, Field(min_length=1, max_length=50, pattern="^[^,]+$")]


def _words(given: object) -> object:
    """Tags out of text with commas, or out of rows; anything else is left for Pydantic to judge."""
    if isinstance(given, str):
        return [word.strip() for word in given.split(",") if word.strip()]
    return [getattr(tag, "tag", tag) for tag in given] if isinstance(given, list) else given


def _in_order(tags: list[str]) -> list[str]:
    return sorted(set(tags))


Tags = Annotated[
    list[Tag], Field(max_length=50), BeforeValidator(_words), AfterValidator(_in_order)
]
Order = Literal["status", "name", "checked", "slowest"]
PageNumber = Annotated[int, Field(ge=1, le=1_000_000)]
State = Literal["", "up", "down", "degraded", "unknown", "maintenance", "paused"]


class WebsiteBase(Input):
    """What people say about a website."""

    url: Url
    name: Name | None = None
    description: Description | None = None
    check_interval: CheckInterval = 60
    timeout: Timeout = 30
    group_name: Group | None = None
    tags: Tags = []
    options: CheckOptions = DEFAULT_OPTIONS
    secrets: CheckSecrets | None = None

    def fields(self) -> dict[str, Any]:
        """The fields that were given, as the verbs take them."""
        return _given(self)


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
    group_name: Group | None = None
    tags: Tags = Field(default=[], description="These replace all tags.")
    is_active: bool = True
    options: CheckOptions = Field(default=DEFAULT_OPTIONS, description="These replace all options.")
    secrets: CheckSecrets | None = Field(
        default=None, description="Those that are given; null removes one."
    )

    def fields(self) -> dict[str, Any]:
        """The fields that were given, as the verbs take them."""
        return _given(self)


class WebsiteRead(Output):
    """A website: `status` is what checks say, `state` what people read (paused, maintenance)."""

    id: int
    url: str
    name: str
    description: str | None
    check_interval: int
    timeout: int
    is_active: bool
    is_in_maintenance: bool
    state: str
    status: MonitorStatus
    status_since_at: datetime
    last_checked_at: datetime | None
    next_check_at: datetime
    check_requested_at: datetime | None
    response_time_ms: float | None
    error_message: str | None
    group_name: str | None
    tags: Tags
    kind: CheckKind
    options: CheckOptions
    has_secrets: bool
    certificate: dict[str, Any] | None
    certificate_expires_at: datetime | None
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
    transfer_ms: float | None
    late_ms: int
    failure_reason: str | None
    error_message: str | None
    address: str | None
    http_version: str | None
    size_bytes: int | None
    details: dict[str, Any] | None
    checked_at: datetime
    created_at: datetime


class HeartbeatRead(Output):
    """What a job calls; whoever knows it can call, so it is for operators."""

    url: str


class WebsiteWithStats(WebsiteRead):
    """A website with its last check, its uptime (null where nothing counts), the share of that
    time that was observed, and its last day.

    Counts and times (ms, of answered checks) are of the last 24 hours, from a whole hour on.
    """

    uptime_percentage_24h: float | None
    coverage_percentage_24h: float
    uptime_percentage_7d: float | None
    coverage_percentage_7d: float
    uptime_percentage_30d: float | None
    coverage_percentage_30d: float
    uptime_percentage_90d: float | None
    coverage_percentage_90d: float
    checks_count_24h: int
    failed_checks_count_24h: int
    p50_ms_24h: float | None
    p95_ms_24h: float | None
    p99_ms_24h: float | None
    last_check: MonitorCheckRead | None


class WebsiteListResponse(Page[WebsiteRead]):
    """One page of websites."""


class MonitorCheckListResponse(Page[MonitorCheckRead]):
    """One page of checks, newest first."""


class WebsitesDeed(Input):
    """One thing to do to many websites; `word` is the tag, the group or the seconds."""

    website_ids: Annotated[
        list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(min_length=1, max_length=MOST)
    ]
    deed: Deed
    word: Annotated[str, Field(max_length=100)] = ""


class WebsitesDone(Output):
    """How many websites it was done to, and in words what was done."""

    count: int
    message: str


class WebsiteQuery(PageQuery):
    """Which websites: `q` is sought in name and URL."""

    active_only: bool = False
    q: Search = ""
    state: State = ""
    order: Order = "status"
    tag: Annotated[str, Field(max_length=50)] = ""
    group: Annotated[str, Field(max_length=100)] = ""


class ListQuery(Input):
    """Which websites the list page shows, and what counts as what in their uptimes."""

    q: Search = ""
    state: State = ""
    order: Order = "status"
    tag: Annotated[str, Field(max_length=50)] = ""
    group: Annotated[str, Field(max_length=100)] = ""
    maintenance: CountAs = CountAs.EXCLUDED
    unknown: CountAs = CountAs.EXCLUDED
    page: PageNumber = 1


class CheckQuery(PageQuery):
    """Which checks: from (included) to (not included), and with which status."""

    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None
    status: MonitorStatus | None = None


def _given(body: WebsiteBase | WebsiteUpdate) -> dict[str, Any]:
    names = body.model_fields_set - {"options", "secrets"}
    fields = body.model_dump(include=names)
    if "options" in body.model_fields_set:
        fields["options"] = body.options.stored()
    if body.secrets is not None:
        fields["secrets"] = body.secrets
    return fields
