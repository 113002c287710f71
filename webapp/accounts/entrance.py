"""Edge: the pages for people who are not signed in: sign in, register, the one-time link."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from webapp.accounts import actions, queries, visits
from webapp.accounts.gate import is_local
from webapp.accounts.schemas import Credentials, SignInForm
from webapp.core import clock, htmx, web
from webapp.core.access import public
from webapp.core.db import db
from webapp.core.problems import Problem

blueprint = Blueprint("entrance", __name__, url_prefix="/accounts")


@blueprint.get("/sign-in")
@public
def sign_in_form() -> Response:
    """The sign-in page; somebody who is signed in already goes on."""
    wanted = request.args.get("next", "/")
    if visits.recognise() is not None:
        return htmx.redirect(_local(wanted))
    return _sign_in_page({}, wanted=wanted)


@blueprint.post("/sign-in")
@public
def sign_in() -> Response:
    """Start a session and go where the person wanted to."""
    form, errors = web.parse_form(SignInForm)
    if form is None:
        return _sign_in_page(errors, 422)
    password = form.password.get_secret_value()
    try:
        key = actions.sign_in(form.email, password, now=clock.now(), **visits.origin())
    except Problem as refusal:
        errors = web.by_field(refusal.errors) or {"": refusal.detail}
        return _sign_in_page(errors, refusal.status)
    return _enter(key, form.next)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's session."""
    visits.leave()
    db.session.commit()
    return htmx.redirect("/accounts/sign-in")


@blueprint.get("/register")
@public
def register_form() -> Response:
    """The page to ask for an account."""
    return htmx.render("accounts/register.html", "main", errors={}, typed={})


@blueprint.post("/register")
@public
def register() -> Response:
    """Put the person on the waiting list; the answer is the same for a known address."""
    form, errors = web.parse_form(Credentials)
    if form is None:
        return htmx.render("accounts/register.html", "main", 422, errors=errors, typed=request.form)
    actions.register(form.email, form.password.get_secret_value())
    db.session.commit()
    return htmx.render("accounts/registered.html", "main")


@blueprint.get("/first/<token>")
@public
def first_form(token: str) -> Response:
    """The page behind the one-time link."""
    return _first_page(token, {}) if queries.is_first_link(token) else _first_gone()


@blueprint.post("/first/<token>")
@public
def first(token: str) -> Response:
    """Create the first administrator and sign them in."""
    if not queries.is_first_link(token):
        return _first_gone()
    form, errors = web.parse_form(Credentials)
    if form is None:
        return _first_page(token, errors, 422)
    now, password = clock.now(), form.password.get_secret_value()
    user = actions.claim_first_link(token, form.email, password, now=now)
    return _enter(actions.start_session(user, now=now, **visits.origin()), "/")


def _enter(key: str, wanted: str) -> Response:
    visits.leave()
    db.session.commit()
    visits.begin(key)
    return htmx.redirect(_local(wanted))


def _local(wanted: str) -> str:
    return wanted if is_local(wanted) else "/"


def _sign_in_page(
    errors: Mapping[str, str], status: int = 200, *, wanted: str | None = None
) -> Response:
    typed = {"email": request.form.get("email", ""), "next": wanted or request.form.get("next", "")}
    return htmx.render("accounts/sign_in.html", "main", status, errors=errors, typed=typed)


def _first_page(token: str, errors: Mapping[str, str], status: int = 200) -> Response:
    context = {"token": token, "errors": errors, "typed": request.form}
    return htmx.render("accounts/first.html", "main", status, **context)


def _first_gone() -> Response:
    raise Problem(404, "This link has been used, replaced or is not needed any more.")
