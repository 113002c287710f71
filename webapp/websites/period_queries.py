"""Questions about status periods and maintenance."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from webapp.core.db import db
from webapp.websites.availability import USUAL, Availability, Counting, availability
from webapp.websites.history import periods_of
from webapp.websites.models import Impairment, MaintenanceWindow, StatusPeriod

MAINTENANCE_SHOWN = 50


def availability_of(
    website_id: int,
    since: datetime,
    until: datetime,
    counting: Counting = USUAL,
) -> Availability:
    """The website's availability in [since, until), which must not reach beyond now."""
    found = periods_of([website_id], since, until)[website_id]
    return availability(found, since, until, **counting.sides)


def open_period(website_id: int) -> StatusPeriod | None:
    """What the website is in now."""
    query = select(StatusPeriod).where(
        StatusPeriod.website_id == website_id, StatusPeriod.ended_at.is_(None)
    )
    return db.session.scalar(query)


def maintenance_of(website_id: int | None, now: datetime) -> Sequence[MaintenanceWindow]:
    """What is planned or under way for that website or for all of them, the first first.

    None asks for the windows of all websites alone.
    """
    query = select(MaintenanceWindow).where(MaintenanceWindow.ends_at > now, _covers(website_id))
    return db.session.scalars(
        query.order_by(MaintenanceWindow.starts_at, MaintenanceWindow.id).limit(MAINTENANCE_SHOWN)
    ).all()


def _covers(website_id: int | None) -> ColumnElement[bool]:
    of_all = MaintenanceWindow.website_id.is_(None)
    return of_all if website_id is None else or_(of_all, MaintenanceWindow.website_id == website_id)


def maintenance_page(
    website_id: int | None, skip: int, limit: int
) -> tuple[Sequence[MaintenanceWindow], int]:
    """One page of all maintenance (of a website: with what is of all), latest first; how many."""
    matching = select(MaintenanceWindow)
    if website_id is not None:
        matching = matching.where(_covers(website_id))
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    page = matching.order_by(MaintenanceWindow.starts_at.desc(), MaintenanceWindow.id.desc())
    return db.session.scalars(page.offset(skip).limit(limit)).all(), total


def ongoing_impairment() -> Impairment | None:
    """The time in which the monitor itself may be to blame, if there is one now."""
    return db.session.scalar(select(Impairment).where(Impairment.is_ongoing.is_(True)))
