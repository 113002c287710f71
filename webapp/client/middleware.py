"""Times every request of a WSGI application, from its call to the end of its answer."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .recorder import Recorder

# An application, or a framework's hook, says here which route answers: its rule, never the raw
# path, for each label value is a series. None leaves the request out.
ROUTE = "watchkeeper.route"

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class Middleware:
    """`app`, with each of its requests told to `recorder`.

    `route` gets the environ once the application has been called, and says the route; without it
    the route is what the application put under "watchkeeper.route", or nothing.
    """

    def __init__(
        self,
        app: Application,
        recorder: Recorder,
        route: Callable[[Environ], str | None] | None = None,
    ) -> None:
        self.app = app
        self.recorder = recorder
        self.route = route

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer, and record."""
        request = _Request(self, environ, start_response)
        try:
            answer: Iterable[bytes] = self.app(environ, request.start)
        except BaseException:
            request.end(failed=True)
            raise
        if isinstance(answer, list | tuple) or is_file(answer, environ):
            request.end()
            return answer
        return _Answer(request, answer)


def is_file(answer: object, environ: Environ) -> bool:
    """Whether the server hands it to the kernel, which it cannot with something put around it."""
    wrapper = environ.get("wsgi.file_wrapper")
    return isinstance(wrapper, type) and isinstance(answer, wrapper)


class _Request:
    __slots__ = ("began_s", "environ", "is_over", "middleware", "respond", "status")

    def __init__(self, middleware: Middleware, environ: Environ, start_response: Any) -> None:
        self.middleware = middleware
        self.environ = environ
        self.respond = start_response
        self.status = ""
        self.is_over = False
        self.began_s = time.perf_counter()

    def start(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        """The server's start_response, with the status noted."""
        self.status = status
        if exc_info is None:
            return self.respond(status, headers)
        return self.respond(status, headers, exc_info)

    def end(self, *, failed: bool = False) -> None:
        """Record the request, the first time this is called."""
        if self.is_over:
            return
        self.is_over = True
        ms = (time.perf_counter() - self.began_s) * 1000
        label = self._route()
        if label is not None:
            code = self.status[:3]
            status = int(code) if code.isdecimal() and not failed else 500
            method = self.environ.get("REQUEST_METHOD", "")
            self.middleware.recorder.answered(label, method, status, ms)

    def _route(self) -> str | None:
        route = self.middleware.route
        found: str | None
        found = self.environ.get(ROUTE, "") if route is None else route(self.environ)
        return found


class _Answer:
    """An answer that comes in pieces; it is over after the last one, or when it is closed."""

    __slots__ = ("pieces", "request")

    def __init__(self, request: _Request, pieces: Iterable[bytes]) -> None:
        self.request = request
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.pieces
        except GeneratorExit:
            raise
        except BaseException:
            self.request.end(failed=True)
            raise
        self.request.end()

    def close(self) -> None:
        """The server has sent it, or gives up."""
        try:
            close = getattr(self.pieces, "close", None)
            if close is not None:
                close()
        finally:
            self.request.end()
