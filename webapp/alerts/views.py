"""Pages: the list of alerts, one alert, and the forms that acknowledge and settle them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest

from webapp.alerts import actions, queries
from webapp.alerts.actions import Trouble
from webapp.alerts.models import Alert, Severity
from webapp.alerts.page_schemas import FOR, STEPS, AlertForm, ListQuery, StepForm
from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem

PAGE_SIZE = 50
MOST_AT_ONCE = 200
DONE = {
    "acknowledge": "acknowledged",
    "unacknowledge": "made active again",
    "resolve": "resolved",
    "dismiss": "dismissed",
}
VERBS: dict[str, Callable[..., Alert]] = {
    "unacknowledge": actions.unacknowledge,
    "resolve": actions.resolve,
    "dismiss": actions.dismiss,
}
blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")


@blueprint.get("/")
@needs(Role.VIEWER)
def index() -> Response:
    """The list of alerts, or the panel alone."""
    query = _list_query(dict(request.args.items()))
    version = queries.alerts_version()
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    return _list(query, version)


@blueprint.post("/step")
@needs(Role.OPERATOR)
def step_many() -> Response:
    """Take a step with the ticked alerts; what cannot be done to one is said."""
    verb, ids = request.form.get("verb", ""), _ids()
    if verb not in STEPS:
        raise BadRequest("There is no such thing to do.")
    done, refused = _each(verb, ids)
    if not ids:
        flash("Tick the alerts first.", "warning")
    elif done:
        flash(f"{_alerts(done)} {DONE[verb]}.", "success")
    for sentence, count in refused.items():
        flash(f"Not done to {_alerts(count)}: {sentence}", "warning")
    query = _list_query(dict(request.args.items()))
    return htmx.redirect(url_for("alerts.index", **_params(query), page=query.page))


@blueprint.get("/<int:alert_id>")
@needs(Role.VIEWER)
def show(alert_id: int) -> Response:
    """One alert: what it says, what became of it, and who was told of it and why."""
    alert = web.get_or_404(Alert, alert_id)
    version = _version(alert)
    if (answer := htmx.nothing_new(version)) is not None:
        return answer
    return _one(alert)


@blueprint.post("/<int:alert_id>/<verb>")
@needs(Role.OPERATOR)
def step(alert_id: int, verb: str) -> Response:
    """Take a step with one alert, in place."""
    if verb not in STEPS:
        abort(404)
    alert = web.get_or_404(Alert, alert_id)
    form, errors = web.parse_form(StepForm)
    if form is None:
        return _one(alert, errors, status=422)
    try:
        _take(alert, verb, form.note or None, form.for_s or None)
    except Problem as problem:
        db.session.rollback()
        return _one(alert, {"": problem.detail}, status=problem.status)
    db.session.commit()
    if htmx.block_wanted():
        return _one(alert)
    return htmx.redirect(url_for("alerts.show", alert_id=alert_id))


@blueprint.get("/new")
@needs(Role.OPERATOR)
def new() -> Response:
    """The form to raise an alert by hand."""
    return _form({}, {})


@blueprint.post("/new")
@needs(Role.OPERATOR)
def create() -> Response:
    """Raise an alert by hand."""
    form, errors = web.parse_form(AlertForm)
    if form is None:
        return _form(request.form.to_dict(), errors, status=422)
    trouble = Trouble(
        key=f"hand:{form.title}"[:150],
        title=form.title,
        description=form.description,
        severity=form.severity,
        source="by hand",
        host=form.host or None,
        service=form.service or None,
    )
    alert, is_new = actions.raise_alert(trouble, clock.now())
    db.session.commit()
    flash("The alert is raised." if is_new else "This alert was there already.", "success")
    return htmx.redirect(url_for("alerts.show", alert_id=alert.id))


def _list_query(given: dict[str, str]) -> ListQuery:
    try:
        return ListQuery.model_validate({k: v for k, v in given.items() if v.strip()})
    except ValidationError as error:
        raise BadRequest("The address of this page is not one we gave.") from error


def _params(query: ListQuery) -> dict[str, Any]:
    return query.model_dump(mode="json", exclude={"page", "seen"}, exclude_defaults=True)


def _list(query: ListQuery, version: str) -> Response:
    found, total = queries.alerts(query.filters, query.page, PAGE_SIZE)
    return htmx.render(
        "alerts/index.html",
        "alert_list",
        alerts=found,
        told=queries.told_names([alert.id for alert in found]),
        total=total,
        counts=queries.counts_by_status(),
        undelivered=queries.undelivered(clock.now()),
        query=query,
        params=_params(query),
        page_size=PAGE_SIZE,
        version=version,
    )


def _one(alert: Alert, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    return htmx.render(
        "alerts/show.html",
        "alert_panel",
        status=status,
        alert=alert,
        steps=queries.transitions_of(alert.id),
        reasons=queries.reasons_of(alert.id),
        notifications=queries.notifications_of(alert.id),
        spans=FOR,
        errors=errors or {},
        typed=request.form if errors else {},
        version=_version(alert),
    )


def _version(alert: Alert) -> str:
    """Changes with the alert, and with what happens to what is told of it."""
    return f"{alert.updated_at.timestamp()}-{queries.deliveries_version(alert.id)}"


def _form(typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    severities = [(each.value, each.value.capitalize()) for each in reversed(Severity)]
    context = {"typed": typed, "errors": errors, "severities": severities}
    return htmx.render("alerts/new.html", "alert_form", status=status, **context)


def _take(alert: Alert, verb: str, note: str | None, for_s: int | None = None) -> None:
    if verb == "acknowledge":
        actions.acknowledge(alert, clock.now(), note, for_s)
    else:
        VERBS[verb](alert, clock.now(), note)


def _each(verb: str, ids: list[int]) -> tuple[int, dict[str, int]]:
    done, refused = 0, dict[str, int]()
    for alert_id in ids:
        alert = db.session.get(Alert, alert_id)
        if alert is None:
            continue
        try:
            _take(alert, verb, None)
            db.session.commit()
            done += 1
        except Problem as problem:
            db.session.rollback()
            refused[problem.detail] = refused.get(problem.detail, 0) + 1
    return done, refused


def _ids() -> list[int]:
    found = request.form.getlist("alert")[:MOST_AT_ONCE]
    ids = [int(text) for text in found if text.isascii() and text.isdigit() and len(text) < 10]
    return list(dict.fromkeys(ids))


def _alerts(number: int) -> str:
    return f"{number} alert{'' if number == 1 else 's'}"
