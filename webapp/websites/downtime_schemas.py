"""What comes in and goes out: downtimes, maintenance and uptime."""

from datetime import date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Field, field_validator, model_validator

from webapp.core.jsonapi import Input, Output, Page, PageQuery
from webapp.websites.availability import CountAs
from webapp.websites.models import MonitorStatus, PeriodStatus
from webapp.websites.schemas import MonitorCheckRead

LONGEST_HOURS = 24 * 366 * 5
Text = Annotated[str, Field(max_length=5000)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("This is not a time zone, such as Europe/London.") from error
    return name


Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class DowntimeWindowBase(Input):
    """What people say of a downtime."""

    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    root_cause: Text | None = None
    notes: Text | None = None


class DowntimeWindowCreate(DowntimeWindowBase):
    """A downtime written down by hand; without an end it goes on."""

    initial_status: MonitorStatus = MonitorStatus.DOWN
    recovery_status: MonitorStatus | None = None
    affected_checks_count: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class DowntimeWindowUpdate(Input):
    """The fields to change; the others stay. The duration follows from the times."""

    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    recovery_status: MonitorStatus | None = None
    root_cause: Text | None = None
    notes: Text | None = None

    @field_validator("started_at")
    @classmethod
    def _is_given(cls, value: datetime | None) -> datetime:
        if value is None:
            raise ValueError("A downtime has a beginning.")
        return value


class DowntimeWindowRead(Output):
    """A downtime; `duration_seconds` and the recovery are null while it goes on."""

    id: int
    website_id: int
    started_at: datetime
    ended_at: datetime | None
    duration_seconds: float | None
    initial_status: MonitorStatus
    recovery_status: MonitorStatus | None
    affected_checks_count: int
    root_cause: str | None
    notes: str | None
    created_at: datetime
    updated_at: datetime


class DowntimeWindowListResponse(Page[DowntimeWindowRead]):
    """One page of downtimes, newest first."""


class DowntimeQuery(PageQuery):
    """Which downtimes: those that touch the time from (included) to (not included)."""

    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None


class WhatChangedQuery(Input):
    """Of which downtime; the newest one unless it is named."""

    downtime_window_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class ChangedFact(Output):
    """One thing that differs, before and after, as text."""

    name: str
    before: str
    after: str


class WhatChanged(Output):
    """The last good check before a downtime, its first bad one, and what differs between them.

    All is null or empty where there has been no downtime, or one of the checks is not kept.
    """

    website_id: int
    downtime_window_id: int | None
    last_good_check: MonitorCheckRead | None
    first_bad_check: MonitorCheckRead | None
    changes: list[ChangedFact]


class MaintenanceWindowCreate(Input):
    """Maintenance of one website, or of all where none is named."""

    website_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    note: Annotated[str | None, Field(max_length=500)] = None


class MaintenanceWindowRead(Output):
    """Maintenance; `website_id` is null when it is of all websites."""

    id: int
    website_id: int | None
    starts_at: datetime
    ends_at: datetime
    note: str | None
    created_by: str | None
    created_at: datetime


class MaintenanceWindowListResponse(Page[MaintenanceWindowRead]):
    """One page of maintenance, the latest first."""


class MaintenanceQuery(PageQuery):
    """Which maintenance: that of one website, with what is of all."""

    website_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class UptimeQuery(Input):
    """Of which time, and what counts as what: the last `hours`, or from (included) to (excluded).

    A date without a time is its midnight in `zone`. `days=true` adds each day of that zone.
    """

    hours: Annotated[int | None, Field(ge=1, le=LONGEST_HOURS)] = None
    from_: Annotated[AwareDatetime | date | None, Field(alias="from")] = None
    to: AwareDatetime | date | None = None
    unknown: CountAs = CountAs.EXCLUDED
    maintenance: CountAs = CountAs.EXCLUDED
    zone: Zone = "UTC"
    days: bool = False

    @model_validator(mode="after")
    def _is_one_window(self) -> Self:
        if self.hours is not None and (self.from_ or self.to):
            raise ValueError("Give either hours, or from and to.")
        return self


class UptimeFigures(Output):
    """Percent up of what counts (null if nothing does), percent observed, seconds by status."""

    uptime_percentage: float | None
    coverage_percentage: float
    seconds: dict[PeriodStatus, float]


class UptimeDay(UptimeFigures):
    """A day of the calendar of the zone."""

    date: date


class UptimeRead(UptimeFigures):
    """A website's uptime in [since, until), with the share of that time that was observed."""

    website_id: int
    since: datetime
    until: datetime
    zone: str
    days: list[UptimeDay] | None
