"""Questions about downtimes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from webapp.core.db import db
from webapp.websites.models import DowntimeWindow


def get_by_id(website_id: int, window_id: int) -> DowntimeWindow | None:
    """That downtime, if it is one of that website."""
    downtime = db.session.get(DowntimeWindow, window_id)
    return downtime if downtime is not None and downtime.website_id == website_id else None


def get_ongoing_downtime(website_id: int) -> DowntimeWindow | None:
    """The downtime that the website is in now."""
    query = select(DowntimeWindow).where(
        DowntimeWindow.website_id == website_id, DowntimeWindow.ended_at.is_(None)
    )
    return db.session.scalar(query.order_by(DowntimeWindow.started_at.desc()).limit(1))


def get_by_website(
    website_id: int,
    skip: int = 0,
    limit: int = 100,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Sequence[DowntimeWindow], int]:
    """One page of a website's downtimes that touch [since, until), newest first; and how many."""
    matching = select(DowntimeWindow).where(DowntimeWindow.website_id == website_id)
    if since:
        lasted = or_(DowntimeWindow.ended_at.is_(None), DowntimeWindow.ended_at > since)
        matching = matching.where(lasted)
    if until:
        matching = matching.where(DowntimeWindow.started_at < until)
    page = matching.order_by(DowntimeWindow.started_at.desc(), DowntimeWindow.id.desc())
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    return db.session.scalars(page.offset(skip).limit(limit)).all(), total
