"""What the list of websites shows beside each: its last day as a bar, its uptimes, its pace.

Two statements for a page of websites that come with their tags, however many there are and
however long their past; no checks are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import select

from webapp.core.db import db
from webapp.websites import history
from webapp.websites.availability import USUAL, Availability, Counting, availability
from webapp.websites.history import Stretch
from webapp.websites.labels import tag_names
from webapp.websites.models import Website, WebsiteTag
from webapp.websites.pictures import Bar, Spark, bar, observed_text, percent_text, slots, spark
from webapp.websites.summaries import DAY, HOUR, floor

BAR_SLOTS = 48
SPARK_HOURS = 24
WELL_OBSERVED = 99.5  # percent of a window, from which on it is not worth a word
UPTIMES = {"24 h": DAY, "7 d": 7 * DAY, "30 d": 30 * DAY, "90 d": 90 * DAY}
LONGEST = max(UPTIMES.values())


@dataclass(frozen=True)
class Uptime:
    """An availability as text; `observed` says how much was, where it was not all of the time."""

    text: str
    observed: str


@dataclass(frozen=True)
class Line:
    """A website as a line of the list; `uptimes` are by window, `pace` is of ms."""

    website: Website
    tags: list[str]
    bar: Bar
    uptimes: dict[str, Uptime]
    pace: Spark


def lines(
    websites: Sequence[Website],
    now: datetime,
    zone: tzinfo = UTC,
    counting: Counting = USUAL,
) -> list[Line]:
    """The websites with what stands beside them."""
    ids = [website.id for website in websites]
    periods = history.periods_of(ids, now - LONGEST)
    hour = floor(now, HOUR)
    medians = history.hourly_medians(ids, hour - SPARK_HOURS * HOUR)
    return [
        Line(
            website,
            tag_names(website),
            day_bar(periods[website.id], now, zone),
            uptimes(periods[website.id], now, counting),
            spark(_points(medians[website.id], hour, website)),
        )
        for website in websites
    ]


def day_bar(periods: Sequence[Stretch], now: datetime, zone: tzinfo = UTC) -> Bar:
    """The last 24 hours in half hours."""
    return bar(slots(periods, now - DAY, now, BAR_SLOTS, zone), BAR_SLOTS)


def figures(
    periods: Sequence[Stretch], now: datetime, counting: Counting = USUAL
) -> dict[str, Availability]:
    """The availability in each of the usual windows."""
    return {
        name: availability(_since(periods, now - length), now - length, now, **counting.sides)
        for name, length in UPTIMES.items()
    }


def uptimes(
    periods: Sequence[Stretch], now: datetime, counting: Counting = USUAL
) -> dict[str, Uptime]:
    """The same as text."""
    return {name: _uptime(found) for name, found in figures(periods, now, counting).items()}


def all_tags() -> Sequence[str]:
    """Every tag in use."""
    return db.session.scalars(select(WebsiteTag.tag).distinct().order_by(WebsiteTag.tag)).all()


def all_groups() -> Sequence[str]:
    """Every group in use."""
    query = select(Website.group_name).where(Website.group_name.is_not(None)).distinct()
    return [name for name in db.session.scalars(query.order_by(Website.group_name)) if name]


def _uptime(found: Availability) -> Uptime:
    partial = found.coverage_percent < WELL_OBSERVED
    return Uptime(
        percent_text(found.percent), observed_text(found.coverage_percent) if partial else ""
    )


def _since(periods: Sequence[Stretch], since: datetime) -> list[Stretch]:
    return [p for p in periods if p.ended_at is None or p.ended_at > since]


def _points(medians: dict[datetime, float], hour: datetime, website: Website) -> list[float | None]:
    """The medians of the last hours, and the last check as the hour under way."""
    hours = [hour - n * timedelta(hours=1) for n in range(SPARK_HOURS - 1, 0, -1)]
    past = [medians.get(at) for at in hours]
    is_fresh = website.last_checked_at is not None and website.last_checked_at >= hour
    return [*past, website.response_time_ms if is_fresh else None]
