"""Pages: who is told of what by which way, and what nobody is told of."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for

from webapp.alerts import arranging, queries, trying
from webapp.alerts.form_checks import Errors, checked, named
from webapp.alerts.matching import Facts, in_words, read_matchers
from webapp.alerts.models import Route, Severity, Silence
from webapp.alerts.setting_forms import RouteForm, SilenceForm, typed_of
from webapp.alerts.setting_schemas import Example, MatchersInput, RouteInput
from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem

blueprint = Blueprint("alert_settings", __name__, url_prefix="/alerts/settings")
PLACES = {"up": -1, "down": 1}
SEVERITIES = [(each.value, each.value.capitalize()) for each in reversed(Severity)]


@blueprint.get("/")
@needs(Role.OPERATOR)
def index() -> Response:
    """Channels, routes and silences; with an example in the address, who would be told of it."""
    return _index()


@blueprint.get("/routes/new")
@needs(Role.ADMINISTRATOR)
def new_route() -> Response:
    """The form of a new route."""
    usual = {"is_active": True, "wait_s": 0, "interval_s": 300, "repeat_s": 14_400}
    return _route_form(None, usual, [], {})


@blueprint.post("/routes/new")
@needs(Role.ADMINISTRATOR)
def add_route() -> Response:
    """Add a route behind the others."""
    return _save_route(None)


@blueprint.get("/routes/<int:route_id>")
@needs(Role.ADMINISTRATOR)
def edit_route(route_id: int) -> Response:
    """The form of a route."""
    route = web.get_or_404(Route, route_id)
    return _route_form(route, typed_of(route), [each.channel_id for each in route.channels], {})


@blueprint.post("/routes/<int:route_id>")
@needs(Role.ADMINISTRATOR)
def change_route(route_id: int) -> Response:
    """Put another content into a route."""
    return _save_route(web.get_or_404(Route, route_id))


@blueprint.post("/routes/<int:route_id>/<where>")
@needs(Role.ADMINISTRATOR)
def move_route(route_id: int, where: str) -> Response:
    """Try a route earlier or later."""
    if where not in PLACES:
        abort(404)
    arranging.move_route(web.get_or_404(Route, route_id), PLACES[where])
    db.session.commit()
    return htmx.redirect(url_for("alert_settings.index"))


@blueprint.post("/routes/<int:route_id>/delete")
@needs(Role.ADMINISTRATOR)
def delete_route(route_id: int) -> Response:
    """Forget a route."""
    arranging.delete_route(web.get_or_404(Route, route_id))
    return _done("The route is deleted.")


@blueprint.get("/silences/new")
@needs(Role.OPERATOR)
def new_silence() -> Response:
    """The form of a silence."""
    return _silence_form({"minutes": 60}, {})


@blueprint.post("/silences/new")
@needs(Role.OPERATOR)
def add_silence() -> Response:
    """Tell nobody of what fits, from now on for a time."""
    form, errors = web.parse_form(SilenceForm)
    if form is not None:
        content, errors = checked(MatchersInput, form.matchers(), {"title": "title_fits"})
        if content is not None:
            now = clock.now()
            until = now + timedelta(minutes=form.minutes)
            arranging.silence(content.stored(), now, until, form.comment, now)
            return _done("The silence holds from now on.")
    return _silence_form(request.form.to_dict(), errors, status=422)


@blueprint.post("/silences/<int:silence_id>/end")
@needs(Role.OPERATOR)
def end_silence(silence_id: int) -> Response:
    """End a silence now."""
    arranging.end_silence(web.get_or_404(Silence, silence_id), clock.now())
    return _done("The silence is over.")


def _index() -> Response:
    example, errors = _example()
    now = clock.now()
    routes = queries.routes()
    return htmx.render(
        "alerts/settings.html",
        "alert_settings_panel",
        channels=queries.channels(),
        waiting=queries.waiting_by_channel(),
        routes=[(route, in_words(read_matchers(route.matchers))) for route in routes],
        depths=_depths(routes),
        silences=[(each, in_words(read_matchers(each.matchers))) for each in queries.silences(now)],
        example=request.args,
        errors=errors,
        trial=trying.trial(example, now) if example else None,
        severities=SEVERITIES,
    )


def _example() -> tuple[Facts | None, Errors]:
    """The alert that might be, out of the address."""
    given: dict[str, Any] = {k: v.strip() for k, v in request.args.items() if v.strip()}
    if not given:
        return None, {}
    found, errors = checked(Example, given)
    return (Facts(**found.model_dump()) if found else None), errors


def _depths(routes: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for route in routes:
        found[route.id] = found.get(route.parent_id, -1) + 1
    return found


def _done(says: str) -> Response:
    db.session.commit()
    flash(says, "success")
    return htmx.redirect(url_for("alert_settings.index"))


def _save_route(route: Route | None) -> Response:
    form, errors = web.parse_form(RouteForm)
    ticked = _ticked()
    if form is not None:
        given = form.content() | {"channel_ids": ticked}
        names = {"matchers": "host", "channel_ids": "channels"}
        content, errors = checked(RouteInput, given, names)
        if content is not None:
            try:
                arranging.save_route(route, content.fields())
                return _done("The route is saved.")
            except Problem as problem:
                errors = named(problem, names)
    db.session.rollback()
    return _route_form(route, request.form.to_dict(), ticked, errors, status=422)


def _ticked() -> list[int]:
    found = request.form.getlist("channel")
    return [int(text) for text in found if text.isascii() and text.isdigit() and len(text) < 10]


def _route_form(
    route: Route | None, typed: Any, ticked: list[int], errors: Errors, status: int = 200
) -> Response:
    above = [each for each in queries.routes() if route is None or each.id != route.id]
    return htmx.render(
        "alerts/route.html",
        "route_form",
        status=status,
        route=route,
        typed=typed,
        errors=errors,
        severities=[("", "Any"), *SEVERITIES],
        channels=queries.channels(),
        ticked=ticked,
        above=[("", "None: it is tried first of all")] + [(each.id, each.name) for each in above],
    )


def _silence_form(typed: Any, errors: Errors, status: int = 200) -> Response:
    severities = [("", "Any"), *SEVERITIES]
    context = {"typed": typed, "errors": errors, "severities": severities}
    return htmx.render("alerts/silence.html", "silence_form", status=status, **context)
