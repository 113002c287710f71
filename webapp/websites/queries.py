"""Questions about websites and their checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import selectinload

from webapp.activity.models import ActivityEvent
from webapp.core import clock
from webapp.core.db import db
from webapp.websites import history
from webapp.websites.models import (
    MAINTENANCE,
    PAUSED,
    MonitorCheck,
    MonitorStatus,
    StatusPeriod,
    Website,
    WebsiteTag,
    state_of,
)
from webapp.websites.period_queries import availability_of

TROUBLED_SHOWN = 10
FAR = datetime(9999, 1, 1, tzinfo=UTC)
SEVERITY = case(
    {
        MonitorStatus.DOWN: 0,
        MonitorStatus.DEGRADED: 1,
        MonitorStatus.UNKNOWN: 2,
        MonitorStatus.UP: 3,
    },
    value=Website.status,
)
ORDERS: dict[str, tuple[Any, ...]] = {
    "status": (Website.is_active.desc(), SEVERITY, Website.name),
    "name": (func.lower(Website.name),),
    "checked": (Website.last_checked_at.desc().nulls_last(),),
    "slowest": (Website.response_time_ms.desc().nulls_last(),),
}


@dataclass(frozen=True)
class WebsitesSummary:
    """How many websites are in which state, and the ones in trouble, the worst and newest first."""

    total: int
    counts: dict[str, int]
    troubled: Sequence[Website]
    newest_at: datetime | None

    @property
    def troubled_count(self) -> int:
        """How many are down or degraded; `troubled` holds the first of them."""
        return self.counts.get("down", 0) + self.counts.get("degraded", 0)


def get_by_id(website_id: int) -> Website | None:
    """The website of that id."""
    return db.session.get(Website, website_id)


def get_by_url(url: str) -> Website | None:
    """The website with exactly that (normalised) URL."""
    return db.session.scalar(select(Website).where(Website.url == url))


def get_all(
    skip: int = 0,
    limit: int = 100,
    *,
    active_only: bool = False,
    text: str = "",
    state: str = "",
    order: str = "status",
    tag: str = "",
    group: str = "",
) -> tuple[Sequence[Website], int]:
    """One page of websites and the number of all that match; `text` is sought in name and URL."""
    matching = select(Website).where(*_conditions(active_only, text, state), *_filed(tag, group))
    page = matching.order_by(*ORDERS[order], Website.id).offset(skip).limit(limit)
    return db.session.scalars(page.options(selectinload(Website.tags))).all(), _count(matching)


def ids_of_all(text: str, state: str, tag: str, group: str, limit: int) -> list[int]:
    """The ids of the websites that match, up to `limit` of them."""
    matching = select(Website.id).where(*_conditions(False, text, state), *_filed(tag, group))
    return list(db.session.scalars(matching.order_by(Website.id).limit(limit)))


def get_active_websites() -> Sequence[Website]:
    """All websites that are not paused, by URL."""
    return db.session.scalars(select(Website).where(Website.is_active).order_by(Website.url)).all()


def get_by_website(
    website_id: int,
    skip: int = 0,
    limit: int = 100,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    status: MonitorStatus | None = None,
) -> tuple[Sequence[MonitorCheck], int]:
    """One page of a website's checks in [since, until), newest first, and the number of all."""
    matching = select(MonitorCheck).where(MonitorCheck.website_id == website_id)
    if since:
        matching = matching.where(MonitorCheck.checked_at >= since)
    if until:
        matching = matching.where(MonitorCheck.checked_at < until)
    if status:
        matching = matching.where(MonitorCheck.status == status)
    page = matching.order_by(MonitorCheck.checked_at.desc(), MonitorCheck.id.desc())
    found = db.session.scalars(page.offset(skip).limit(limit)).all()
    total = history.count_checks(website_id, since or clock.EPOCH, until or FAR, status)
    return found, total


def get_latest_by_website(website_id: int) -> MonitorCheck | None:
    """The website's last check."""
    checks = get_recent_checks(website_id, 1)
    return checks[0] if checks else None


