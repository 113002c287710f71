"""Times every request of a Flask application, by its rule."""

from collections.abc import Callable, Collection, Hashable
from typing import TYPE_CHECKING, Any

from .middleware import ROUTE, Middleware
from .recorder import Recorder

if TYPE_CHECKING:
    from flask import Flask


def init_app(
    app: "Flask",
    recorder: Recorder,
    *,
    user: Callable[[], Hashable | None] | None = None,
    leave_out: Collection[str] = ("static",),
) -> None:
    """Record the requests of `app`, those to the endpoints in `leave_out` not.

    `user` says, at the end of a request, who made it; None is nobody.
    """
    from flask import request

    def note_route(endpoint: str | None, _values: dict[str, Any] | None) -> None:
        if endpoint is None:
            return  # nothing answers to that path
        current = request._get_current_object()  # type: ignore[attr-defined] # asked for once
        current.environ[ROUTE] = None if endpoint in leave_out else current.url_rule.rule

    def note_user(response: Any) -> Any:
        who = user() if user is not None else None
        if who is not None:
            recorder.users(who)
        return response

    app.url_value_preprocessor(note_route)
    if user is not None:
        app.after_request(note_user)
    app.wsgi_app = Middleware(app.wsgi_app, recorder)  # type: ignore[method-assign]
