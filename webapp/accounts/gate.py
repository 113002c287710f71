"""The gate: the one place that compares what a route needs with who asks.

Pages know people by their cookie. The API and `/metrics` know tokens, and for reading also people:
a cookie alone never changes anything through the API, so the API needs no CSRF value.
"""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, current_app, g, request, url_for

from webapp.accounts import actions, queries, visits
from webapp.accounts.models import ApiToken
from webapp.core import clock, htmx, web
from webapp.core.access import Identity, Role, is_declared, required_role
from webapp.core.db import db
from webapp.core.jsonapi import SAFE_METHODS
from webapp.core.problems import Problem

PROMETHEUS = "/metrics"
USE_NOTED_EVERY = timedelta(minutes=1)


def admit() -> Response | None:
    """Let the request through with `g.identity` set, or answer it here with a refusal."""
    if request.endpoint is None:
        if not web.is_api_request():
            visits.recognise()  # the error page shows its navigation to people we know
        return None
    if not is_declared(current_app, request.endpoint):
        raise Problem(403, "This route does not say whom it is for.")
    needed = required_role(current_app, request.endpoint)
    if needed is None:
        return None
    identity = _identify()
    if identity is None:
        return _ask_who()
    if identity.role < needed:
        raise Problem(403, f"This needs the role {needed.label}; yours is {identity.role.label}.")
    g.identity = identity
    return None


def is_local(path: str) -> bool:
    """Whether a redirect to `path` stays on this site, as every browser reads it."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return False
    return path.isprintable() and not urlsplit(path).netloc


def _identify() -> Identity | None:
    if _takes_tokens():
        if "Authorization" in request.headers:
            return _bearer()
        if request.method not in SAFE_METHODS:
            return None
    return visits.recognise()


def _takes_tokens() -> bool:
    return web.is_api_request() or request.path == PROMETHEUS


def _bearer() -> Identity | None:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        return None
    token = queries.working_token(given.token)
    if token is None:
        return None
    identity = Identity(role=Role(token.scope.role), token_id=token.id)
    _note_use(token)
    return identity


def _note_use(token: ApiToken) -> None:
    now = clock.now()
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        actions.note_token_use(token.id, now)
        db.session.commit()


def _ask_who() -> Response:
    if _takes_tokens() and not _is_read_by_a_person():
        return Problem(401, _how_to(), headers={"WWW-Authenticate": "Bearer"}).as_response()
    return htmx.redirect(url_for("entrance.sign_in_form", next=_way_back()))


def _is_read_by_a_person() -> bool:
    kinds = ["application/json", "text/html"]
    is_reading = request.method in SAFE_METHODS and "Authorization" not in request.headers
    return is_reading and request.accept_mimetypes.best_match(kinds) == "text/html"


def _how_to() -> str:
    if "Authorization" in request.headers:
        return "This token is unknown or has been revoked."
    return "Send an API token in the header `Authorization: Bearer <token>`."


def _way_back() -> str:
    """The page to return to after sign-in: never a panel of it, never a form's target."""
    if htmx.block_wanted():
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        path = f"{page.path}?{page.query}" if page.query else page.path
    else:
        path = request.full_path.rstrip("?") if request.method in SAFE_METHODS else "/"
    return path if is_local(path) else "/"
