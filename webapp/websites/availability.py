"""How much of the time a website was up, weighted by time and not by counting checks. Pure.

Availability is up time over the time that counts. What counts as what:

- UP and DEGRADED are up, DOWN is down;
- PAUSED never counts;
- MAINTENANCE and UNKNOWN count as the caller says: excluded, as up or as down;
- time without any period (before the website was added) never counts.

Coverage is the share of the whole window in which checks told what the website was: UP, DOWN or
DEGRADED. It stands beside every availability, because 100 % of one observed hour is not 100 % of
a month.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo

from webapp.websites.statuses import PeriodStatus

OBSERVED = (PeriodStatus.UP, PeriodStatus.DEGRADED, PeriodStatus.DOWN)
DAY = timedelta(days=1)


class CountAs(str, Enum):
    """How a time counts in which checks say nothing, or are not to count."""

    EXCLUDED = "excluded"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Counting:
    """What maintenance and unknown time counts as."""

    maintenance: CountAs = CountAs.EXCLUDED
    unknown: CountAs = CountAs.EXCLUDED

    @property
    def sides(self) -> dict[str, CountAs]:
        """The same as arguments of `availability`."""
        return {"count_maintenance_as": self.maintenance, "count_unknown_as": self.unknown}


USUAL = Counting()


class Period(Protocol):
    """A time in which a website had one status; open while `ended_at` is None."""

    @property
    def status(self) -> PeriodStatus:
        """What it was."""

    @property
    def started_at(self) -> datetime:
        """The first moment of it."""

    @property
    def ended_at(self) -> datetime | None:
        """The first moment after it."""


@dataclass(frozen=True)
class Availability:
    """Percent up of what counts (None if nothing counts), percent observed, seconds by status."""

    percent: float | None
    coverage_percent: float
    seconds: dict[PeriodStatus, float]


@dataclass(frozen=True)
class Day:
    """A day of a calendar, with its true length: 23 or 25 hours when the clocks change."""

    date: date
    since: datetime
    until: datetime


def availability(
    periods: Iterable[Period],
    since: datetime,
    until: datetime,
    *,
    count_maintenance_as: CountAs = CountAs.EXCLUDED,
    count_unknown_as: CountAs = CountAs.EXCLUDED,
) -> Availability:
    """Availability in [since, until), which must not reach beyond now.

    The periods are one website's, in any order, and do not overlap; an open one lasts to `until`.
    """
    spent = dict.fromkeys(PeriodStatus, timedelta())
    for period in periods:
        ends = until if period.ended_at is None else min(period.ended_at, until)
        spent[period.status] += max(ends - max(period.started_at, since), timedelta())
    counts = {
        PeriodStatus.UP: CountAs.UP,
        PeriodStatus.DEGRADED: CountAs.UP,
        PeriodStatus.DOWN: CountAs.DOWN,
        PeriodStatus.MAINTENANCE: count_maintenance_as,
        PeriodStatus.UNKNOWN: count_unknown_as,
    }
    up, down = (
        sum((spent[s] for s, counted in counts.items() if counted is side), timedelta())
        for side in (CountAs.UP, CountAs.DOWN)
    )
    observed = sum((spent[status] for status in OBSERVED), timedelta())
    whole = until - since
    return Availability(
        percent=100 * (up / (up + down)) if up + down else None,
        coverage_percent=100 * (observed / whole) if whole > timedelta() else 0.0,
        seconds={status: length.total_seconds() for status, length in spent.items()},
    )


def days(first: date, last: date, zone: ZoneInfo) -> Iterator[Day]:
    """The days from `first` to `last`, both included, from midnight to midnight in `zone`."""
    begins = _midnight(first, zone)
    for number in range((last - first).days + 1):
        day = first + number * DAY
        ends = _midnight(day + DAY, zone)
        yield Day(day, begins, ends)
        begins = ends


def by_day(
    periods: Sequence[Period],
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
    *,
    count_maintenance_as: CountAs = CountAs.EXCLUDED,
    count_unknown_as: CountAs = CountAs.EXCLUDED,
) -> list[tuple[date, Availability]]:
    """The availability of each day in `zone` that [since, until) touches, clipped to it."""
    if until <= since:
        return []
    first, last = (_day_of(moment, zone) for moment in (since, until - timedelta.resolution))
    return [
        (
            day.date,
            availability(
                periods,
                max(day.since, since),
                min(day.until, until),
                count_maintenance_as=count_maintenance_as,
                count_unknown_as=count_unknown_as,
            ),
        )
        for day in days(first, last, zone)
    ]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins; a midnight that the clocks skip is the moment they skip it."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
