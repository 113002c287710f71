"""A pause after too many failures, counted in Redis per address and per account.

Only failures count. While Redis is away each process counts for itself, so that sign-in works.
"""

from collections.abc import Callable
from time import time
from typing import Any

from flask import Flask, Response, render_template, request
from flask_limiter import Limiter, RequestLimit
from limits import parse_many

from webapp.accounts import visits
from webapp.config import ConfigError, Settings

FAILED = 422


def init_app(app: Flask, settings: Settings) -> None:
    """Guard the routes where somebody could try passwords or fill the waiting list."""
    limiter = _new_limiter(app, settings)
    for endpoint, keys in (
        ("entrance.sign_in", (_address, _account)),
        ("accounts.change_password", (_person,)),
    ):
        for key in keys:
            _guard(app, limiter, endpoint, settings.sign_in_attempts, key, deduct_when=_failed)
    _guard(app, limiter, "entrance.register", settings.sign_in_attempts, _address)


def _new_limiter(app: Flask, settings: Settings) -> Limiter:
    try:
        parse_many(settings.sign_in_attempts)
    except ValueError as error:
        raise ConfigError("SIGN_IN_ATTEMPTS must read like `10 per 5 minutes`.") from error
    # One limiter an app: it holds the app's storage, and there may be several apps in a process.
    return Limiter(
        _address,
        app=app,
        storage_uri=settings.broker_url.replace("unix://", "redis+unix://", 1),
        storage_options={"socket_connect_timeout": 1, "socket_timeout": 1},
        strategy="moving-window",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        on_breach=_too_many,
    )


def _guard(
    app: Flask,
    limiter: Limiter,
    endpoint: str,
    rate: str,
    key: Callable[[], str],
    deduct_when: Callable[[Response], bool] | None = None,
) -> None:
    limit = limiter.limit(rate, key_func=key, methods=["POST"], deduct_when=deduct_when)
    view: Any = app.view_functions[endpoint]
    app.view_functions[endpoint] = limit(view)


def _address() -> str:
    return f"address {request.remote_addr}"


def _account() -> str:
    return f"account {request.form.get('email', '').strip().lower()[:254]}"


def _person() -> str:
    return f"person {visits.current().user_id}"


def _failed(response: Response) -> bool:
    return response.status_code == FAILED


def _too_many(limit: RequestLimit) -> Response:
    pause_s = max(1, limit.reset_at - int(time()))
    minutes = -(-pause_s // 60)
    detail = f"Too many failed tries. Come back in {minutes} minute{'s' if minutes > 1 else ''}."
    page = render_template("errors/error.html", status=429, detail=detail)
    return Response(page, 429, {"Retry-After": str(pause_s)})
