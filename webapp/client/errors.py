"""Unhandled exceptions of a WSGI application, told with the request that they happened in."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

from .middleware import ROUTE, Application, Environ, is_file
from .reporting import Reporter

MOST_PARAMETERS = 50
log = logging.getLogger("watchkeeper.client")

Ask = Callable[[Environ], Any]


class ErrorMiddleware:
    """`app`, with each exception that it lets out told to `reporter`; it goes on to the server.

    `route` gets the environ and says the route, else the path stands for it; `person` says who
    asked.
    """

    def __init__(
        self,
        app: Application,
        reporter: Reporter,
        *,
        route: Ask | None = None,
        person: Ask | None = None,
    ) -> None:
        self.app = app
        self.reporter = reporter
        self.route = route
        self.person = person

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer, and tell what goes wrong."""
        try:
            answer = self.app(environ, start_response)
        except Exception as error:
            self._tell(error, environ)
            raise
        if isinstance(answer, list | tuple) or is_file(answer, environ):
            return answer
        return _Answer(self, answer, environ)

    def _tell(self, error: Exception, environ: Environ) -> None:
        route = _asked(self.route, environ) or environ.get(ROUTE) or _path(environ)
        self.reporter.capture(
            error,
            task=f"{environ.get('REQUEST_METHOD', '')} {route}".strip(),
            person=_asked(self.person, environ),
            context={"request": request_of(environ)},
        )


class _Answer:
    """An answer that comes in pieces, and may fail between two."""

    __slots__ = ("environ", "middleware", "pieces")

    def __init__(
        self, middleware: ErrorMiddleware, pieces: Iterable[bytes], environ: Environ
    ) -> None:
        self.middleware = middleware
        self.pieces = pieces
        self.environ = environ

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.pieces
        except Exception as error:
            self.middleware._tell(error, self.environ)
            raise

    def close(self) -> None:
        """The server has sent it, or gives up."""
        close = getattr(self.pieces, "close", None)
        if close is not None:
            close()


def request_of(environ: Environ) -> dict[str, Any]:
    """What was asked for: method, path, parameters of the address, who called with what."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    parameters = dict(list(query.items())[:MOST_PARAMETERS])
    return {
        "method": environ.get("REQUEST_METHOD"),
        "host": environ.get("HTTP_HOST"),
        "path": _path(environ),
        "parameters": {name: each[0] if len(each) == 1 else each for name, each in
                       parameters.items()},
        "user_agent": environ.get("HTTP_USER_AGENT"),
    }  # fmt: skip


def _path(environ: Environ) -> str:
    """The path as people write it; WSGI hands its bytes over as Latin-1."""
    raw = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return str(raw.encode("latin-1", "replace").decode("utf-8", "replace"))


def _asked(ask: Ask | None, environ: Environ) -> Any:
    """What the application says, if it can."""
    try:
        return None if ask is None else ask(environ)
    except Exception:
        log.warning("nobody could say whose request it was", exc_info=True)
        return None
