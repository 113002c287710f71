"""JSON on its way to a Watchkeeper, over HTTP."""

import json
import ssl
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 5.0
LONGEST_ANSWER = 1_000_000
HOPELESS = (400, 413, 415, 422)
TAKEN = (200, 202)
TOO_LARGE = 413


class Refused(Exception):
    """The server will never take this batch; the message says why.

    `status` is that of its answer, `answer` what it says where that is a JSON object.
    """

    def __init__(
        self, message: str, status: int = 400, answer: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.answer = answer or {}


class Undelivered(Exception):
    """The server did not take the batch now; the message says why."""


class Transport:
    """The API of a Watchkeeper at `url`, which may have a path; `token` has the scope write.

    `resource` is the path of what is posted.
    """

    def __init__(self, url: str, token: str, resource: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"The URL of a Watchkeeper begins with http or https, not {url!r}.")
        self.host, self.port = parts.hostname, parts.port
        self.is_secure = parts.scheme == "https"
        self.path = parts.path.rstrip("/") + resource
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def connect(self, patience_s: float) -> HTTPConnection:
        """A connection that waits at most `patience_s` for each step; close it."""
        if self.is_secure:
            context = ssl.create_default_context()
            return HTTPSConnection(self.host, self.port, timeout=patience_s, context=context)
        return HTTPConnection(self.host, self.port, timeout=patience_s)

    def post(self, connection: HTTPConnection, body: bytes) -> dict[str, Any]:
        """What the server answers; raise `Refused`, or anything else when it is not stored."""
        connection.request("POST", self.path, body, self.headers)
        response = connection.getresponse()
        return self._read(response, response.read(LONGEST_ANSWER))

    def _read(self, response: HTTPResponse, body: bytes) -> dict[str, Any]:
        status = response.status
        if status in HOPELESS:
            why = f"{self.host} answered {status}: {body[:300]!r}"
            raise Refused(why, status, _object(body))
        if status in (401, 403):
            raise Undelivered(f"{self.host} does not accept the token ({status})")
        if status not in TAKEN:
            raise Undelivered(f"{self.host} answered {status} {response.reason}")
        found = _object(body)
        if found is None:
            raise Undelivered(f"{self.host} does not answer like a Watchkeeper")
        return found


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
