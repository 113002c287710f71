"""Times every request of a Flask application, by its rule, and tells unhandled exceptions."""

from collections.abc import Callable, Collection, Hashable
from typing import TYPE_CHECKING, Any

from .errors import ErrorMiddleware, request_of
from .middleware import ROUTE, Middleware
from .recorder import Recorder
from .reporting import Reporter

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


def report_errors(
    app: "Flask", reporter: Reporter, *, person: Callable[[], object] | None = None
) -> None:
    """Tell `reporter` each exception that `app` answers with a 500, or lets out.

    `person` says, while the request lasts, who made it; None is nobody.
    """
    from flask import got_request_exception, request

    def tell(_app: Any, exception: BaseException, **_: Any) -> None:
        rule = request.url_rule.rule if request.url_rule is not None else request.path
        asked = {"endpoint": request.endpoint, "arguments": request.view_args}
        reporter.capture(
            exception,
            task=f"{request.method} {rule}",
            person=_who(person),
            context={"request": request_of(request.environ) | asked},
        )

    got_request_exception.connect(tell, app, weak=False)
    # What fails while the answer is on its way is no longer Flask's.
    app.wsgi_app = ErrorMiddleware(app.wsgi_app, reporter)  # type: ignore[method-assign]


def _who(person: Callable[[], object] | None) -> object:
    """Who asked; an application that cannot say it, as its database is away, fails no further."""
    try:
        return None if person is None else person()
    except Exception:
        return None
