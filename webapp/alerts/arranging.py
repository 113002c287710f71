"""Arrange who is told: channels, routes and silences. Each verb writes the diary.

Addresses of channels are secrets: they are encrypted, never shown again, and only a hint stays.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from flask import current_app
from sqlalchemy import func, select

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.alerts import channels as ways
from webapp.alerts import signing
from webapp.alerts.channels.apprise_channel import is_known
from webapp.alerts.channels.parcels import Outcome, Parcel
from webapp.alerts.matching import in_words, read_matchers
from webapp.alerts.messages import Item, Words, compose
from webapp.alerts.models import Channel, ChannelKind, Route, RouteChannel, Severity, Silence
from webapp.core import access
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid

LONGEST_SILENCE = timedelta(days=366)
WEB = ("http", "https")
MOST_ROUTES = 200


def add_channel(fields: Mapping[str, Any]) -> Channel:
    """A new channel; a webhook gets a signing key of its own."""
    channel = Channel(is_active=True, created_by=access.email())
    _fill(channel, fields)
    if channel.kind is ChannelKind.WEBHOOK:
        channel.signing_key = signing.new_key()
    db.session.add(channel)
    db.session.flush()
    _note(ActivityType.CHANNEL_CHANGED, f"Channel {channel.name} was added")
    return channel


def change_channel(channel: Channel, fields: Mapping[str, Any]) -> Channel:
    """Change what is given of a channel."""
    _fill(channel, fields)
    db.session.flush()
    _note(ActivityType.CHANNEL_CHANGED, f"Channel {channel.name} was changed")
    return channel


def delete_channel(channel: Channel) -> None:
    """Forget a channel, with what waits for it."""
    _note(ActivityType.CHANNEL_CHANGED, f"Channel {channel.name} was deleted")
    db.session.delete(channel)
    db.session.flush()


def test_channel(channel: Channel, now: datetime) -> Outcome:
    """Send an example through a channel, and say how it went; nothing is written down."""
    item = Item(
        0, "This is a test", "If you can read this, the channel works.", Severity.INFO,
        "Watchkeeper", None, None, now, None, ("firing",), "",
    )  # fmt: skip
    words = Words(channel.title_template, channel.body_template)
    parcel = Parcel(
        f"test_{uuid4().hex}", channel.id, "", channel.kind, channel.url, channel.signing_key,
        compose([item], words), (item,), int(now.timestamp()),
        current_app.extensions["settings"].check_private_addresses,
    )  # fmt: skip
    return ways.send(parcel)


def save_route(route: Route | None, fields: Mapping[str, Any]) -> Route:
    """A new route, the last one, or another content for one; `channel_ids` are those it tells."""
    given = dict(fields)
    channel_ids = given.pop("channel_ids", None)
    _check_parent(route, given.get("parent_id"))
    if route is None:
        if (db.session.scalar(select(func.count(Route.id))) or 0) >= MOST_ROUTES:
            raise Problem(409, f"There are {MOST_ROUTES} routes already; delete one first.")
        last = db.session.scalar(select(func.max(Route.position)))
        route = Route(position=0 if last is None else last + 1)
        db.session.add(route)
    for name, value in given.items():
        setattr(route, name, value)
    if channel_ids is not None:
        _point(route, channel_ids)
    db.session.flush()
    _note(ActivityType.ROUTE_CHANGED, f"Route {route.name} was saved")
    return route


def move_route(route: Route, places: int) -> None:
    """Try a route earlier (-1) or later (1) than its neighbour."""
    siblings = db.session.scalars(
        select(Route).where(Route.parent_id.is_not_distinct_from(route.parent_id))
        .order_by(Route.position, Route.id)
    ).all()  # fmt: skip
    order = list(siblings)
    at = order.index(route)
    to = min(max(at + places, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    for position, each in enumerate(order):
        each.position = position
    db.session.flush()


def delete_route(route: Route) -> None:
    """Forget a route and those below it; whoever was told of an alert is still told its end."""
    _note(ActivityType.ROUTE_CHANGED, f"Route {route.name} was deleted")
    db.session.delete(route)
    db.session.flush()


def silence(
    matchers: Mapping[str, Any], starts_at: datetime, ends_at: datetime, comment: str, now: datetime
) -> Silence:
    """Tell nobody of what fits, from then until then; it ends by itself."""
    if ends_at <= max(starts_at, now):
        raise invalid(FieldError("ends_at", "This must be later than the beginning, and than now."))
    if ends_at - starts_at > LONGEST_SILENCE:
        raise invalid(FieldError("ends_at", "A silence lasts 366 days at most."))
    made = Silence(
        matchers=dict(matchers), starts_at=starts_at, ends_at=ends_at, comment=comment,
        created_by=access.email(), created_at=now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    what = in_words(read_matchers(made.matchers))
    _note(ActivityType.SILENCE_CHANGED, f"Silence until {ends_at:%Y-%m-%d %H:%M} UTC for {what}")
    return made


def end_silence(found: Silence, now: datetime) -> None:
    """End a silence now, or call off one that has not begun."""
    if found.ends_at <= now:
        raise Problem(409, "This silence is over already.")
    what = in_words(read_matchers(found.matchers))
    if found.starts_at >= now:
        db.session.delete(found)
    else:
        found.ends_at = now
    db.session.flush()
    _note(ActivityType.SILENCE_CHANGED, f"The silence for {what} was ended")


def _fill(channel: Channel, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(channel, name, value)
    if "url" in fields:
        _check_address(channel.kind, fields["url"])
        channel.hint = hint_of(fields["url"])
    if channel.fallback_id is not None:
        _check_fallback(channel)
    if _is_name_taken(channel):
        raise invalid(FieldError("name", "There is another channel of this name."))


def _check_address(kind: ChannelKind, url: str) -> None:
    if kind is ChannelKind.WEBHOOK:
        parts = urlsplit(url)
        if parts.scheme not in WEB or not parts.hostname:
            raise invalid(
                FieldError("url", "Give an address that begins with http:// or https://.")
            )
    elif not is_known(url):
        why = "Give an address as Apprise has them, such as ntfy://topic or mailto://…"
        raise invalid(FieldError("url", why))


def _check_fallback(channel: Channel) -> None:
    with db.session.no_autoflush:
        other = db.session.get(Channel, channel.fallback_id)
    if other is None or other is channel:
        raise invalid(FieldError("fallback_id", "Choose another channel that exists."))


def _is_name_taken(channel: Channel) -> bool:
    with db.session.no_autoflush:
        same = select(Channel).where(Channel.name == channel.name)
        found = db.session.scalar(same)
    return found is not None and found is not channel


def _check_parent(route: Route | None, parent_id: int | None) -> None:
    """A route may not be below itself."""
    above = parent_id
    while above is not None:
        parent = db.session.get(Route, above)
        if parent is None:
            raise invalid(FieldError("parent_id", "There is no such route."))
        if route is not None and parent.id == route.id:
            raise invalid(FieldError("parent_id", "A route cannot be below itself."))
        above = parent.parent_id


def _point(route: Route, channel_ids: Sequence[int]) -> None:
    known = set(db.session.scalars(select(Channel.id).where(Channel.id.in_(channel_ids))))
    if missing := set(channel_ids) - known:
        raise invalid(FieldError("channel_ids", f"There is no channel {min(missing)}."))
    route.channels = [RouteChannel(channel_id=each) for each in sorted(known)]


def hint_of(url: str) -> str:
    """What may be shown of an address: how, and the beginning of where."""
    parts = urlsplit(url)
    where = (parts.hostname or "").lower()
    shown = where if parts.scheme in (*WEB, "mailto", "mailtos") else where[:4]
    return f"{parts.scheme}://{shown}…"[:255]


def _note(type: ActivityType, sentence: str) -> None:
    who = access.email()
    diary.record(type, f"{sentence} by {who}" if who else sentence)
