"""The form with which a person reports a fault, an overload or an operational issue."""

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.exceptions import BadRequest

from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.issues import digesting
from webapp.issues.form_schemas import FORMS

blueprint = Blueprint("issues_form", __name__, url_prefix="/issues")


@blueprint.get("/new")
@needs(Role.OPERATOR)
def new() -> Response:
    """The empty form of a kind."""
    return _form(request.args.get("kind", "operational"))


@blueprint.post("/new")
@needs(Role.OPERATOR)
def create() -> Response:
    """Digest what was reported, and go to the issue that it belongs to."""
    kind, now = request.form.get("kind", ""), clock.now()
    if kind not in FORMS:
        raise BadRequest("There is no such kind of issue.")
    form, errors = web.parse_form(FORMS[kind])
    if form is None:
        return _form(kind, 422, errors)
    try:
        done = digesting.digest([form.occurrence(now)], now, keeps_all=True)[0]
    except Problem as problem:
        db.session.rollback()
        return _form(kind, 422, web.by_field(problem.errors) or {"": problem.detail})
    db.session.commit()
    flash(
        "It is a new issue." if done.is_new else "It was counted here: it came before.", "success"
    )
    return htmx.redirect(url_for("issue_pages.show", issue_id=done.recurring_issue_id))


def _form(kind: str, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    if kind not in FORMS:
        raise BadRequest("There is no such kind of issue.")
    return htmx.render(
        "issues/new.html", "main", status,
        kind=kind, errors=errors or {}, given=request.form.to_dict(),
    )  # fmt: skip
