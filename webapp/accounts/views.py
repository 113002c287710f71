"""Edge: a person's own account: their sessions and their password."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash

from webapp.accounts import actions, visits
from webapp.accounts.browsers import describe_browser
from webapp.accounts.schemas import PasswordChange
from webapp.core import htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.problems import Problem

SESSIONS = "/accounts/sessions"

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("/sessions")
@needs(Role.VIEWER)
def sessions() -> Response:
    """Where this person is signed in."""
    return _session_list()


@blueprint.post("/sessions/<int:sign_in_id>/end")
@needs(Role.VIEWER)
def end_session(sign_in_id: int) -> Response:
    """End one of one's own sessions."""
    visitor = visits.current()
    assert visitor.user_id is not None
    actions.end_session_of(visitor.user_id, sign_in_id)
    db.session.commit()
    if sign_in_id == visitor.session_id:
        return htmx.redirect("/accounts/sign-in")
    return _after_ending()


@blueprint.post("/sessions/end-others")
@needs(Role.VIEWER)
def end_other_sessions() -> Response:
    """End all of one's own sessions but this one."""
    visitor = visits.current()
    assert visitor.user_id is not None
    actions.end_sessions(visitor.user_id, but=visitor.session_id)
    db.session.commit()
    return _after_ending()


@blueprint.get("/password")
@needs(Role.VIEWER)
def password() -> Response:
    """The page to change one's own password."""
    return _password_page({})


@blueprint.post("/password")
@needs(Role.VIEWER)
def change_password() -> Response:
    """Change one's own password, which ends one's other sessions."""
    form, errors = web.parse_form(PasswordChange)
    if form is None:
        return _password_page(errors, 422)
    current, new = form.current_password.get_secret_value(), form.password.get_secret_value()
    this_session = visits.current().session_id
    assert this_session is not None
    try:
        actions.change_password(visits.own_row(), current, new, this_session=this_session)
    except Problem as refusal:
        return _password_page(web.by_field(refusal.errors), refusal.status)
    db.session.commit()
    flash("Your password is changed. Your other sessions have ended.", "success")
    return htmx.redirect(SESSIONS)


def _after_ending() -> Response:
    return _session_list() if htmx.block_wanted() else htmx.redirect(SESSIONS)


def _session_list() -> Response:
    rows = visits.own_sessions()
    return htmx.render(
        "accounts/sessions.html", "session_list", rows=rows, describe_browser=describe_browser
    )


def _password_page(errors: Mapping[str, str], status: int = 200) -> Response:
    return htmx.render("accounts/password.html", "main", status, errors=errors)
