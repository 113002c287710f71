"""Questions about alerts, and about who is told of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.alerts.matching import Facts, Matchers, read_matchers
from webapp.alerts.models import (
    Alert,
    AlertReason,
    AlertStatus,
    AlertTransition,
    Channel,
    Delivery,
    Notification,
    Route,
    RouteChannel,
    Severity,
    Silence,
)
from webapp.alerts.routing import Branch
from webapp.core.db import db

OPEN = (AlertStatus.ACTIVE, AlertStatus.ACKNOWLEDGED)
UNDELIVERED = (Delivery.PENDING, Delivery.SENDING)


@dataclass(frozen=True)
class AlertFilters:
    """Which alerts; None does not narrow, `is_open` are those that are not over."""

    status: AlertStatus | None = None
    is_open: bool | None = None
    severity: Severity | None = None
    source: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for a WHERE."""
        found: list[ColumnElement[bool]] = []
        for column, value in (
            (Alert.status, self.status),
            (Alert.severity, self.severity),
            (Alert.source, self.source),
        ):
            if value is not None:
                found.append(column == value)
        if self.is_open is not None:
            is_open = Alert.status.in_(OPEN)
            found.append(is_open if self.is_open else ~is_open)
        if self.from_at is not None:
            found.append(Alert.created_at >= self.from_at)
        if self.to_at is not None:
            found.append(Alert.created_at < self.to_at)
        return found


def alerts(filters: AlertFilters, page: int, page_size: int) -> tuple[Sequence[Alert], int]:
    """One page of the alerts that fit, newest first, and how many fit in all."""
    fits = filters.conditions()
    rows = db.session.scalars(
        select(Alert)
        .where(*fits)
        .order_by(Alert.created_at.desc(), Alert.id.desc())
        .limit(page_size)
        .offset((page - 1) * page_size)
    ).all()
    return rows, db.session.scalar(select(func.count(Alert.id)).where(*fits)) or 0


