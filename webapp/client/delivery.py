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
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

from .tally import CUSTOM, Key, Point, Tally
from .transport import PATIENCE_S, Transport, Undelivered

PATH = "/api/monitoring/metrics/"
CLAIM = Key(CUSTOM, "reporting_processes", "processes")
CLAIMS = 50
WIDEST_STEP_MS = 40
log = logging.getLogger("watchkeeper.client")


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


class Server(Transport):
    """The API of a Watchkeeper at `url`, which may have a path; `token` has the scope write."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token, PATH)
        self.has_told = False

    def deliver(self, batch: Batch) -> None:
        """Store the batch, once; raise `Refused` or anything else when it is not stored."""
        connection = self.connect(batch.patience_s)
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
        return self.post(connection, body.encode())


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
