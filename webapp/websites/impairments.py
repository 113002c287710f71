"""Is it the monitor? When most websites fail in the same moment, none of them is called down yet.

Websites whose downtime would be news are then held as UNKNOWN, and one fact is written instead of
many downtimes, until a reference target answers (then the failures are real and dated back) or
most websites succeed again (then what still fails is down from there on).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, Select, case, func, select, update
from sqlalchemy.exc import IntegrityError

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.websites.judgement import Judgement, hold, is_impaired, release
from webapp.websites.models import CheckKind, Impairment, MonitorStatus, Website
from webapp.websites.period_queries import ongoing_impairment

WINDOW = timedelta(seconds=30)
PROOF_HOLDS = timedelta(seconds=60)
LASTS = timedelta(minutes=2)
WITNESSES = 3
SOON = timedelta(seconds=2)


def sift(judged: Mapping[int, Judgement], now: datetime) -> dict[int, Judgement]:
    """The judgements by website, with news of downtimes held back while they prove nothing."""
    if not any(j.is_news_of_down for j in judged.values()):
        return dict(judged)
    under_way = select(Website.id).where(Website.is_in_maintenance, Website.id.in_(list(judged)))
    covered = set(db.session.scalars(under_way))
    counted = {i: j for i, j in judged.items() if i not in covered}
    news = {i: j for i, j in counted.items() if j.is_news_of_down}
    if not news:
        return dict(judged)
    failing, checked = _census(counted, news.values(), now)
    ongoing = ongoing_impairment()
    if ongoing is not None and is_proven(ongoing, now):
        return dict(judged)
    if not is_impaired(failing, checked):
        return {**judged, **{i: release(j) for i, j in news.items()}}
    if ongoing is None:
        _begin(failing, checked, now)
    return {**judged, **{i: hold(j) for i, j in news.items()}}


def call_witnesses(judged: Mapping[int, Judgement], now: datetime) -> None:
    """Have a few other websites checked at once when one fails freshly: does everything fail?"""
    fresh = any(j.fails_freshly and not j.before.streak_count for j in judged.values())
    if not fresh or len(judged) > WITNESSES:
        return
    ids = (
        select(Website.id)
        .where(Website.is_active, Website.status == MonitorStatus.UP, Website.streak_count == 0)
        .where(Website.kind != CheckKind.HEARTBEAT, Website.claimed_until.is_(None))
        .where(Website.next_check_at > now + SOON, Website.last_checked_at < now - SOON)
        .order_by(Website.next_check_at)
        .limit(WITNESSES)
    )
    _have_checked(ids, now)


def note_references(has_answered: bool, now: datetime) -> None:
    """Remember whether a reference target answered; if so, look at what is held at once."""
    ongoing = ongoing_impairment()
    if ongoing is None:
        return
    ongoing.reference_answered_at = now if has_answered else None
    if has_answered:
        waiting = select(Website.id).where(*_held(), Website.next_check_at > now)
        _have_checked(waiting, now)
    db.session.flush()


def review(now: datetime) -> None:
    """End the impairment when no website is held any more."""
    ongoing = ongoing_impairment()
    if ongoing is None or now - ongoing.started_at < LASTS:
        return
    if not db.session.scalar(select(func.count(Website.id)).where(*_held())):
        ongoing.ended_at, ongoing.is_ongoing = now, None
        db.session.flush()


def _have_checked(ids: Select[int], now: datetime) -> None:
    """Let these websites be due now; those that a worker has in its hands need it not."""
    free = ids.with_for_update(skip_locked=True).scalar_subquery()
    db.session.execute(
        update(Website).where(Website.id.in_(free)).values(next_check_at=now),
        execution_options={"synchronize_session": False},
    )


def is_proven(impairment: Impairment, now: datetime) -> bool:
    """Whether a reference target answered lately: then it is not the monitor."""
    answered_at = impairment.reference_answered_at
    return answered_at is not None and now - answered_at <= PROOF_HOLDS


def _held() -> tuple[ColumnElement[bool], ...]:
    return (
        Website.is_active.is_(True),
        Website.status == MonitorStatus.UNKNOWN,
        Website.streak_status == MonitorStatus.DOWN,
    )


def _census(
    counted: Mapping[int, Judgement], news: Iterable[Judgement], now: datetime
) -> tuple[int, int]:
    """How many fail freshly of those checked since the first of the news; downs do not count."""
    since = max(min(judged.changes[-1].at for judged in news), now - WINDOW)
    fails = case((Website.streak_status == MonitorStatus.DOWN, 1), else_=0)
    failing, checked = db.session.execute(
        select(func.coalesce(func.sum(fails, type_=Integer), 0), func.count(Website.id))
        .where(Website.is_active, Website.kind != CheckKind.HEARTBEAT)
        .where(Website.status != MonitorStatus.DOWN, Website.last_checked_at >= since)
        .where(Website.id.not_in(list(counted)), Website.is_in_maintenance.is_(False))
    ).one()
    here = [j for j in counted.values() if j.before.status is not MonitorStatus.DOWN]
    return failing + sum(j.fails_freshly for j in here), checked + len(here)


def _begin(failing: int, checked: int, now: datetime) -> None:
    """Write the one fact; another worker may have done so in this very moment."""
    impairment = Impairment(started_at=now, failing_count=failing, checked_count=checked)
    try:
        with db.session.begin_nested():
            db.session.add(impairment)
    except IntegrityError:
        return
    diary.record(
        ActivityType.SYSTEM_WARNING,
        f"The monitor may be impaired: {failing} of {checked} websites failed at once",
        details={"failing": failing, "checked": checked},
    )
