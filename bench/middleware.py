"""What recording costs a request: a bare WSGI application, and a Flask one, with and without."""

import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from bench.product import report
from webapp.client import Middleware, Recorder, flask_app
from webapp.client.delivery import Batch

REQUESTS = 10_000
ROUNDS = 9
LIMIT_US = 20
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def main() -> None:
    """Call each application alternately without and with recording; print the difference."""
    recorder = Recorder("bench", send=_forget)
    _compare("WSGI", _answer, Middleware(_answer, recorder), "/orders/17")
    _compare("Flask", _flask_application(None), _flask_application(recorder), "/orders/17")
    recorder.close()


def _forget(_batch: Batch) -> None:
    pass


def _answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ["watchkeeper.route"] = "/orders/<id>"
    start_response("200 OK", [("Content-Length", "2")])
    return iter((b"ok",))


def _flask_application(recorder: Recorder | None) -> Application:
    app = Flask("bench")
    app.add_url_rule("/orders/<int:number>", "order", lambda number: "ok")
    if recorder is not None:
        flask_app.init_app(app, recorder, user=lambda: 17)
    return app.wsgi_app


def _compare(name: str, bare: Application, recorded: Application, path: str) -> None:
    rounds = [(_microseconds(bare, path), _microseconds(recorded, path)) for _ in range(ROUNDS)]
    without = statistics.median(one for one, _ in rounds)
    added = statistics.median(other - one for one, other in rounds)
    report(f"{name}: recording adds per request", added, "us", LIMIT_US)
    print(f"  {without:.1f} us without, {(without + added) / without:.2f} times that with")


def _microseconds(app: Application, path: str) -> float:
    """Mean time of a request, its answer read and closed."""
    began = time.perf_counter()
    for _ in range(REQUESTS):
        answer = app(_environ(path), _start_response)
        for _piece in answer:
            pass
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    return (time.perf_counter() - began) / REQUESTS * 1e6


def _environ(path: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
    }


def _start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
    return None
