"""Send what the spool keeps, oldest first, until the server has it all."""

import gzip
import logging
import random
import time
from collections.abc import Callable

from webapp.agent.link import Answer, Link, TroubleOnTheWay
from webapp.agent.options import BadOption
from webapp.agent.outcomes import Outcome, Verdict, judge
from webapp.agent.pauses import LONGEST_S, pause_s
from webapp.agent.spool import Batch, Spool

MOST_BYTES = 40_000  # of moments in one request: fewer than the 10,000 samples a server takes
MOST_ROWS = 600
MOST_TRIES = 10  # after which a batch may be what breaks the server, and is split
OFF_S = 5.0
RESTS = (Outcome.LATER, Outcome.BROKEN, Outcome.DENIED, Outcome.MISLED)
log = logging.getLogger(__name__)


class Delivery:
    """Sends batches through `link`; `envelope` is what each request begins with, as JSON.

    `token` is asked for each request. Nothing leaves the spool before the server has said that it
    stored it, or that it never will.
    """

    def __init__(
        self, spool: Spool, link: Link, envelope: Callable[[], bytes], token: Callable[[], str]
    ) -> None:
        self.spool = spool
        self.link = link
        self.envelope = envelope
        self.token = token
        self.most_rows = MOST_ROWS
        self.compresses = True
        self.failures = 0
        self.breaks = 0
        self.not_before_s = 0.0
        self.last_told = ""
        self.told_clock = False

    def send_all(self) -> bool:
        """Send until nothing is left or the server has trouble; whether nothing is left."""
        if time.monotonic() < self.not_before_s:
            return False
        self.spool.sync()
        while batch := self.spool.next_batch(MOST_BYTES, self.most_rows):
            if not self._settle(batch, self._send(batch)):
                return False
        return True

    @property
    def rests_s(self) -> float:
        """Seconds until the next try, 0 when the server is well."""
        return max(0.0, self.not_before_s - time.monotonic()) if self.failures else 0.0

    def _send(self, batch: Batch) -> Verdict:
        body = _body(self.envelope(), batch)
        try:
            headers = {"Authorization": f"Bearer {self.token()}"}
            if self.compresses:
                body = gzip.compress(body, 1, mtime=0)
                headers["Content-Encoding"] = "gzip"
            answer = self.link.post(body, headers)
        except TroubleOnTheWay as error:
            return Verdict(Outcome.LATER, f"no answer: {error or type(error).__name__}")
        except BadOption as error:
            return Verdict(Outcome.DENIED, str(error))
        self._look_at_clock(answer)
        return judge(answer.status, answer.body, self.compresses)

    def _settle(self, batch: Batch, verdict: Verdict) -> bool:
        """Do with `batch` what was judged; whether to go on sending."""
        outcome = verdict.outcome
        if outcome is Outcome.BROKEN:
            self.breaks += 1
            if self.breaks >= MOST_TRIES:
                self._split(batch, verdict)
        if outcome in RESTS:
            self._rest(outcome, verdict.why)
            return False
        if outcome is Outcome.STORED:
            self._stored(batch, verdict)
        elif outcome is Outcome.PLAIN:
            self.compresses = False
            log.warning("%s From now on uncompressed.", verdict.why)
        elif outcome is Outcome.ASIDE:
            self._set_aside(batch, verdict)
        else:
            self._split(batch, verdict)
        return True

    def _stored(self, batch: Batch, verdict: Verdict) -> None:
        self.spool.done(batch)
        self.most_rows = min(MOST_ROWS, self.most_rows * 2)
        if self.failures:
            log.warning("the server takes what is measured again")
        self.failures, self.breaks, self.not_before_s = 0, 0, 0.0
        if verdict.refused and verdict.why != self.last_told:
            log.error("%d samples were refused. The first: %s", verdict.refused, verdict.why)
        self.last_told = verdict.why
        log.debug("sent %s, %d moments", batch.name, len(batch.rows))

    def _split(self, batch: Batch, verdict: Verdict) -> None:
        """Send less at once; a moment that does not go alone never will."""
        if len(batch.rows) == 1:
            self._set_aside(batch, verdict)
        else:
            self.most_rows = len(batch.rows) // 2
            log.info("%s %d moments at once next.", _sentence(verdict.why), self.most_rows)

    def _set_aside(self, batch: Batch, verdict: Verdict) -> None:
        self.spool.set_aside(batch, _body(self.envelope(), batch))
        self.breaks = 0
        if verdict.why != self.last_told:
            log.error(
                "%s %d moments are set aside in refused.jsonl.",
                *(_sentence(verdict.why), len(batch.rows)),
            )
        self.last_told = verdict.why

    def _rest(self, outcome: Outcome, why: str) -> None:
        """Leave the server alone for a while, and say why once."""
        self.failures += 1
        rest_s = LONGEST_S
        if outcome in (Outcome.LATER, Outcome.BROKEN):
            rest_s = pause_s(self.failures, random.random())  # noqa: S311
        self.not_before_s = time.monotonic() + rest_s
        if why != self.last_told:
            log.error("%s What is measured is kept, and sent later.", _sentence(why))
        self.last_told = why

    def _look_at_clock(self, answer: Answer) -> None:
        is_off = answer.ahead_s is not None and abs(answer.ahead_s) > OFF_S
        if is_off and not self.told_clock:
            log.warning(
                "the server's clock is %+.0f s from this machine's, whose time samples keep",
                answer.ahead_s,
            )
        self.told_clock = is_off


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else text + "."


def _body(envelope: bytes, batch: Batch) -> bytes:
    """One JSON document; its parts are JSON already."""
    parts = [
        envelope[:-1],
        b',"batch_id":"%s"' % batch.name.encode(),
        b',"series":[%s]' % b",".join(batch.series),
        b',"rows":[%s]' % b",".join(batch.rows),
    ]
    if batch.processes:
        parts.append(b',"processes":[%s]' % b",".join(batch.processes))
    return b"".join(parts) + b"}"
