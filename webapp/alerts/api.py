"""Alerts as JSON: /api/monitoring/alerts/."""

from collections.abc import Callable
from typing import Any

from webapp.alerts import actions, queries, schemas
from webapp.alerts.actions import Trouble
from webapp.alerts.models import Alert, AlertStatus
from webapp.alerts.queries import AlertFilters
from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation

blueprint = json_blueprint("alerts", "/api/monitoring/alerts")
STEPS: dict[AlertStatus, Callable[..., Alert]] = {
    AlertStatus.ACTIVE: actions.unacknowledge,
    AlertStatus.ACKNOWLEDGED: actions.acknowledge,
    AlertStatus.RESOLVED: actions.resolve,
    AlertStatus.DISMISSED: actions.dismiss,
}


@blueprint.get("/")
@operation(
    "List alerts, newest first",
    role=Role.VIEWER,
    query=schemas.AlertQuery,
    returns=schemas.AlertListResponse,
)
def list_alerts(query: schemas.AlertQuery) -> object:
    """One page of alerts."""
    filters = query.model_dump(exclude={"page", "page_size"})
    return queries.alerts(AlertFilters(**filters), query.page, query.page_size)


@blueprint.post("/")
@operation(
    "Raise an alert; while one of the same key is open it is that one, brought up to date",
    role=Role.OPERATOR,
    body=schemas.AlertCreate,
    returns=schemas.AlertRead,
    status=201,
)
def raise_alert(body: schemas.AlertCreate) -> object:
    """The alert."""
    said = body.model_dump(exclude={"key"})
    key = f"api:{body.key or body.title}"[:150]
    return actions.raise_alert(Trouble(key=key, **said), clock.now())[0]


@blueprint.get("/<int:alert_id>/")
@operation(
    "Read an alert with its history, whom it was told, and why",
    role=Role.VIEWER,
    returns=schemas.AlertInFull,
)
def read_alert(alert_id: int) -> object:
    """One alert."""
    alert = web.get_or_404(Alert, alert_id)
    return schemas.AlertInFull.model_validate(
        schemas.AlertRead.model_validate(alert).model_dump()
        | {
            "transitions": queries.transitions_of(alert_id),
            "notifications": queries.notifications_of(alert_id),
            "reasons": queries.reasons_of(alert_id),
        },
        from_attributes=True,
    )


@blueprint.put("/<int:alert_id>/")
@operation(
    "Change an alert: the fields that are given; another status is a step",
    role=Role.OPERATOR,
    body=schemas.AlertUpdate,
    returns=schemas.AlertRead,
)
def change_alert(alert_id: int, body: schemas.AlertUpdate) -> object:
    """The alert as it is then."""
    alert, now = web.get_or_404(Alert, alert_id), clock.now()
    given: dict[str, Any] = body.model_dump(exclude_unset=True)
    status, note = given.pop("status", alert.status), given.pop("note", None)
    if given:
        actions.change(alert, given, now)
    if status is not alert.status:
        STEPS[status](alert, now, note)
    return alert


@blueprint.delete("/<int:alert_id>/")
@operation("Delete an alert with its history", role=Role.OPERATOR, status=204)
def delete_alert(alert_id: int) -> None:
    """Nothing is left of it but the diary's entry."""
    actions.delete(web.get_or_404(Alert, alert_id))


@blueprint.post("/<int:alert_id>/acknowledge/")
@operation(
    "Acknowledge an alert",
    role=Role.OPERATOR,
    body=schemas.Acknowledgement,
    returns=schemas.AlertRead,
)
def acknowledge(alert_id: int, body: schemas.Acknowledgement) -> object:
    """The alert as it is then."""
    alert = web.get_or_404(Alert, alert_id)
    return actions.acknowledge(alert, clock.now(), body.note, body.for_s)


@blueprint.post("/<int:alert_id>/unacknowledge/")
@operation(
    "Make an acknowledged alert active again",
    role=Role.OPERATOR,
    body=schemas.Step,
    returns=schemas.AlertRead,
)
def unacknowledge(alert_id: int, body: schemas.Step) -> object:
    """The alert as it is then."""
    return actions.unacknowledge(web.get_or_404(Alert, alert_id), clock.now(), body.note)


@blueprint.post("/<int:alert_id>/resolve/")
@operation("Resolve an alert", role=Role.OPERATOR, body=schemas.Step, returns=schemas.AlertRead)
def resolve(alert_id: int, body: schemas.Step) -> object:
    """The alert as it is then."""
    return actions.resolve(web.get_or_404(Alert, alert_id), clock.now(), body.note)


@blueprint.post("/<int:alert_id>/dismiss/")
@operation(
    "Dismiss an alert: it was no trouble",
    role=Role.OPERATOR,
    body=schemas.Step,
    returns=schemas.AlertRead,
)
def dismiss(alert_id: int, body: schemas.Step) -> object:
    """The alert as it is then."""
    return actions.dismiss(web.get_or_404(Alert, alert_id), clock.now(), body.note)