def open_counts() -> dict[Severity, int]:
    """How many alerts nobody sees to yet, by severity; for the badge on every page."""
    query = (
        select(Alert.severity, func.count())
        .where(Alert.status == AlertStatus.ACTIVE)
        .group_by(Alert.severity)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def alerts_version() -> str:
    """Changes whenever an alert does."""
    newest, last = db.session.execute(select(func.max(Alert.updated_at), func.max(Alert.id))).one()
    return f"{newest.timestamp() if newest else 0}-{last or 0}"


def transitions_of(alert_id: int) -> Sequence[AlertTransition]:
    """The steps of an alert, oldest first."""
    query = select(AlertTransition).where(AlertTransition.alert_id == alert_id)
    return db.session.scalars(query.order_by(AlertTransition.sequence, AlertTransition.id)).all()


def reasons_of(alert_id: int) -> Sequence[AlertReason]:
    """Why each was or was not told of an alert, oldest first."""
    query = select(AlertReason).where(AlertReason.alert_id == alert_id).order_by(AlertReason.id)
    return db.session.scalars(query).all()


def notifications_of(alert_id: int) -> Sequence[Notification]:
    """What was and is to be told of an alert, oldest first."""
    query = select(Notification).where(Notification.alert_id == alert_id)
    named = query.options(joinedload(Notification.channel)).order_by(Notification.id)
    return db.session.scalars(named).all()


def told_channels(alert_id: int) -> dict[int, Notification]:
    """The channels that are told of an alert, each with the first notification to it."""
    found: dict[int, Notification] = {}
    for notification in notifications_of(alert_id):
        found.setdefault(notification.channel_id, notification)
    return found


def counts_by_status() -> dict[str, int]:
    """How many alerts there are of each status."""
    query = select(Alert.status, func.count()).group_by(Alert.status)
    found = {row[0].value: row[1] for row in db.session.execute(query)}
    return {status.value: found.get(status.value, 0) for status in AlertStatus}


def told_names(alert_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the channels that were or are told of each alert."""
    query = (
        select(Notification.alert_id, Channel.name)
        .join(Channel, Channel.id == Notification.channel_id)
        .where(Notification.alert_id.in_(alert_ids))
        .distinct()
        .order_by(Channel.name)
    )
    found: dict[int, list[str]] = {alert_id: [] for alert_id in alert_ids}
    for alert_id, name in db.session.execute(query) if alert_ids else ():
        found[alert_id].append(name)
    return found


def deliveries_version(alert_id: int) -> str:
    """Changes with every attempt to tell something of an alert."""
    of_alert = Notification.alert_id == alert_id
    query = select(
        func.count(),
        func.coalesce(func.sum(Notification.attempts), 0),
        func.max(Notification.sent_at),
    ).where(of_alert)
    count, attempts, sent_at = db.session.execute(query).one()
    return f"{count}-{attempts}-{sent_at.timestamp() if sent_at else 0}"


def channels() -> Sequence[Channel]:
    """All channels by name; their addresses are not loaded."""
    return db.session.scalars(select(Channel).order_by(Channel.name)).all()


def waiting_by_channel() -> dict[int, int]:
    """How many notifications wait for each channel."""
    query = (
        select(Notification.channel_id, func.count())
        .where(Notification.delivery.in_(UNDELIVERED))
        .group_by(Notification.channel_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def undelivered(now: datetime) -> tuple[int, datetime | None]:
    """How many notifications a channel could not take at the first attempt, the oldest's time."""
    query = select(func.count(Notification.id), func.min(Notification.created_at)).where(
        Notification.delivery.in_(UNDELIVERED), Notification.attempts > 0
    )
    count, oldest_at = db.session.execute(query).one()
    return count, oldest_at


def silences(now: datetime) -> Sequence[Silence]:
    """Silences that hold or will, in the order in which they end."""
    query = select(Silence).where(Silence.ends_at > now)
    return db.session.scalars(query.order_by(Silence.ends_at, Silence.id)).all()


def silence_of(facts: Facts, now: datetime) -> Silence | None:
    """The silence that covers an alert now, the one that lasts longest of several."""
    return covering(silences(now), facts, now)


def covering(found: Sequence[Silence], facts: Facts, now: datetime) -> Silence | None:
    """The same among silences that are known."""
    holding = [s for s in found if s.starts_at <= now]
    fitting = [s for s in holding if read_matchers(s.matchers).fits(facts, now)]
    return max(fitting, key=lambda silence: silence.ends_at, default=None)


def facts_of(alert: Alert) -> Facts:
    """What routes and silences look at."""
    return Facts(
        alert.severity, alert.source, alert.title, alert.host, alert.service, dict(alert.tags)
    )


def routes() -> Sequence[Route]:
    """All routes, those of a level in the order in which they are tried, each before its own."""
    query = select(Route).options(selectinload(Route.channels))
    rows = db.session.scalars(query.order_by(Route.position, Route.id)).all()
    return list(_in_depth(None, rows))


def _in_depth(parent_id: int | None, rows: Sequence[Route]) -> Iterator[Route]:
    for route in rows:
        if route.parent_id == parent_id:
            yield route
            yield from _in_depth(route.id, rows)


def branches() -> list[Branch]:
    """The tree of active routes, with the active channels of each."""
    routes = db.session.scalars(
        select(Route).where(Route.is_active).order_by(Route.position, Route.id)
    ).all()
    told = select(RouteChannel).join(Channel, Channel.id == RouteChannel.channel_id)
    channel_ids: dict[int, list[int]] = {}
    for pair in db.session.scalars(told.where(Channel.is_active).order_by(Channel.name)):
        channel_ids.setdefault(pair.route_id, []).append(pair.channel_id)
    return _below(None, routes, channel_ids)


def _below(
    parent_id: int | None, routes: Iterable[Route], channel_ids: dict[int, list[int]]
) -> list[Branch]:
    return [
        branch_of(route, channel_ids.get(route.id, ()), _below(route.id, routes, channel_ids))
        for route in routes
        if route.parent_id == parent_id
    ]


def branch_of(route: Route, channel_ids: Sequence[int], below: Sequence[Branch] = ()) -> Branch:
    """A route as it is decided by."""
    matchers: Matchers = read_matchers(route.matchers)
    return Branch(
        route.id,
        route.name,
        matchers,
        tuple(channel_ids),
        route.continues,
        tuple(route.group_by.get("by", ())),
        route.wait_s,
        route.interval_s,
        route.repeat_s,
        tuple(below),
    )
