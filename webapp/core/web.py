"""What every page shares: security headers, CSRF, error pages, form parsing, the page's clock."""

import hashlib
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, Response, abort, current_app, render_template, request
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFError, CSRFProtect
from pydantic import BaseModel, ValidationError
from sqlalchemy import BigInteger
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.config import Settings
from webapp.core import clock, mishaps
from webapp.core.db import Model, db
from webapp.core.problems import FieldError, Problem, field_errors

log = structlog.get_logger(__name__)
csrf = CSRFProtect()
A_YEAR_S = 365 * 86_400
Row = TypeVar("Row", bound=Model)
Schema = TypeVar("Schema", bound=BaseModel)

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Give `app` its headers, CSRF protection and error pages."""
    secure = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.maximum_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.maximum_body_bytes,
        SESSION_COOKIE_NAME="watchkeeper",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    csrf.init_app(app)
    Talisman(
        app,
        force_https=False,
        strict_transport_security=secure,
        session_cookie_secure=secure,
        session_cookie_samesite="Lax",
        content_security_policy=CONTENT_SECURITY_POLICY,
        referrer_policy="same-origin",
    )
    app.context_processor(
        lambda: {"refresh_ms": round(settings.refresh_s * 1000), "now": clock.now()}
    )
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR_S
    app.url_defaults(_name_version)
    _handle_errors(app)


def is_api_request() -> bool:
    """Whether the answer, an error too, is to be JSON."""
    return request.path.startswith("/api/")


def get_or_404(model: type[Row], row_id: int) -> Row:
    """The row of that id, or a 404."""
    is_big = isinstance(model.__table__.c.id.type, BigInteger)
    row = db.session.get(model, row_id) if row_id < 2 ** (63 if is_big else 31) else None
    return row if row is not None else abort(404)


def reader_zone() -> ZoneInfo:
    """The time zone that the reader's browser has named in a cookie, else UTC."""
    try:
        return ZoneInfo(request.cookies.get("zone", "UTC"))
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def parse_form(schema: type[Schema]) -> tuple[Schema | None, dict[str, str]]:
    """The submitted form as `schema`, or None and a message per field; empty ones are left out."""
    given: dict[str, Any] = {k: v.strip() for k, v in request.form.items() if v.strip()}
    given.pop("csrf_token", None)
    try:
        return schema.model_validate(given), {}
    except ValidationError as error:
        return None, by_field(field_errors(error))


def by_field(errors: list[FieldError]) -> dict[str, str]:
    """The first message of each field, for a form."""
    return {e.field.split(".")[0]: e.message for e in reversed(errors)}


def _name_version(endpoint: str, values: dict[str, Any]) -> None:
    """Put a file's content into its URL, so that browsers may keep it and still see a new one."""
    if endpoint == "static" and "filename" in values:
        values["v"] = _digest(Path(str(current_app.static_folder), values["filename"]))


@lru_cache(maxsize=64)
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _handle_errors(app: Flask) -> None:
    app.register_error_handler(Problem, _refuse)
    app.register_error_handler(CSRFError, _refuse_forgery)
    app.register_error_handler(HTTPException, _explain)
    app.register_error_handler(OperationalError, _database_gone)
    app.register_error_handler(Exception, _apologise)


def _refuse(problem: Problem) -> Response:
    db.session.rollback()
    return problem.as_response() if is_api_request() else _page(problem.status, problem.detail)


def _refuse_forgery(_error: CSRFError) -> Response:
    return _page(400, "This form is too old or came from elsewhere. Load the page and resend it.")


def _explain(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    problem = Problem(error.code, error.description or error.name)
    problem.headers = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
    return problem.as_response() if is_api_request() else _page(error.code, None, problem.headers)


def _database_gone(error: OperationalError) -> Response:
    log.error("the database did not answer", why=str(error.orig), path=request.path)
    return _answer(503, "The database does not answer. Try again in a moment.")


def _apologise(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error("unexpected error", path=request.path, reference=reference, exc_info=error)
    task = request.endpoint or request.path
    mishaps.tell(error, task, path=request.path, method=request.method, reference=reference)
    if current_app.testing:
        raise error
    return _answer(500, f"Something went wrong on our side. The log has it under {reference}.")


def _answer(status: int, detail: str) -> Response:
    db.session.rollback()
    return Problem(status, detail).as_response() if is_api_request() else _page(status, detail)


def _page(status: int, detail: str | None, headers: dict[str, str] | None = None) -> Response:
    body = render_template("errors/error.html", status=status, detail=detail)
    return Response(body, status, headers)
