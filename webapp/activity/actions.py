"""Write the diary."""

from typing import Any

from flask import current_app
from sqlalchemy import delete, func, select, tuple_

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

    It is empty where nobody acts, though somebody may look on.
    A message longer than 500 characters is cut, with an ellipsis; an empty one is refused.
    """
    if not message:
        raise ValueError("An activity message has 1 to 500 characters.")
    if len(message) > LONGEST_MESSAGE:
        message = message[: LONGEST_MESSAGE - 1] + "…"
    email = access.email() if user_email is None else user_email or None
    event = ActivityEvent(type=type.value, message=message, user_email=email, details=details)
    db.session.add(event)
    db.session.flush()
    kept: int = current_app.extensions["settings"].activity_kept
    if _may_be_full(event.id, kept):
        forget_oldest(kept)
    return event


def forget_oldest(kept: int) -> int:
    """Once there are over 100 more entries than `kept`, delete the oldest; say how many."""
    count = db.session.scalar(select(func.count(ActivityEvent.id))) or 0
    if count <= kept + HYSTERESIS:
        return 0
    place = tuple_(ActivityEvent.created_at, ActivityEvent.id)
    newest = select(ActivityEvent.created_at, ActivityEvent.id).order_by(
        ActivityEvent.created_at.desc(), ActivityEvent.id.desc()
    )
    first_doomed = db.session.execute(newest.offset(kept).limit(1)).one()
    # Two writers that prune at once would wait for each other's rows: each leaves the other's.
    doomed = select(ActivityEvent.id).where(place <= first_doomed).with_for_update(skip_locked=True)
    result = db.session.execute(
        delete(ActivityEvent).where(ActivityEvent.id.in_(doomed)),
        execution_options={"synchronize_session": False},
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def _may_be_full(newest_id: int, kept: int) -> bool:
    """Whether counting is worth it: ids are only handed out once, so two lookups tell mostly no."""
    oldest_id = db.session.scalar(select(func.min(ActivityEvent.id))) or newest_id
    return newest_id - oldest_id >= kept + HYSTERESIS
