"""Batches that wait to be sent: in order, below a bound, with growing pauses while it fails."""

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from .delivery import Batch, Deliver
from .tally import COUNT, CUSTOM, Key, Tally
from .transport import PATIENCE_S, TOO_LARGE, Refused

LONGEST_PAUSE_S = 60.0
LOST = Key(CUSTOM, "client_lost", COUNT)
log = logging.getLogger("watchkeeper.client")


class Parcel(Protocol):
    """What is sent at once; `patience_s` is how long each step of that may take."""

    patience_s: float


P = TypeVar("P", bound=Parcel)


class Queue(Generic[P]):
    """What waits to be sent; only one thread at a time may use it. `noun` is for the log."""

    noun = "batches"

    def __init__(self, deliver: Callable[[P], object], pause_s: float) -> None:
        self.deliver = deliver
        self.pause_s = pause_s
        self.waiting: deque[P] = deque()
        self.failures = 0
        self.refusals = 0
        self.next_try_s = 0.0

    def send_when_due(self) -> None:
        """Send all that waits, unless the pause after a failure still lasts."""
        if time.monotonic() >= self.next_try_s:
            self.send()

    def send(self, deadline_s: float | None = None) -> None:
        """Send all that waits, until one fails or the deadline (monotonic) has passed."""
        while self.waiting:
            batch = self.waiting[0]
            batch.patience_s = PATIENCE_S
            if deadline_s is not None:
                batch.patience_s = min(PATIENCE_S, deadline_s - time.monotonic())
                if batch.patience_s <= 0:
                    return
            if not self._send_first(batch):
                return

    def sent(self, batch: P) -> None:
        """It has arrived."""

    def refused(self, batch: P) -> None:
        """It will never be taken, and waits no longer."""

    def smaller(self, batch: P) -> Sequence[P]:
        """What to send instead of a batch that is too large; nothing where it cannot be parted."""
        return ()

    def _send_first(self, batch: P) -> bool:
        try:
            self.deliver(batch)
        except Refused as refusal:
            self.waiting.popleft()
            self._give_up(batch, refusal)
        except Exception as error:
            self._fail(error)
            return False
        else:
            self.waiting.popleft()
            self.sent(batch)
            self._succeed()
        return True

    def _give_up(self, batch: P, refusal: Refused) -> None:
        smaller = self.smaller(batch) if refusal.status == TOO_LARGE else ()
        self.waiting.extendleft(reversed(smaller))
        if smaller:
            return
        if not self.refusals:
            log.warning("%s are refused and dropped: %s", self.noun, refusal)
        self.refusals += 1
        self.refused(batch)

    def _fail(self, error: Exception) -> None:
        if not self.failures:
            why = f"{type(error).__name__}: {error}"
            log.warning("%s cannot be sent and wait (%s)", self.noun, why)
        self.failures += 1
        pause_s = min(LONGEST_PAUSE_S, self.pause_s * 2.0 ** min(self.failures - 1, 10))
        self.next_try_s = time.monotonic() + pause_s * random.uniform(0.5, 1)  # noqa: S311

    def _succeed(self) -> None:
        if self.failures:
            log.warning("%s are sent again", self.noun)
        self.failures, self.refusals, self.next_try_s = 0, 0, 0.0


class Outbox(Queue[Batch]):
    """The batches of metrics of one process."""

    noun = "metrics"

    def __init__(self, service: str, deliver: Deliver, pause_s: float, most: int) -> None:
        super().__init__(deliver, pause_s)
        self.service = service
        self.most = most
        self.lost = 0

    def put(self, tally: Tally, at_ms: int) -> None:
        """Take a tally in; above `most` values the oldest batches make room, and are counted."""
        if self.lost and not self.failures:
            tally.counts[LOST], self.lost = self.lost, 0
        if tally.series or tally.dropped:
            self.waiting.append(Batch(self.service, at_ms, tally))
        while len(self.waiting) > 1 and sum(batch.size for batch in self.waiting) > self.most:
            self._lose(self.waiting.popleft())

    def refused(self, batch: Batch) -> None:
        """Count what it held."""
        self._lose(batch)

    def _lose(self, batch: Batch) -> None:
        self.lost += batch.size + int(batch.tally.counts.get(LOST, 0))
