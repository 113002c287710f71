"""What goes in and out: a test of a website before it is saved."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from webapp.core.jsonapi import Output
from webapp.websites.models import MonitorStatus
from webapp.websites.schemas import WebsiteBase


class WebsiteTrial(WebsiteBase):
    """A website as it would be added or changed; what was typed is kept for 10 minutes at most.

    With `website_id` the secrets that this website has are used where none are given.
    """

    website_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class TrialResult(Output):
    """What the check found; times in milliseconds, each phase without the ones before it."""

    status: MonitorStatus
    started_at: datetime
    message: str | None
    failure_reason: str | None
    http_status_code: int | None
    response_time_ms: float | None
    dns_time_ms: float | None
    connect_time_ms: float | None
    tls_time_ms: float | None
    ttfb_ms: float | None
    address: str | None
    http_version: str | None
    size_bytes: int | None
    certificate: dict[str, Any] | None
    details: dict[str, Any] | None


class TrialRead(Output):
    """A test: `waiting` until a worker has done it, then `done` with what was found."""

    id: str
    state: Literal["waiting", "done"]
    result: TrialResult | None = None
