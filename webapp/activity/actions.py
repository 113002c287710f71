"""Write the diary."""

from typing import Any

from flask import current_app
from sqlalchemy import delete, func, select

from webapp.activity.models import ActivityEvent, ActivityType
from webapp.core import access
from webapp.core.db import db

HYSTERESIS = 100
LONGEST_MESSAGE = 500


def record(
    type: ActivityType,
    message: str,
    *,
    user_email: str | None = None,
    details: dict[str, Any] | None = None,
) -> ActivityEvent:
    """Add an entry in the current transaction; `user_email` is the person who acts by default.

    A message longer than 500 characters is cut, with an ellipsis; an empty one is refused.
    """
    if not message:
        raise ValueError("An activity message has 1 to 500 characters.")
    if len(message) > LONGEST_MESSAGE:
        message = message[: LONGEST_MESSAGE - 1] + "…"
    event = ActivityEvent(
        type=type.value, message=message, user_email=user_email or access.email(), details=details
    )
    db.session.add(event)
    db.session.flush()
    forget_oldest(current_app.extensions["settings"].activity_kept)
    return event


def forget_oldest(kept: int) -> int:
    """Once there are 100 more entries than `kept`, delete the oldest; say how many."""
    count = db.session.scalar(select(func.count(ActivityEvent.id))) or 0
    if count <= kept + HYSTERESIS:
        return 0
    newest = select(ActivityEvent.id).order_by(
        ActivityEvent.created_at.desc(), ActivityEvent.id.desc()
    )
    doomed = newest.offset(kept).subquery()
    db.session.execute(
        delete(ActivityEvent).where(ActivityEvent.id.in_(select(doomed.c.id))),
        execution_options={"synchronize_session": False},
    )
    return count - kept
