"""What the diary says of downtimes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.websites.downtimes import Turn
from webapp.websites.models import MonitorStatus, Website

UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def announce(
    turns: Iterable[Turn], now: datetime, reasons: Mapping[int, str] | None = None
) -> None:
    """Write that websites went down or came up again; `reasons` are those of the last checks.

    A downtime that ended because nobody looked any more, or in maintenance, is not said to be over.
    """
    told = [turn for turn in turns if turn.recovery is not MonitorStatus.UNKNOWN]
    if not told:
        return
    query = select(Website.id, Website.name, Website.url)
    rows = db.session.execute(query.where(Website.id.in_({turn.website_id for turn in told})))
    known = {row.id: row for row in rows}
    for turn in told:
        row = known[turn.website_id]
        details = {"website_id": row.id, "url": row.url, "since": turn.started_at.isoformat()}
        if reasons and turn.ended_at is None and turn.website_id in reasons:
            details["reason"] = reasons[turn.website_id]
        kind = ActivityType.WEBSITE_UP if turn.ended_at else ActivityType.WEBSITE_DOWN
        diary.record(kind, f"Website {row.name} {_sentence(turn, now)}", details=details)


def in_words(length: timedelta) -> str:
    """A length of time in its two largest units, such as `2 h 5 min`."""
    left, parts = max(0, round(length / timedelta(seconds=1))), []
    for unit, size in UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _sentence(turn: Turn, now: datetime) -> str:
    since = _moment(turn.started_at, now)
    if turn.ended_at is None:
        return f"is down since {since}. {turn.cause or ''}".rstrip()
    until, length = _moment(turn.ended_at, now), in_words(turn.ended_at - turn.started_at)
    return f"is up again. It was down from {since} to {until}, {length}."


def _moment(at: datetime, now: datetime) -> str:
    is_today = at.date() == now.date()
    return f"{at:%H:%M:%S} UTC" if is_today else f"{at:%Y-%m-%d %H:%M:%S} UTC"
