"""Batches that wait to be sent: in order, below a bound, with growing pauses while it fails."""

import logging
import random
import time
from collections import deque

from .delivery import Batch, Deliver, Refused
from .tally import COUNT, CUSTOM, Key, Tally

LONGEST_PAUSE_S = 60.0
LOST = Key(CUSTOM, "client_lost", COUNT)
log = logging.getLogger("watchkeeper.client")


class Outbox:
    """The batches of one process; only one thread at a time may use it."""

    def __init__(self, service: str, deliver: Deliver, pause_s: float, most: int) -> None:
        self.service = service
        self.deliver = deliver
        self.pause_s = pause_s
        self.most = most
        self.waiting: deque[Batch] = deque()
        self.lost = 0
        self.failures = 0
        self.refusals = 0
        self.next_try_s = 0.0

    def put(self, tally: Tally, at_ms: int) -> None:
        """Take a tally in; above `most` values the oldest batches make room, and are counted."""
        if self.lost and not self.failures:
            tally.counts[LOST], self.lost = self.lost, 0
        if tally.series or tally.dropped:
            self.waiting.append(Batch(self.service, at_ms, tally))
        while len(self.waiting) > 1 and sum(batch.size for batch in self.waiting) > self.most:
            self._lose_first()

    def send_when_due(self) -> None:
        """Send all that waits, unless the pause after a failure still lasts."""
        if time.monotonic() >= self.next_try_s:
            self.send()

    def send(self, deadline_s: float | None = None) -> None:
        """Send all that waits, until one fails or the deadline (monotonic) has passed."""
        while self.waiting:
            batch = self.waiting[0]
            if deadline_s is not None:
                batch.patience_s = deadline_s - time.monotonic()
                if batch.patience_s <= 0:
                    return
            if not self._send_first(batch):
                return

    def _send_first(self, batch: Batch) -> bool:
        try:
            self.deliver(batch)
        except Refused as refusal:
            if not self.refusals:
                log.warning("metrics are refused and dropped: %s", refusal)
            self.refusals += 1
            self._lose_first()
        except Exception as error:
            self._fail(error)
            return False
        else:
            self.waiting.popleft()
            self._succeed()
        return True

    def _lose_first(self) -> None:
        batch = self.waiting.popleft()
        self.lost += batch.size + int(batch.tally.counts.get(LOST, 0))

    def _fail(self, error: Exception) -> None:
        if not self.failures:
            why = f"{type(error).__name__}: {error}"
            log.warning("metrics cannot be sent and wait (%s)", why)
        self.failures += 1
        pause_s = min(LONGEST_PAUSE_S, self.pause_s * 2.0 ** min(self.failures - 1, 10))
        self.next_try_s = time.monotonic() + pause_s * random.uniform(0.5, 1)  # noqa: S311

    def _succeed(self) -> None:
        if self.failures:
            log.warning("metrics are sent again")
        self.failures, self.refusals, self.next_try_s = 0, 0, 0.0
