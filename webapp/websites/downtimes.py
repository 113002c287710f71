"""Verbs on downtimes: they follow the periods that are DOWN; people correct and explain them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, tuple_, update

from webapp.core import nudges
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.websites.downtime_queries import get_ongoing_downtime
from webapp.websites.models import DowntimeWindow, MonitorStatus, PeriodStatus
from webapp.websites.timeline import Stretch

DOWNTIMES = "downtimes"  # the bell
RECOVERIES = {
    PeriodStatus.UP: MonitorStatus.UP,
    PeriodStatus.DEGRADED: MonitorStatus.DEGRADED,
}
_downtimes: Table = DowntimeWindow.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Turn:
    """A downtime that began or, with `ended_at`, ended; `recovery` is what the website is then."""

    website_id: int
    started_at: datetime
    ended_at: datetime | None = None
    recovery: MonitorStatus | None = None
    cause: str | None = None


def create(website_id: int, fields: Mapping[str, Any], now: datetime) -> DowntimeWindow:
    """Write down a downtime by hand; a website has at most one that goes on."""
    downtime = DowntimeWindow(website_id=website_id, created_at=now, **fields)
    _check(downtime, now)
    if downtime.ended_at is None and get_ongoing_downtime(website_id):
        raise Problem(409, "The website has a downtime that goes on.")
    downtime.updated_at = now
    db.session.add(downtime)
    db.session.flush()
    nudges.ring_after_commit(DOWNTIMES)
    return downtime


def edit(downtime: DowntimeWindow, fields: Mapping[str, Any], now: datetime) -> None:
    """Change the given fields; the duration follows. Availability stays what checks said."""
    for name, value in fields.items():
        setattr(downtime, name, value)
    _check(downtime, now)
    downtime.updated_at = now
    db.session.flush()
    nudges.ring_after_commit(DOWNTIMES)


def remove(downtime: DowntimeWindow) -> None:
    """Delete it; the periods, and so the availability, stay."""
    db.session.delete(downtime)
    db.session.flush()
    nudges.ring_after_commit(DOWNTIMES)


def count_failures(website_ids: Collection[int]) -> None:
    """One more check failed of websites that are down."""
    if website_ids:
        ongoing = _downtimes.c.ended_at.is_(None) & _downtimes.c.website_id.in_(website_ids)
        count = _downtimes.c.affected_checks_count + 1
        db.session.execute(update(_downtimes).where(ongoing).values(affected_checks_count=count))


def note_recoveries(pairs: Collection[tuple[int, datetime]], now: datetime) -> list[Turn]:
    """Websites are up that were not looked at since their downtime's end: that was its recovery.

    `pairs` are a website and since when nothing was known of it.
    """
    if not pairs:
        return []
    columns = _downtimes.c
    query = (
        update(_downtimes)
        .where(tuple_(columns.website_id, columns.ended_at).in_(pairs))
        .where(columns.recovery_status == MonitorStatus.UNKNOWN)
        .values(recovery_status=MonitorStatus.UP, updated_at=now)
        .returning(columns.website_id, columns.started_at, columns.ended_at)
    )
    return [
        Turn(row.website_id, row.started_at, row.ended_at, MonitorStatus.UP)
        for row in db.session.execute(query)
    ]


def follow(
    stretches: Mapping[int, Sequence[Stretch]],
    was_down: Collection[int],
    failures: Mapping[int, int],
    now: datetime,
) -> list[Turn]:
    """Open and close downtimes after the periods of these websites were written.

    `was_down` are those whose open period was DOWN before. One that a person has opened while the
    website was up is left alone, until a downtime of the website is confirmed.
    """
    down = {i: [s for s in f if s.status is PeriodStatus.DOWN] for i, f in stretches.items()}
    touched = [i for i, found in down.items() if found or i in was_down]
    if not touched:
        return []
    ongoing = _ongoing(touched)
    ended, begun = [], []
    for website_id in touched:
        found, row = down[website_id], ongoing.get(website_id)
        following = _followers(stretches[website_id])
        if row is not None:
            mine, found = (found[0], found[1:]) if found else (None, [])
            ended += _ended(row, mine, stretches[website_id][0].started_at, following, now)
        elif website_id in was_down and found and found[0] is stretches[website_id][0]:
            found = found[1:]  # somebody has ended or deleted the downtime of this stretch
        begun += [_begun(website_id, s, following, failures[website_id], now) for s in found]
    if ended or begun:
        nudges.ring_after_commit(DOWNTIMES)
    if ended:
        db.session.connection().execute(_END, ended)
    if begun:
        db.session.execute(insert(_downtimes), begun)
    return [_turn(row, "of_", "new_") for row in ended] + [_turn(row, "", "") for row in begun]


def _ongoing(website_ids: Sequence[int]) -> dict[int, Any]:
    columns = _downtimes.c
    query = select(columns.id, columns.website_id, columns.started_at)
    rows = db.session.execute(
        query.where(columns.ended_at.is_(None), columns.website_id.in_(website_ids))
    )
    return {row.website_id: row for row in rows}


def _followers(stretches: Sequence[Stretch]) -> dict[datetime, MonitorStatus]:
    """What the website was after the stretch that ended at a moment, as far as checks say."""
    return {s.started_at: RECOVERIES.get(s.status, MonitorStatus.UNKNOWN) for s in stretches}


def _ended(
    row: Any,
    mine: Stretch | None,
    since: datetime,
    following: Mapping[datetime, MonitorStatus],
    now: datetime,
) -> list[dict[str, Any]]:
    """The end of an ongoing downtime, if its stretch has ended or turned out to be none."""
    if mine is not None and mine.ended_at is None:
        return []
    at = max(row.started_at, mine.ended_at if mine and mine.ended_at else since)
    return [
        {
            "row_id": row.id,
            "of_website_id": row.website_id,
            "of_started_at": row.started_at,
            "new_ended_at": at,
            "new_duration_seconds": (at - row.started_at).total_seconds(),
            "new_recovery_status": following.get(at, MonitorStatus.UNKNOWN),
            "new_updated_at": now,
        }
    ]


def _begun(
    website_id: int,
    stretch: Stretch,
    following: Mapping[datetime, MonitorStatus],
    failures: int,
    now: datetime,
) -> dict[str, Any]:
    ended_at = stretch.ended_at
    length = (ended_at - stretch.started_at).total_seconds() if ended_at else None
    return {
        "website_id": website_id,
        "started_at": stretch.started_at,
        "ended_at": ended_at,
        "duration_seconds": length,
        "initial_status": MonitorStatus.DOWN,
        "recovery_status": following[ended_at] if ended_at else None,
        "affected_checks_count": failures,
        "root_cause": stretch.cause,
        "created_at": now,
        "updated_at": now,
    }


_END = (
    update(_downtimes)
    .where(_downtimes.c.id == bindparam("row_id"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("ended_at", "duration_seconds", "recovery_status", "updated_at")
        }
    )
)


def _turn(row: Mapping[str, Any], of: str, new: str) -> Turn:
    return Turn(
        row[f"{of}website_id"],
        row[f"{of}started_at"],
        row[f"{new}ended_at"],
        row[f"{new}recovery_status"],
        row.get("root_cause"),
    )


def _check(downtime: DowntimeWindow, now: datetime) -> None:
    """Refuse times that cannot be; set what follows from them."""
    if downtime.started_at > now:
        raise invalid(FieldError("started_at", "This must not be in the future."))
    if downtime.ended_at is None:
        downtime.duration_seconds = downtime.recovery_status = None
        return
    if downtime.ended_at <= downtime.started_at:
        raise invalid(FieldError("ended_at", "This must be later than the beginning."))
    if downtime.ended_at > now:
        raise invalid(FieldError("ended_at", "This must not be in the future."))
    downtime.duration_seconds = (downtime.ended_at - downtime.started_at).total_seconds()
    downtime.recovery_status = downtime.recovery_status or MonitorStatus.UP
