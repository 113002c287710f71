"""Edge: what administrators do: let people in, give them roles, hand out API tokens."""

from collections.abc import Mapping
from typing import TypeVar

from flask import Blueprint, Response, flash, render_template, request
from pydantic import ValidationError

from webapp.accounts import actions, queries
from webapp.accounts.browsers import describe_browser
from webapp.accounts.models import ApiToken, RoleName, TokenScope, User, UserStatus
from webapp.accounts.schemas import PeopleQuery, RoleChoice, TokenCreate
from webapp.core import clock, htmx, web
from webapp.core.access import Role, needs
from webapp.core.db import db
from webapp.core.jsonapi import PageQuery
from webapp.core.problems import Problem, field_errors, invalid

PEOPLE = "/accounts/people"
TOKENS = "/accounts/tokens"  # noqa: S105
Query = TypeVar("Query", bound=PageQuery)

blueprint = Blueprint("administration", __name__, url_prefix="/accounts")


@blueprint.get("/people")
@needs(Role.ADMINISTRATOR)
def people() -> Response:
    """Everybody, or those of one status."""
    return _people_list()


@blueprint.get("/people/<int:user_id>")
@needs(Role.ADMINISTRATOR)
def person(user_id: int) -> Response:
    """One person: role, standing and sessions."""
    user = web.get_or_404(User, user_id)
    rows = queries.sessions_of(user.id, clock.now())
    return htmx.render(
        "accounts/person.html",
        "person_panel",
        user=user,
        rows=rows,
        roles=RoleName,
        describe_browser=describe_browser,
    )


@blueprint.post("/people/<int:user_id>/approve")
@needs(Role.ADMINISTRATOR)
def approve(user_id: int) -> Response:
    """Let a person in with a role."""
    user = web.get_or_404(User, user_id)
    actions.approve(user, _chosen_role())
    return _done(f"{user.email} may sign in as {user.role.value}.", PEOPLE)


@blueprint.post("/people/<int:user_id>/reject")
@needs(Role.ADMINISTRATOR)
def reject(user_id: int) -> Response:
    """Turn a person away."""
    user = web.get_or_404(User, user_id)
    actions.reject(user)
    return _done(f"{user.email} may not sign in.", PEOPLE)


@blueprint.post("/people/<int:user_id>/role")
@needs(Role.ADMINISTRATOR)
def change_role(user_id: int) -> Response:
    """Give a person another role."""
    user = web.get_or_404(User, user_id)
    actions.change_role(user, _chosen_role())
    return _done(f"{user.email} is now {user.role.value}.", f"{PEOPLE}/{user_id}")


@blueprint.get("/people/<int:user_id>/remove")
@needs(Role.ADMINISTRATOR)
def confirm_removal(user_id: int) -> Response:
    """Ask once more before a person is removed."""
    user = web.get_or_404(User, user_id)
    return htmx.render("accounts/remove.html", "main", user=user)


@blueprint.post("/people/<int:user_id>/remove")
@needs(Role.ADMINISTRATOR)
def remove(user_id: int) -> Response:
    """Delete a person and their sessions."""
    user = web.get_or_404(User, user_id)
    email = user.email
    actions.remove(user)
    return _done(f"{email} is removed.", PEOPLE)


@blueprint.post("/people/<int:user_id>/sessions/<int:sign_in_id>/end")
@needs(Role.ADMINISTRATOR)
def end_session(user_id: int, sign_in_id: int) -> Response:
    """End one of a person's sessions."""
    actions.end_session_of(user_id, sign_in_id)
    return _done("The session has ended.", f"{PEOPLE}/{user_id}")


@blueprint.get("/tokens")
@needs(Role.ADMINISTRATOR)
def tokens() -> Response:
    """The API tokens, and a form for another."""
    return _token_page({})


@blueprint.post("/tokens")
@needs(Role.ADMINISTRATOR)
def create_token() -> Response:
    """Create an API token and show it, this once."""
    form, errors = web.parse_form(TokenCreate)
    if form is None:
        return _token_page(errors, 422)
    token = actions.create_token(form.name, form.scope)
    db.session.commit()
    # Not a redirect: the token is nowhere to be read from again.
    return Response(render_template("accounts/token_created.html", token=token, form=form), 201)


@blueprint.post("/tokens/<int:token_id>/revoke")
@needs(Role.ADMINISTRATOR)
def revoke_token(token_id: int) -> Response:
    """Make an API token worthless."""
    token = web.get_or_404(ApiToken, token_id)
    actions.revoke_token(token, clock.now())
    return _done(f"The token {token.name} is revoked.", TOKENS)


def _done(message: str, location: str) -> Response:
    db.session.commit()
    flash(message, "success")
    return htmx.redirect(location)


def _chosen_role() -> RoleName:
    form, errors = web.parse_form(RoleChoice)
    if form is None:
        raise Problem(422, errors.get("role", "Choose one of the roles."))
    return form.role


def _people_list() -> Response:
    query = _query(PeopleQuery)
    rows, total = queries.people(query.status, query.page, query.page_size)
    return htmx.render(
        "accounts/people.html",
        "people_list",
        rows=rows,
        total=total,
        query=query,
        statuses=UserStatus,
    )


def _token_page(errors: Mapping[str, str], status: int = 200) -> Response:
    query = _query(PageQuery)
    rows, total = queries.tokens(query.page, query.page_size)
    return htmx.render(
        "accounts/tokens.html",
        "token_list",
        status,
        rows=rows,
        total=total,
        query=query,
        scopes=TokenScope,
        errors=errors,
        typed=request.form,
    )


def _query(schema: type[Query]) -> Query:
    try:
        return schema.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise invalid(*field_errors(error)) from error