def get_recent_checks(website_id: int, limit: int = 100) -> Sequence[MonitorCheck]:
    """The website's last checks, newest first."""
    query = select(MonitorCheck).where(MonitorCheck.website_id == website_id)
    return db.session.scalars(query.order_by(MonitorCheck.checked_at.desc()).limit(limit)).all()


def get_checks_between(
    website_id: int, since: datetime, until: datetime, limit: int
) -> Sequence[MonitorCheck]:
    """The website's checks in [since, until), newest first, up to `limit` of them."""
    at = MonitorCheck.checked_at
    query = select(MonitorCheck).where(
        MonitorCheck.website_id == website_id, at >= since, at < until
    )
    return db.session.scalars(query.order_by(at.desc()).limit(limit)).all()


def calculate_uptime_percentage(
    website_id: int, hours: int = 24, *, now: datetime | None = None
) -> float | None:
    """Percent of the last `hours` that was up, weighted by time; None if nothing counts.

    Paused, maintenance and unknown times do not count; see `availability`.
    """
    now = now or clock.now()
    return availability_of(website_id, now - timedelta(hours=hours), now).percent


def websites_summary(now: datetime) -> WebsitesSummary:
    """The websites in two statements, for the front page."""
    query = select(
        Website.is_active,
        Website.is_in_maintenance,
        Website.status,
        func.count(),
        func.max(Website.last_checked_at),
    )
    counts: dict[str, int] = {}
    newest: list[datetime] = []
    for is_active, is_in_maintenance, status, number, checked_at in db.session.execute(
        query.group_by(Website.is_active, Website.is_in_maintenance, Website.status)
    ):
        state = state_of(is_active, is_in_maintenance, status)
        counts[state] = counts.get(state, 0) + number
        newest += [min(checked_at, now)] if checked_at else []
    troubled = (
        select(Website)
        .where(Website.is_active, Website.is_in_maintenance.is_(False))
        .where(Website.status.in_((MonitorStatus.DOWN, MonitorStatus.DEGRADED)))
        .order_by(SEVERITY, Website.status_since_at.desc())
        .limit(TROUBLED_SHOWN)
    )
    found = db.session.scalars(troubled).all()
    return WebsitesSummary(sum(counts.values()), counts, found, max(newest, default=None))


def websites_version() -> str:
    """Changes with every recorded check and every change of a website; one look at indexes."""
    newest = (
        select(func.max(model.id)).scalar_subquery()
        for model in (MonitorCheck, StatusPeriod, ActivityEvent)
    )
    return "-".join(str(number or 0) for number in db.session.execute(select(*newest)).one())


def next_due_at(now: datetime) -> datetime | None:
    """When the next unclaimed website is due, None when there is none."""
    query = select(Website.next_check_at).where(Website.is_active, _unclaimed(now))
    return db.session.scalar(query.order_by(Website.next_check_at).limit(1))


def due(now: datetime, soon: datetime, limit: int) -> Select[int]:
    """The ids of unclaimed websites due before `soon`, locked against other claims."""
    return (
        select(Website.id)
        .where(Website.is_active, Website.next_check_at <= soon, _unclaimed(now))
        .order_by(Website.next_check_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _unclaimed(now: datetime) -> ColumnElement[bool]:
    return or_(Website.claimed_until.is_(None), Website.claimed_until < now)


def _count(matching: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0


def _filed(tag: str, group: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if tag:
        found.append(Website.id.in_(select(WebsiteTag.website_id).where(WebsiteTag.tag == tag)))
    if group:
        found.append(Website.group_name == group)
    return found


def _conditions(active_only: bool, text: str, state: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if active_only or state not in ("", PAUSED):
        found.append(Website.is_active.is_(True))
    if state == PAUSED:
        found.append(Website.is_active.is_(False))
    elif state == MAINTENANCE:
        found.append(Website.is_in_maintenance.is_(True))
    elif state:
        found.append(Website.is_in_maintenance.is_(False))
        found.append(Website.status == MonitorStatus(state.upper()))
    if text:
        found.append(
            or_(
                Website.name.icontains(text, autoescape=True),
                Website.url.icontains(text, autoescape=True),
            )
        )
    return found
