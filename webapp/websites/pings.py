"""The address that heartbeats call: /ping/<key>, /ping/<key>/start, /fail and /<exit code>."""

from flask import Blueprint, Response, request

from webapp.core import clock
from webapp.core.access import public
from webapp.core.db import db
from webapp.core.web import csrf
from webapp.websites import heartbeats

blueprint = Blueprint("pings", __name__, url_prefix="/ping")
csrf.exempt(blueprint)
BODY_BYTES = 4096
METHODS = ["GET", "HEAD", "POST"]
FAILED = 1


@blueprint.route("/<key>", methods=METHODS)
@public
def success(key: str) -> Response:
    """The job succeeded."""
    return _receive(key, heartbeats.Ping())


@blueprint.route("/<key>/start", methods=METHODS)
@public
def start(key: str) -> Response:
    """The job begins; how long it takes is measured until it ends."""
    return _receive(key, heartbeats.Ping(is_start=True))


@blueprint.route("/<key>/fail", methods=METHODS)
@public
def fail(key: str) -> Response:
    """The job failed; the beginning of what is sent along is kept."""
    return _receive(key, heartbeats.Ping(exit_code=FAILED, body=_body()))


@blueprint.route("/<key>/<int:exit_code>", methods=METHODS)
@public
def ended(key: str, exit_code: int) -> Response:
    """The job ended with that exit code."""
    code = min(exit_code, 255)
    return _receive(key, heartbeats.Ping(exit_code=code, body=_body() if code else b""))


def _receive(key: str, ping: heartbeats.Ping) -> Response:
    found = heartbeats.receive(key, ping, clock.now())
    db.session.commit()
    text, status = ("OK\n", 200) if found else ("There is no such heartbeat.\n", 404)
    return Response(text, status, content_type="text/plain; charset=utf-8")


def _body() -> bytes:
    return request.stream.read(BODY_BYTES)
