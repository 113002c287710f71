"""Edge: `flask accounts ...` and `flask tokens ...`, for whoever runs the machine.

A command that cannot do what it was asked says so in one sentence and exits with 1.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError

from webapp.accounts import actions, queries
from webapp.accounts.models import ApiToken, RoleName, TokenScope, User
from webapp.accounts.schemas import Credentials, PasswordSetting, TokenCreate, normal_email
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import Problem, field_errors

accounts = AppGroup("accounts", help="People who may sign in.")
tokens = AppGroup("tokens", help="API tokens.")

ROLES = click.Choice([role.value for role in RoleName])
SCOPES = click.Choice([scope.value for scope in TokenScope])
ALL = 1_000_000


def in_one_sentence(command: Callable[..., str | None]) -> Callable[..., None]:
    """Commit what the command did, then print what it says; turn a refusal into one sentence."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            said = command(*arguments, **options)
            db.session.commit()
        except Problem as refusal:
            said = " ".join(e.message for e in refusal.errors) or refusal.detail
            raise click.ClickException(said) from refusal
        except ValidationError as error:
            said = " ".join(e.message for e in field_errors(error))
            raise click.ClickException(said) from error
        except (OperationalError, ProgrammingError) as error:
            said = f"The database is not ready; try `flask --app wsgi db upgrade` ({error.orig})."
            raise click.ClickException(said) from error
        if said:
            click.echo(said)

    return run


@accounts.command("first-link")
@in_one_sentence
def first_link() -> str | None:
    """Print the one-time link to create the first administrator; nothing once there is one."""
    token = actions.offer_first_link()
    base_url = current_app.extensions["settings"].base_url
    return f"{base_url}/accounts/first/{token}" if token else None


@accounts.command("create")
@click.argument("email")
@click.option("--role", type=ROLES, default=RoleName.VIEWER.value, show_default=True)
@in_one_sentence
def create(email: str, role: str) -> str:
    """Create a person who may sign in at once; the password comes on standard input."""
    given = Credentials.model_validate({"email": email, "password": _read_password()})
    actions.create_user(given.email, given.password.get_secret_value(), RoleName(role))
    return f"{given.email} may sign in as {role}."


@accounts.command("list")
@in_one_sentence
def list_people() -> str:
    """List everybody: address, role, status, last seen."""
    return "\n".join(
        f"{user.email}\t{user.role.value}\t{user.status.value}\t{_moment(user.last_seen_at)}"
        for user in queries.all_people()
    )


@accounts.command("set-password")
@click.argument("email")
@in_one_sentence
def set_password(email: str) -> str:
    """Give a person a new password, from standard input, and end their sessions."""
    user = _user(email)
    given = PasswordSetting.model_validate({"password": _read_password()})
    actions.set_password(user, given.password.get_secret_value())
    return f"{user.email} has a new password; their sessions have ended."


@accounts.command("end-sessions")
@click.argument("email")
@in_one_sentence
def end_sessions(email: str) -> str:
    """End all sessions of a person."""
    user = _user(email)
    return f"Sessions of {user.email} ended: {actions.end_sessions(user.id)}."


@tokens.command("create")
@click.argument("name")
@click.option("--scope", type=SCOPES, required=True)
@in_one_sentence
def create_token(name: str, scope: str) -> str:
    """Create an API token and print it alone, this once."""
    given = TokenCreate.model_validate({"name": name, "scope": scope})
    return actions.create_token(given.name, given.scope)


@tokens.command("list")
@in_one_sentence
def list_tokens() -> str:
    """List the API tokens: id, name, scope, first characters, last used, whether revoked."""
    return "\n".join(_describe(token) for token in queries.tokens(1, ALL)[0])


@tokens.command("revoke")
@click.argument("token_id", type=click.IntRange(1, 2**31 - 1))
@in_one_sentence
def revoke_token(token_id: int) -> str:
    """Make the API token with this id worthless."""
    token = db.session.get(ApiToken, token_id)
    if token is None:
        raise click.ClickException(f"There is no token with the id {token_id}.")
    actions.revoke_token(token, clock.now())
    return f"The token {token.name} is revoked."


def _describe(token: ApiToken) -> str:
    state = "revoked" if token.revoked_at else "works"
    used = _moment(token.last_used_at)
    return "\t".join([str(token.id), token.name, token.scope.value, f"{token.hint}…", used, state])


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def _user(email: str) -> User:
    try:
        user = queries.user_by_email(normal_email(email))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if user is None:
        raise click.ClickException(f"There is no account for {email}.")
    return user


def _read_password() -> str:
    """One line of standard input; asked for twice, hidden, at a terminal."""
    if _is_terminal():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked.strip()
    return sys.stdin.readline().strip()


def _is_terminal() -> bool:
    return sys.stdin.isatty()
