"""Occurrences on their way to a Watchkeeper: in batches that wait while it is away."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from .outbox import Queue
from .transport import PATIENCE_S, Refused, Transport

PATH = "/api/monitoring/occurrences/"
MOMENT = "created_at"
MOST_AT_ONCE = 500
MOST_BYTES_AT_ONCE = 900_000  # a server takes a megabyte unless it was told otherwise
log = logging.getLogger("watchkeeper.client")


@dataclass
class Reports:
    """Occurrences that are sent at once, each as JSON."""

    bodies: tuple[bytes, ...]
    patience_s: float = PATIENCE_S

    @property
    def size_bytes(self) -> int:
        """Of all bodies."""
        return sum(len(body) for body in self.bodies)

    @property
    def occurrences(self) -> list[dict[str, Any]]:
        """What is told, for a `send` function."""
        return [json.loads(body) for body in self.bodies]


Send = Callable[[Reports], object]


class Occurrences(Transport):
    """The API of a Watchkeeper that takes occurrences."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token, PATH)
        self.has_told = False

    def deliver(self, reports: Reports) -> None:
        """Store them; raise `Refused` or anything else when they are not stored."""
        connection = self.connect(reports.patience_s)
        try:
            refused = self._send(connection, reports.bodies)
            undated = [
                _without_moment(reports.bodies[each["index"]])
                for each in refused
                if each.get("field") == MOMENT
            ]
            if undated:
                self._send(connection, undated)
        finally:
            connection.close()

    def _send(self, connection: HTTPConnection, bodies: Sequence[bytes]) -> list[dict[str, Any]]:
        """What was refused of these; `Refused` when all was, for another reason than its moment."""
        try:
            answer = self.post(connection, b"[" + b",".join(bodies) + b"]")
        except Refused as refusal:
            answer = refusal.answer
            if not any(each.get("field") == MOMENT for each in answer.get("refused") or ()):
                raise
        refused = answer.get("refused") or []
        if refused and not self.has_told:
            self.has_told = True
            log.warning("some issues are refused, such as %s", refused[0])
        return list(refused)


def _without_moment(body: bytes) -> bytes:
    """The occurrence as if it came just now: the clock of this machine goes wrong."""
    found = json.loads(body)
    del found[MOMENT]
    return json.dumps(found, ensure_ascii=False).encode()


class Pending(Queue[Reports]):
    """What waits to be sent, and how much that is."""

    noun = "issues"

    def __init__(self, deliver: Send, pause_s: float) -> None:
        super().__init__(deliver, pause_s)
        self.count = self.size_bytes = 0

    def put(self, bodies: Sequence[bytes]) -> None:
        """Take them in, as many to a batch as a server takes at once."""
        batch: list[bytes] = []
        size = 0
        for body in bodies:
            if batch and (len(batch) == MOST_AT_ONCE or size + len(body) > MOST_BYTES_AT_ONCE):
                self._append(batch)
                batch, size = [], 0
            batch.append(body)
            size += len(body) + 1
        if batch:
            self._append(batch)

    def sent(self, batch: Reports) -> None:
        """They wait no longer."""
        self._leave(batch)

    def refused(self, batch: Reports) -> None:
        """They wait no longer."""
        self._leave(batch)

    def smaller(self, batch: Reports) -> Sequence[Reports]:
        """Two halves."""
        middle = len(batch.bodies) // 2
        halves = batch.bodies[:middle], batch.bodies[middle:]
        return tuple(Reports(half) for half in halves) if middle else ()

    def _append(self, bodies: list[bytes]) -> None:
        batch = Reports(tuple(bodies))
        self.waiting.append(batch)
        self.count += len(bodies)
        self.size_bytes += batch.size_bytes

    def _leave(self, batch: Reports) -> None:
        self.count -= len(batch.bodies)
        self.size_bytes -= batch.size_bytes
