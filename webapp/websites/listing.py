"""What the list of websites shows beside each: its last day as a bar, its uptimes, its pace.

Two statements for a page of websites that come with their tags, however many there are and
however long their past; no checks are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.core.db import db
from webapp.websites import history
from webapp.websites.availability import availability
from webapp.websites.history import Stretch
from webapp.websites.labels import tag_names
from webapp.websites.models import Website, WebsiteTag
from webapp.websites.pictures import Bar, Spark, bar, percent_text, slots, spark
from webapp.websites.summaries import DAY, HOUR, floor

BAR_SLOTS = 48
SPARK_HOURS = 24
UPTIMES = {"24 h": DAY, "7 d": 7 * DAY, "30 d": 30 * DAY, "90 d": 90 * DAY}
LONGEST = max(UPTIMES.values())


@dataclass(frozen=True)
class Line:
    """A website as a line of the list; `uptimes` are texts by window, `pace` is of ms."""

    website: Website
    tags: list[str]
    bar: Bar
    uptimes: dict[str, str]
    pace: Spark


def lines(websites: Sequence[Website], now: datetime) -> list[Line]:
    """The websites with what stands beside them."""
    ids = [website.id for website in websites]
    periods = history.periods_of(ids, now - LONGEST)
    hour = floor(now, HOUR)
    medians = history.hourly_medians(ids, hour - SPARK_HOURS * HOUR)
    return [
        Line(
            website,
            tag_names(website),
            day_bar(periods[website.id], now),
            uptimes(periods[website.id], now),
            spark(_points(medians[website.id], hour, website)),
        )
        for website in websites
    ]


def day_bar(periods: Sequence[Stretch], now: datetime) -> Bar:
    """The last 24 hours in half hours."""
    return bar(slots(periods, now - DAY, now, BAR_SLOTS), BAR_SLOTS)


def percents(periods: Sequence[Stretch], now: datetime) -> dict[str, float | None]:
    """The availability in percent in each of the usual windows, None where nothing counts."""
    return {
        name: availability(_since(periods, now - length), now - length, now).percent
        for name, length in UPTIMES.items()
    }


def uptimes(periods: Sequence[Stretch], now: datetime) -> dict[str, str]:
    """The same as text."""
    return {name: percent_text(percent) for name, percent in percents(periods, now).items()}


def all_tags() -> Sequence[str]:
    """Every tag in use."""
    return db.session.scalars(select(WebsiteTag.tag).distinct().order_by(WebsiteTag.tag)).all()


def all_groups() -> Sequence[str]:
    """Every group in use."""
    query = select(Website.group_name).where(Website.group_name.is_not(None)).distinct()
    return [name for name in db.session.scalars(query.order_by(Website.group_name)) if name]


def _since(periods: Sequence[Stretch], since: datetime) -> list[Stretch]:
    return [p for p in periods if p.ended_at is None or p.ended_at > since]


def _points(medians: dict[datetime, float], hour: datetime, website: Website) -> list[float | None]:
    """The medians of the last hours, and the last check as the hour under way."""
    hours = [hour - n * timedelta(hours=1) for n in range(SPARK_HOURS - 1, 0, -1)]
    past = [medians.get(at) for at in hours]
    is_fresh = website.last_checked_at is not None and website.last_checked_at >= hour
    return [*past, website.response_time_ms if is_fresh else None]
