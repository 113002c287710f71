"""Forget alerts that have long been over, with all that was told of them, a batch at a time."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from webapp.alerts.models import Alert, AlertStatus, Silence
from webapp.alerts.patience import SILENCE_DAYS
from webapp.config import Settings
from webapp.core.db import db

BATCH = 100
OVER = (AlertStatus.RESOLVED, AlertStatus.DISMISSED)
Forgetting = Callable[[Settings, datetime], Iterator[int]]


def forget_alerts(settings: Settings, now: datetime) -> Iterator[int]:
    """Alerts that were over longer than ALERTS_DAYS ago."""
    before = now - timedelta(days=settings.alerts_days)
    old = Alert.status.in_(OVER), Alert.created_at < before, Alert.resolved_at < before
    query = select(Alert.id).where(*old).limit(BATCH)
    while ids := db.session.scalars(query).all():
        gone = delete(Alert).where(Alert.id.in_(ids), *old)
        yield int(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]


def forget_silences(_settings: Settings, now: datetime) -> Iterator[int]:
    """Silences that ended some months ago."""
    old = Silence.ends_at < now - timedelta(days=SILENCE_DAYS)
    while ids := db.session.scalars(select(Silence.id).where(old).limit(BATCH)).all():
        gone = delete(Silence).where(Silence.id.in_(ids))
        yield int(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]


FORGETTINGS: dict[str, Forgetting] = {"alerts": forget_alerts, "silences": forget_silences}
