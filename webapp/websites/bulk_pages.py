"""Pages that change many websites at once: what was ticked, or all that fit; and what to do."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, flash, request, url_for
from pydantic import ValidationError
from werkzeug.exceptions import BadRequest

from webapp.core import clock, htmx
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import filing, queries, schemas
from webapp.websites.filing import Deed
from webapp.websites.models import Website

blueprint = Blueprint("websites_bulk", __name__, url_prefix="/websites")
MOST = filing.MOST


@blueprint.post("/bulk")
@needs(Role.OPERATOR)
def bulk() -> Response:
    """Do one thing to the ticked websites; a deletion is asked about first."""
    deed, ids = _deed(), _all_ids() if "all" in request.form else _ids()
    if len(ids) > MOST:
        flash(f"More than {MOST} websites fit: narrow the search.", "warning")
        return htmx.redirect(_back())
    websites = filing.chosen(ids)
    if not websites:
        flash("Tick the websites first.", "warning")
        return htmx.redirect(_back())
    if deed is Deed.DELETE and "confirmed" not in request.form:
        return _ask(websites)
    try:
        sentence = filing.do(deed, websites, request.form.get("word", "").strip(), clock.now())
    except Problem as problem:
        db.session.rollback()
        flash(problem.errors[0].message if problem.errors else problem.detail, "error")
        return htmx.redirect(_back())
    db.session.commit()
    flash(f"{sentence}.", "success")
    return htmx.redirect(_back())


def _ask(websites: Sequence[Website]) -> Response:
    return htmx.render(
        "websites/bulk_delete.html", "main", websites=websites, back=_back(),
        query=request.form.get("back", ""),
    )  # fmt: skip


def _deed() -> Deed:
    try:
        return Deed(request.form.get("deed", ""))
    except ValueError as error:
        raise BadRequest("There is no such thing to do.") from error


def _ids() -> list[int]:
    found = request.form.getlist("website")[:MOST]
    return [int(text) for text in found if text.isascii() and text.isdigit() and len(text) < 10]


def _all_ids() -> list[int]:
    """All that the list showed, on whichever page: one more than may be changed is enough."""
    try:
        query = schemas.ListQuery.model_validate(_list_parameters())
    except ValidationError as error:
        raise BadRequest("The list that this came from is not one we gave.") from error
    return queries.ids_of_all(query.q, query.state, query.tag, query.group, MOST + 1)


def _list_parameters() -> dict[str, str]:
    given = parse_qsl(request.form.get("back", ""))
    return {k: v for k, v in given if k in schemas.ListQuery.model_fields}


def _back() -> str:
    """The page of the list that the form was on: only what a list page may be asked for."""
    kept = _list_parameters()
    return url_for("websites.index") + (f"?{urlencode(kept)}" if kept else "")
