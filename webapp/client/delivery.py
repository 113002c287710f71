"""Batches on their way to a Watchkeeper, over HTTP.

Every process of a service writes into the same series, so that their sum is the service's; no
label tells them apart, for each restart would begin series without end. A server keeps one value
of a series and moment, and so a batch first claims its moment: it sends a sample of a series that
all processes share, and the answer says whether it was new. The moment is then this process's
alone, on whatever host it runs, and the batch may be sent again and again without being counted
twice. The sum of the claims over an interval is how many processes report. Of a moment more than an
hour ago the server no longer says whether it was new; there, two processes may meet by chance.
"""

import json
import logging
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from .tally import CUSTOM, Key, Point, Tally

PATH = "/api/monitoring/metrics/"
CLAIM = Key(CUSTOM, "reporting_processes", "processes")
CLAIMS = 50
WIDEST_STEP_MS = 40
PATIENCE_S = 5.0
LONGEST_ANSWER = 1_000_000
HOPELESS = (400, 413, 415, 422)
log = logging.getLogger("watchkeeper.client")


class Refused(Exception):
    """The server will never take this batch; the message says why."""


class Undelivered(Exception):
    """The server did not take the batch now; the message says why."""


@dataclass
class Batch:
    """What a process summed until `at_ms` (since 1970); `is_claimed` once the moment is its own."""

    service: str
    at_ms: int
    tally: Tally
    patience_s: float = PATIENCE_S
    is_claimed: bool = False
    identity: str = field(default_factory=lambda: f"{random.getrandbits(96):024x}")

    def __post_init__(self) -> None:
        self.points: list[Point] = self.tally.points()

    @property
    def size(self) -> int:
        """How many values it holds."""
        return len(self.points)


Deliver = Callable[[Batch], object]


class Server:
    """The API of a Watchkeeper at `url`, which may have a path; `token` has the scope write."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"The URL of a Watchkeeper begins with http or https, not {url!r}.")
        self.host, self.port = parts.hostname, parts.port
        self.is_secure = parts.scheme == "https"
        self.path = parts.path.rstrip("/") + PATH
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        self.has_told = False

    def deliver(self, batch: Batch) -> None:
        """Store the batch, once; raise `Refused` or anything else when it is not stored."""
        connection = self._connect(batch.patience_s)
        try:
            self._claim(connection, batch)
            answer = self._post(connection, batch.service, batch.at_ms, batch.points)
        finally:
            connection.close()
        self._tell_refusals(answer.get("refused"))

    def _tell_refusals(self, refused: Any) -> None:
        """Say once that single values are refused, as those of a name with blanks are."""
        if refused and not self.has_told:
            self.has_told = True
            log.warning("some metrics are refused and left out, such as %s", refused[0])

    def _claim(self, connection: HTTPConnection, batch: Batch) -> None:
        """Make the moment ours. A claim whose answer got lost only costs the next millisecond."""
        for _ in range(CLAIMS):
            if batch.is_claimed:
                return
            claim = [Point(CLAIM, 1)]
            answer = self._post(connection, batch.service, batch.at_ms, claim)
            batch.is_claimed = answer.get("new") == 1
            if not batch.is_claimed:
                batch.at_ms += random.randint(1, WIDEST_STEP_MS)  # noqa: S311
        if not batch.is_claimed:
            raise Undelivered("no moment was free")

    def _post(
        self, connection: HTTPConnection, service: str, at_ms: int, points: list[Point]
    ) -> dict[str, Any]:
        body = json.dumps(document(service, at_ms, points), separators=(",", ":"))
        connection.request("POST", self.path, body.encode(), self.headers)
        response = connection.getresponse()
        return self._read(response, response.read(LONGEST_ANSWER))

    def _read(self, response: HTTPResponse, body: bytes) -> dict[str, Any]:
        if response.status in HOPELESS:
            raise Refused(f"{self.host} answered {response.status}: {body[:300]!r}")
        if response.status in (401, 403):
            raise Undelivered(f"{self.host} does not accept the token ({response.status})")
        if response.status != 200:
            raise Undelivered(f"{self.host} answered {response.status} {response.reason}")
        found = json.loads(body)
        if not isinstance(found, dict):
            raise Undelivered(f"{self.host} does not answer like a Watchkeeper")
        return found

    def _connect(self, patience_s: float) -> HTTPConnection:
        if self.is_secure:
            context = ssl.create_default_context()
            return HTTPSConnection(self.host, self.port, timeout=patience_s, context=context)
        return HTTPConnection(self.host, self.port, timeout=patience_s)


def document(service: str, at_ms: int, points: list[Point]) -> dict[str, Any]:
    """The body of the request: each series once, and one row of their values."""
    series = [
        {
            "kind": "application",
            "metric_type": key.metric_type,
            "name": key.name,
            "unit": key.unit,
            "service": service,
            "labels": dict(key.labels),
        }
        for key, _ in points
    ]
    values: list[float] = []
    for index, (_, value) in enumerate(points):
        values += (index, value)
    return {"series": series, "rows": [[at_ms, values]]}
