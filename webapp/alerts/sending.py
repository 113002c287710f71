"""Take parcels out of the outbox, and write down how each delivery went.

A sender takes all that waits for one channel and group, so that many alerts become one message,
and holds it under a lease; the attempt is counted before the wire is touched. What was surely not
taken may become part of a later message. Where that is not known, after a timeout or when the
sender was killed, the same message goes again under the same id, and what follows waits behind it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import current_app
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import joinedload, undefer

from webapp.alerts import messages, patience
from webapp.alerts.channels.parcels import Outcome, Parcel
from webapp.alerts.messages import Item, Words
from webapp.alerts.models import Alert, AlertStatus, Channel, Delivery, News, Notification, Route
from webapp.config import Settings
from webapp.core.db import begin_to_write, db

LEASE = timedelta(seconds=60)
MOST = 5000  # alerts in one message
BURST = 5  # messages of a group within its interval; what comes then is put together
LOOKED_AT = 50
USUAL_INTERVAL_S = 300
OPEN = (Delivery.PENDING, Delivery.SENDING)


def claim(now: datetime) -> Parcel | None:
    """The next parcel that is due, ours for `LEASE`; the caller commits before it sends."""
    for candidate in _candidates(now):
        begin_to_write()
        if not _is_free(candidate, now):
            db.session.rollback()
            continue
        rows = _rows_for(candidate, now)
        if rows:
            return _taken(rows, now)
        db.session.commit()  # put off, or settled without a word
    return None


def record(parcel: Parcel, outcome: Outcome, now: datetime) -> None:
    """Write down how it went; nothing if the lease was lost and another sender has it."""
    begin_to_write()
    rows = _held(parcel)
    if not rows:
        return
    channel = db.session.get_one(Channel, parcel.channel_id, with_for_update=True)
    if outcome.error is None:
        _was_taken(rows, channel, now)
    else:
        _was_not_taken(rows, channel, outcome, now)
    db.session.flush()


def _candidates(now: datetime) -> Sequence[Any]:
    """Channels and groups with something due and nothing in the air, the longest waiting first."""
    lapsed = or_(Notification.claimed_until.is_(None), Notification.claimed_until <= now)
    query = (
        select(Notification.channel_id, Notification.group_key)
        .join(Channel, Channel.id == Notification.channel_id)
        .where(
            Notification.delivery.in_(OPEN),
            Notification.next_attempt_at <= now,
            lapsed,
            Channel.is_active,
        )
        .group_by(Notification.channel_id, Notification.group_key)
        .order_by(func.min(Notification.id))
        .limit(LOOKED_AT)
    )
    return db.session.execute(query).all()


def _is_free(candidate: Any, now: datetime) -> bool:
    """Whether nobody else deals with that channel now, and nothing of the group is in the air."""
    lock = select(Channel.id).where(Channel.id == candidate.channel_id)
    if db.session.scalar(lock.with_for_update(skip_locked=True)) is None:
        return False
    in_the_air = Notification.delivery == Delivery.SENDING, Notification.claimed_until > now
    query = select(Notification.id).where(_of(candidate), *in_the_air).limit(1)
    return db.session.scalar(query) is None


def _of(candidate: Any) -> ColumnElement[bool]:
    return and_(
        Notification.channel_id == candidate.channel_id,
        Notification.group_key == candidate.group_key,
    )


def _rows_for(candidate: Any, now: datetime) -> list[Notification]:
    """What goes into the next message: first what may have arrived already, as it was."""
    waiting = (
        select(Notification)
        .where(_of(candidate), Notification.delivery.in_(OPEN))
        .options(joinedload(Notification.alert))
        .order_by(Notification.id)
        .limit(MOST)
    )
    rows = list(db.session.scalars(waiting.with_for_update(of=Notification)))
    if again := next((row.message_id for row in rows if row.message_id), None):
        same = [row for row in rows if row.message_id == again]
        return same if all(row.next_attempt_at <= now for row in same) else []
    due = {row.alert_id for row in rows if row.next_attempt_at <= now}
    rows = [row for row in rows if row.alert_id in due]
    if rows and (free_at := _has_room_at(rows[0], now)) > now:
        for row in rows:
            row.next_attempt_at = free_at
        return []
    return rows


def _has_room_at(row: Notification, now: datetime) -> datetime:
    """When the group may have its next message."""
    route = db.session.get(Route, row.route_id) if row.route_id else None
    span = timedelta(seconds=route.interval_s if route else USUAL_INTERVAL_S)
    sent = (
        select(func.min(Notification.sent_at).label("at"))
        .where(_of(row), Notification.sent_at > now - span)
        .group_by(Notification.message_id)
        .order_by(func.min(Notification.sent_at).desc())
        .limit(BURST)
    )
    moments = [at for at in db.session.scalars(sent) if at is not None]
    return moments[-1] + span if len(moments) == BURST else now


def _taken(rows: list[Notification], now: datetime) -> Parcel:
    message_id = rows[0].message_id or f"msg_{uuid4().hex}"
    for row in rows:
        row.delivery, row.claimed_until, row.message_id = Delivery.SENDING, now + LEASE, message_id
        row.attempts += 1
    channel = db.session.get_one(
        Channel,
        rows[0].channel_id,
        options=[undefer(Channel.url), undefer(Channel.signing_key)],
        populate_existing=True,
    )
    items = tuple(_items(rows))
    words = Words(channel.title_template, channel.body_template)
    parcel = Parcel(
        message_id,
        channel.id,
        rows[0].group_key,
        channel.kind,
        channel.url,
        channel.signing_key,
        messages.compose(items, words),
        items,
        int(now.timestamp()),
        current_app.extensions["settings"].check_private_addresses,
    )
    db.session.flush()
    return parcel


def _items(rows: Sequence[Notification]) -> list[Item]:
    """Each alert once, with all that is told of it, in the order of what came first."""
    news: dict[int, list[News]] = {}
    alerts: dict[int, Alert] = {}
    for row in rows:
        news.setdefault(row.alert_id, []).append(row.news)
        alerts[row.alert_id] = row.alert
    return [_item(alerts[alert_id], told) for alert_id, told in news.items()]


def _item(alert: Alert, news: Sequence[News]) -> Item:
    is_over = News.RESOLVED in news
    return Item(
        alert.id,
        alert.title,
        alert.description,
        alert.severity,
        alert.source,
        alert.host,
        alert.service,
        alert.created_at,
        alert.resolved_at if is_over else None,
        tuple(each.value for each in news),
        _url(alert),
    )


def _url(alert: Alert) -> str:
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.base_url}/alerts/{alert.id}"


def _held(parcel: Parcel) -> list[Notification]:
    query = select(Notification).where(
        Notification.message_id == parcel.message_id,
        Notification.channel_id == parcel.channel_id,
        Notification.delivery == Delivery.SENDING,
    )
    return list(db.session.scalars(query.order_by(Notification.id).with_for_update()))


def _was_taken(rows: Sequence[Notification], channel: Channel, now: datetime) -> None:
    newest = {row.alert_id: row.id for row in rows}
    for row in rows:
        is_newest = newest[row.alert_id] == row.id
        row.delivery = Delivery.SENT if is_newest else Delivery.MERGED
        row.sent_at, row.claimed_until, row.last_error = now, None, None
    channel.last_sent_at, channel.failing_since_at, channel.last_error = now, None, None


def _was_not_taken(
    rows: Sequence[Notification], channel: Channel, outcome: Outcome, now: datetime
) -> None:
    channel.failing_since_at = channel.failing_since_at or now
    channel.last_error = outcome.error
    attempts = max(row.attempts for row in rows)
    again_at = patience.next_attempt_at(attempts, now, outcome.retry_after)
    for row in rows:
        row.delivery, row.claimed_until, row.last_error = Delivery.PENDING, None, outcome.error
        row.next_attempt_at = again_at
        if outcome.is_certain:
            row.message_id = None
        if patience.is_given_up(row.created_at, now):
            row.delivery = Delivery.GIVEN_UP
        if patience.wants_fallback(row.created_at, now):
            _ask_another(row, channel, now)


def _ask_another(row: Notification, channel: Channel, now: datetime) -> None:
    """Tell the same through the channel that stands in, once."""
    if channel.fallback_id is None or row.alert.status is AlertStatus.DISMISSED:
        return
    there = Notification.alert_id == row.alert_id, Notification.channel_id == channel.fallback_id
    same = Notification.sequence == row.sequence, Notification.news == row.news
    if db.session.scalar(select(Notification.id).where(*there, *same)) is None:
        db.session.add(
            Notification(
                alert_id=row.alert_id,
                channel_id=channel.fallback_id,
                route_id=row.route_id,
                sequence=row.sequence,
                news=row.news,
                group_key=f"instead of {channel.id}:{row.group_key}"[:255],
                created_at=now,
                next_attempt_at=now,
            )
        )


def try_now(channel_id: int, now: datetime) -> int:
    """Send what waits for a channel at once: somebody has mended it."""
    waiting = Notification.channel_id == channel_id, Notification.delivery == Delivery.PENDING
    changed = db.session.execute(update(Notification).where(*waiting).values(next_attempt_at=now))
    return int(changed.rowcount)  # type: ignore[attr-defined]
