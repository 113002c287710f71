"""The short way for occurrences in which nothing is wrong, past the web framework.

Whatever is not plain, from a missing token to a field that is refused, goes on to `receiving_api`,
which says what it is.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import Connection, Engine, Table, bindparam, insert, select
from sqlalchemy.exc import SQLAlchemyError

from webapp.accounts.models import ApiToken
from webapp.core import clock, nudges
from webapp.core.access import Role
from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.core.secrets import hash_token
from webapp.issues import receiving
from webapp.issues.models import ReceivedOccurrence
from webapp.issues.table_schemas import MOST_AT_ONCE

PATH = "/api/monitoring/occurrences/"
BEARER = "Bearer "
LARGEST_BYTES = 1_000_000
USE_NOTED_EVERY = timedelta(minutes=1)  # which the long way does
RUNG_EVERY_S = 0.05
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_tokens: Table = ApiToken.__table__  # type: ignore[assignment]
_received: Table = ReceivedOccurrence.__table__  # type: ignore[assignment]
# Built once: SQLAlchemy finds what it has compiled of them by themselves.
_TOKEN = select(_tokens.c.scope, _tokens.c.last_used_at).where(
    _tokens.c.token_hash == bindparam("given"), _tokens.c.revoked_at.is_(None)
)
_KEEP = insert(_received).values(received_at=bindparam("now"), body=bindparam("sent"))


class Shortcut:
    """A WSGI application in front of another one."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.onward: Wsgi = app.wsgi_app
        self.engine: Engine | None = None
        self.rung_s = 0.0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Take the occurrences here, or let the other application answer."""
        if environ["PATH_INFO"] != PATH or not is_plain(environ):
            return self.onward(environ, start)
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        count = self._take(environ.get("HTTP_AUTHORIZATION", ""), sent)
        if not count:
            environ["wsgi.input"] = BytesIO(sent)
            return self.onward(environ, start)
        answer = b'{"accepted":%d,"refused":[]}' % count
        start("202 ACCEPTED", [*HEADERS, ("Content-Length", str(len(answer)))])
        return [answer]

    def _take(self, authorization: str, sent: bytes) -> int:
        """Keep what was sent, and say how many that were; 0 where something is not plain."""
        now = clock.now()
        try:
            if count := count_good(sent, now):
                with self._engine().begin() as connection:
                    if not may_send(connection, authorization, now):
                        return 0
                    body = sent if sent.lstrip().startswith(b"[") else b"[%b]" % sent
                    connection.execute(_KEEP, {"now": now, "sent": body})
                self._ring()
            return count
        except SQLAlchemyError:
            return 0  # the longer way says what is wrong

    def _engine(self) -> Engine:
        if self.engine is None:
            with self.app.app_context():
                self.engine = db.engine
        return self.engine

    def _ring(self) -> None:
        """Wake the judge; what comes in the same moment, it finds when it looks."""
        now_s = time.monotonic()
        if now_s - self.rung_s >= RUNG_EVERY_S:
            self.rung_s = now_s
            with self.app.app_context():
                nudges.ring(receiving.BELL)


HEADERS = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]


def is_plain(environ: dict[str, Any]) -> bool:
    """Whether a request is a POST of unpacked JSON that says how long it is, and is not large."""
    length = environ.get("CONTENT_LENGTH") or ""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE", "").partition(";")[0].strip() == "application/json"
        and "HTTP_CONTENT_ENCODING" not in environ
        and length.isdecimal()
        and 0 < int(length) <= LARGEST_BYTES
    )


def count_good(sent: bytes, now: datetime) -> int:
    """How many occurrences were sent, 0 where one of them is not good."""
    try:
        found = orjson.loads(sent)
        items = found if isinstance(found, list) else [found]
        if len(items) > MOST_AT_ONCE:
            return 0
        for item in items:
            receiving.read(item, now)
    except (orjson.JSONDecodeError, Problem):
        return 0
    return len(items)


def may_send(connection: Connection, authorization: str, now: datetime) -> bool:
    """Whether this is a token that may, and whose use was noted a moment ago."""
    if not authorization.startswith(BEARER):
        return False
    given = hash_token(authorization[len(BEARER) :])
    row = connection.execute(_TOKEN, {"given": given}).first()
    if row is None or row.last_used_at is None:
        return False
    return bool(row.scope.role >= Role.OPERATOR) and now - row.last_used_at < USE_NOTED_EVERY
