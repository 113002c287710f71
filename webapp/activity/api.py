"""The diary as JSON."""

from typing import Any

from webapp.activity import actions, queries
from webapp.activity.models import ActivityEvent
from webapp.activity.schemas import (
    ActivityEventCreate,
    ActivityEventResponse,
    ActivityEventsListResponse,
    ActivityQuery,
)
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation

blueprint = json_blueprint("activity", "/api/system/activity")


@blueprint.get("")
@operation(
    "List the diary, newest first",
    role=Role.VIEWER,
    query=ActivityQuery,
    returns=ActivityEventsListResponse,
)
def list_events(query: ActivityQuery) -> dict[str, Any]:
    """Entries by type, person and time."""
    events, total = queries.events(**dict(query))
    return {"events": events, "total": total}


@blueprint.post("")
@operation(
    "Write an entry into the diary",
    role=Role.OPERATOR,
    body=ActivityEventCreate,
    returns=ActivityEventResponse,
    status=201,
)
def record_event(body: ActivityEventCreate) -> ActivityEvent:
    """An entry of another application."""
    return actions.record(body.type, body.message, user_email=body.user_email, details=body.details)
