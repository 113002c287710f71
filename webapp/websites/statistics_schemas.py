"""What goes in and out: sums and percentiles of a website's checks."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from webapp.core.jsonapi import Input, Output

LONGEST_HOURS = 24 * 366 * 10


class StatisticsQuery(Input):
    """Of which time: the last `hours` (24 by default), or from (included) to (not included)."""

    hours: Annotated[int | None, Field(ge=1, le=LONGEST_HOURS)] = None
    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_one_window(self) -> Self:
        if self.hours is not None and (self.from_ or self.to):
            raise ValueError("Give either hours, or from and to.")
        return self


class PhaseTimes(Output):
    """Milliseconds that so many percent of the answered checks did not exceed; within 1 %."""

    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class StatisticsRead(Output):
    """Checks by status, and the times of those that were answered: the whole and each phase.

    `since` and `until` say which time is told of: whole hours, and whole days (UTC) of a window
    of more than 90 days. `transfer` is known of hours that were summed up since it is kept.
    """

    website_id: int
    since: datetime
    until: datetime
    checks_count: int
    up_count: int
    down_count: int
    degraded_count: int
    unknown_count: int
    mean_ms: float | None
    lowest_ms: float | None
    highest_ms: float | None
    total: PhaseTimes
    dns: PhaseTimes
    connect: PhaseTimes
    tls: PhaseTimes
    ttfb: PhaseTimes
    transfer: PhaseTimes
