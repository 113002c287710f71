"""Write down who is to be told what of an alert, and why, in the transaction that changes it.

A row of the outbox for each channel; sending is another's work. Whoever was told that an alert
fires is told that it is over, on the same channels and in the same messages' order.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update

from webapp.alerts import queries
from webapp.alerts.matching import in_words, read_matchers
from webapp.alerts.models import (
    Alert,
    AlertReason,
    Channel,
    Delivery,
    News,
    Notification,
)
from webapp.alerts.routing import Branch, group_key, looks, taken
from webapp.core import nudges
from webapp.core.db import db
from webapp.issues.flapping import is_flapping
from webapp.issues.models import RecurringIssue

BELL = "notifications"
FLAPPING_WAIT_S = 300
FLAPPING_SENTENCE = "What happens within five minutes is told together."


@dataclass(frozen=True)
class Told:
    """One channel that is told, by which route, in which message."""

    channel_id: int
    route_id: int | None
    group_key: str
    wait_s: int = 0


def tell(alert: Alert, news: News, now: datetime) -> int:
    """Write what is to be told now; how many channels that are."""
    before = queries.told_channels(alert.id)
    if news is News.RESOLVED:
        told = [Told(n.channel_id, n.route_id, n.group_key) for n in before.values()]
        if not told:
            _because(alert, now, False, "Nobody was told of it, so nobody is told that it is over.")
    else:
        told = list(_told_by_routes(alert, before, now))
    rest_s = _rest_s(alert, now) if told and news is not News.WORSE else 0
    for each in told:
        _write(alert, news, replace(each, wait_s=max(each.wait_s, rest_s)), now)
    if told:
        nudges.ring_after_commit(BELL)
    db.session.flush()
    return len(told)


def _rest_s(alert: Alert, now: datetime) -> int:
    """How long news of what comes and goes are held back, to be told together."""
    if alert.recurring_issue_id is None:
        return 0
    issue = db.session.get(RecurringIssue, alert.recurring_issue_id)
    if issue is None or not is_flapping(issue.flap_score, was_flapping=False):
        return 0
    _because(alert, now, False, f"Not at once: it comes and goes. {FLAPPING_SENTENCE}")
    return FLAPPING_WAIT_S


def listening(now: datetime) -> Callable[[Alert], bool]:
    """Says of an alert whether somebody would be told of it now; asks for all routes once."""
    branches, silences = queries.branches(), queries.silences(now)

    def has_listener(alert: Alert) -> bool:
        facts = queries.facts_of(alert)
        if queries.covering(silences, facts, now) is not None:
            return False
        return any(branch.channel_ids for branch in taken(branches, facts, now))

    return has_listener


def drop_untold(alert: Alert, now: datetime) -> None:
    """Nothing that was not sent yet is told of the alert any more."""
    waiting = Notification.alert_id == alert.id, Notification.delivery == Delivery.PENDING
    dropped = db.session.execute(
        update(Notification).where(*waiting).values(delivery=Delivery.MERGED)
    )
    if dropped.rowcount:  # type: ignore[attr-defined]
        _because(alert, now, False, "It was dismissed before it was told.")


def _told_by_routes(alert: Alert, before: dict[int, Notification], now: datetime) -> Iterator[Told]:
    facts = queries.facts_of(alert)
    if (silence := queries.silence_of(facts, now)) is not None:
        what = in_words(read_matchers(silence.matchers))
        until = f"{silence.ends_at:%Y-%m-%d %H:%M} UTC"
        _because(alert, now, False, f"Nobody: a silence ({what}) holds until {until}.")
        return
    found = looks(queries.branches(), facts, now)
    chosen = [look.branch for look in found if look.why_not is None]
    for look in found:
        if look.why_not is not None:
            _because(alert, now, False, f"Not by {' / '.join(look.path)}: {look.why_not}.")
    if not any(branch.channel_ids for branch in chosen):
        _because(alert, now, False, _nobody(chosen))
    seen: set[int] = set()
    for branch in chosen:
        for channel_id in branch.channel_ids:
            if channel_id not in seen:
                seen.add(channel_id)
                first = before.get(channel_id)
                key = first.group_key if first else group_key(branch, facts)
                yield Told(channel_id, branch.id, key, branch.wait_s)


def _nobody(chosen: list[Branch]) -> str:
    if chosen:
        return f"Nobody: the route {chosen[0].name} has no active channel."
    return "Nobody: no route fits it."


def _write(alert: Alert, news: News, told: Told, now: datetime) -> None:
    db.session.add(
        Notification(
            alert_id=alert.id,
            channel_id=told.channel_id,
            route_id=told.route_id,
            sequence=alert.sequence,
            news=news,
            group_key=told.group_key,
            created_at=now,
            next_attempt_at=now + timedelta(seconds=told.wait_s),
        )
    )
    name = db.session.scalar(select(Channel.name).where(Channel.id == told.channel_id))
    _because(alert, now, True, f"{name} is told: {news.value}.")


def _because(alert: Alert, now: datetime, is_told: bool, sentence: str) -> None:
    db.session.add(
        AlertReason(
            alert_id=alert.id, sequence=alert.sequence, at=now, is_told=is_told, sentence=sentence
        )
    )
