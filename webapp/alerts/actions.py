"""What becomes of an alert: each verb locks it, writes its step down and what is to be told of it.

The outbox is written in the same transaction: a change that is committed is told, however often
whoever tells is killed. Refusals are problems with a sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.alerts import carrying, telling
from webapp.alerts.models import LONGEST_TITLE, Alert, AlertStatus, AlertTransition, News, Severity
from webapp.alerts.standing import DONE, Illegal, after
from webapp.core import access
from webapp.core.db import begin_to_write, db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.issues.lifecycle import Verb

LONGEST_ACKNOWLEDGED = timedelta(days=31)
DIARY = {
    "acknowledge": ActivityType.ALERT_ACKNOWLEDGED,
    "unacknowledge": ActivityType.ALERT_ACTIVE_AGAIN,
    "resolve": ActivityType.ALERT_RESOLVED,
    "dismiss": ActivityType.ALERT_DISMISSED,
}


@dataclass(frozen=True)
class Trouble:
    """What an alert is raised for; `key` says which trouble it is, once however often raised."""

    key: str
    title: str
    description: str
    severity: Severity
    source: str
    host: str | None = None
    service: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    recurring_issue_id: int | None = None


def raise_alert(trouble: Trouble, now: datetime) -> tuple[Alert, bool]:
    """The alert of that trouble and whether it is new; one that is open is brought up to date."""
    found = _open_of(trouble.key)
    if found is not None:
        _bring_up_to_date(found, trouble, now)
        return found, False
    alert = _new(trouble, now)
    try:
        with db.session.begin_nested():
            db.session.add(alert)
    except IntegrityError:
        found = _open_of(trouble.key)
        if found is None:
            raise
        return found, False
    _note(alert, "raise", None, now, None)
    _tell_diary(ActivityType.ALERT_RAISED, alert, f"Alert: {alert.title}")
    telling.tell(alert, News.FIRING, now)
    return alert, True


def acknowledge(
    alert: Alert, now: datetime, note: str | None = None, for_s: int | None = None
) -> Alert:
    """Somebody sees to it: it is not told again, until it is over or worse, or `for_s` is over."""
    until = _until(now, for_s)
    _step(alert, "acknowledge", now, note)
    carrying.carry_over(alert, Verb.ACKNOWLEDGE, now, note)
    alert.acknowledged_until_at = until
    db.session.flush()
    return alert


def unacknowledge(alert: Alert, now: datetime, note: str | None = None) -> Alert:
    """Nobody sees to it any more: it is active, and told again."""
    _step(alert, "unacknowledge", now, note)
    carrying.carry_over(alert, Verb.UNACKNOWLEDGE, now, note)
    telling.tell(alert, News.REPEATED, now)
    return alert


def resolve(alert: Alert, now: datetime, note: str | None = None) -> Alert:
    """The trouble is over: whoever was told of it is told that. Refused while its issue lasts."""
    _step(alert, "resolve", now, note)
    carrying.carry_over(alert, Verb.RESOLVE, now, note)
    telling.tell(alert, News.RESOLVED, now)
    return alert


def dismiss(alert: Alert, now: datetime, note: str | None = None) -> Alert:
    """It was no trouble: it is put away, and nothing further is told of it."""
    _step(alert, "dismiss", now, note)
    telling.drop_untold(alert, now)
    return alert


def change(alert: Alert, fields: Mapping[str, Any], now: datetime) -> Alert:
    """Put other words or another severity on an alert; one that gets worse is told again."""
    _lock(alert)
    was = alert.severity
    for name, value in fields.items():
        setattr(alert, name, value)
    alert.updated_at = now
    db.session.flush()
    if alert.severity.rank > was.rank and not alert.status.is_over:
        _tell_worse(alert, was, now)
    return alert


def delete(alert: Alert) -> None:
    """Forget an alert with its history; what was not told of it yet is not told any more."""
    _tell_diary(ActivityType.ALERT_DELETED, alert, f"Alert deleted: {alert.title}")
    db.session.delete(alert)
    db.session.flush()


def _open_of(key: str) -> Alert | None:
    begin_to_write()
    return db.session.scalar(select(Alert).where(Alert.open_key == key).with_for_update())


def _new(trouble: Trouble, now: datetime) -> Alert:
    return Alert(
        key=trouble.key,
        open_key=trouble.key,
        title=trouble.title[:LONGEST_TITLE],
        description=trouble.description,
        severity=trouble.severity,
        source=trouble.source,
        host=trouble.host,
        service=trouble.service,
        tags=dict(trouble.tags),
        recurring_issue_id=trouble.recurring_issue_id,
        status=AlertStatus.ACTIVE,
        sequence=1,
        created_at=now,
        updated_at=now,
        status_since_at=now,
    )


def _bring_up_to_date(alert: Alert, trouble: Trouble, now: datetime) -> None:
    said = {
        "title": trouble.title[:LONGEST_TITLE],
        "description": trouble.description,
        "severity": trouble.severity,
        "host": trouble.host,
        "service": trouble.service,
    }
    if any(getattr(alert, name) != value for name, value in said.items()):
        change(alert, said, now)


def _tell_worse(alert: Alert, was: Severity, now: datetime) -> None:
    """An acknowledgement was of less: it ends."""
    before = alert.status
    alert.status, alert.acknowledged_until_at = AlertStatus.ACTIVE, None
    _note(alert, "worse", before, now, f"From {was.value} to {alert.severity.value}")
    telling.tell(alert, News.WORSE, now)


def _step(alert: Alert, verb: str, now: datetime, note: str | None) -> None:
    _lock(alert)
    before = alert.status
    try:
        alert.status = after(verb, before)
    except Illegal as error:
        raise Problem(409, str(error)) from error
    alert.status_since_at, alert.acknowledged_until_at = now, None
    if alert.status.is_over:
        alert.open_key, alert.resolved_at = None, now
    _note(alert, verb, before, now, note)
    who = access.email() or "Watchkeeper"
    _tell_diary(DIARY[verb], alert, f"Alert {DONE[verb]} by {who}: {alert.title}")


def _lock(alert: Alert) -> None:
    begin_to_write()
    db.session.refresh(alert, with_for_update=True)


def _note(
    alert: Alert, verb: str, before: AlertStatus | None, now: datetime, note: str | None
) -> None:
    """Write the step down; the first of an alert is its sequence 1."""
    if before is not None:
        alert.sequence += 1
    alert.updated_at = now
    db.session.flush()
    db.session.add(
        AlertTransition(
            alert_id=alert.id,
            sequence=alert.sequence,
            at=now,
            verb=verb,
            from_status=before,
            to_status=alert.status,
            by=access.email(),
            note=note,
        )
    )


def _until(now: datetime, for_s: int | None) -> datetime | None:
    if for_s is None:
        return None
    if not 0 < for_s <= LONGEST_ACKNOWLEDGED.total_seconds():
        raise invalid(FieldError("for_s", "Give 1 second to 31 days, or nothing."))
    return now + timedelta(seconds=for_s)


def _tell_diary(type: ActivityType, alert: Alert, sentence: str) -> None:
    diary.record(type, sentence, details={"alert_id": alert.id, "severity": alert.severity.value})
