"""The short way for heartbeats that say nothing new: past the web framework, which costs more.

Whatever is not the plain success of a heartbeat that is up goes on to the page in `pings`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import clock
from webapp.core.db import db
from webapp.websites import heartbeats

PREFIX = "/ping/"
METHODS = ("GET", "HEAD", "POST")
SUCCESS = ("", "0")
TEXT = b"OK\n"
HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", str(len(TEXT))),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Shortcut:
    """A WSGI application in front of another one."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.onward: Wsgi = app.wsgi_app
        self.engine: Engine | None = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer the heartbeat here, or let the other application answer."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(PREFIX) or environ["REQUEST_METHOD"] not in METHODS:
            return self.onward(environ, start)
        key, _, exit_code = path[len(PREFIX) :].partition("/")
        if exit_code not in SUCCESS or not self._note(key):
            return self.onward(environ, start)
        start("200 OK", HEADERS)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [TEXT]

    def _note(self, key: str) -> bool:
        if self.engine is None:
            with self.app.app_context():
                self.engine = db.engine
        try:
            with self.engine.begin() as connection:
                return heartbeats.note_success(connection, key, clock.now())
        except SQLAlchemyError:
            return False  # the longer way says what is wrong
