"""The reporter that an application tells its trouble: kept in memory, sent within a second or two.

Reporting never raises into the application and never waits for a server. What finds no room below
the bounds is counted, and told itself as soon as the server is back.
"""

import itertools
import logging
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from .background import Background, at_own_work, is_own_work
from .occurrence import build, encode, message_of, name_of, traceback_of
from .reports import Occurrences, Pending, Reports, Send
from .transport import Refused

MOST_LABELS = 50  # of what was dropped
OTHERS = "others"
TOLD = "_watchkeeper_told"
log = logging.getLogger("watchkeeper.client")

Change = Callable[[dict[str, Any]], Mapping[str, Any] | None]


class Reporter(Background):
    """Tells the trouble of one service.

    Give `url` and `token` of a Watchkeeper, or `send`, a function that gets `Reports` and raises
    when it is to be given them again. `context` goes with every occurrence. `change` gets each
    occurrence before it is kept and returns what to send, or None to send nothing. At most
    `max_waiting` occurrences and `max_bytes` wait. `sends_by_itself` is for tests: without it only
    `flush` sends.
    """

    _outbox: Pending

    def __init__(
        self,
        service: str,
        url: str | None = None,
        token: str | None = None,
        *,
        send: Send | None = None,
        host: str | None = None,
        context: Mapping[str, Any] | None = None,
        change: Change | None = None,
        interval_s: float = 1.0,
        max_waiting: int = 10_000,
        max_bytes: int = 20_000_000,
        sends_by_itself: bool = True,
    ) -> None:
        if (url is None) == (send is None):
            raise ValueError("Give a Reporter one of url and send.")
        self.service = service
        self.host = platform.node() if host is None else host
        self.context = dict(context or {})
        self.interval_s = interval_s
        self.max_waiting = max_waiting
        self.max_bytes = max_bytes
        self.sends_by_itself = sends_by_itself
        self._change = change
        self._deliver: Send = send or Occurrences(url or "", token or "").deliver
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Hold nothing, as at the start and in a forked child."""
        super()._begin_anew()
        self._identity, self._numbers = os.urandom(12).hex(), itertools.count()
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._dropped: dict[str, int] = {}
        self._outbox = Pending(self._deliver, self.interval_s)

    # What an application calls: none of these raises, and only `send_now` waits.

    def report(
        self,
        error_message: str,
        *,
        name: str,
        task: str,
        severity: str = "error",
        traceback: str | None = None,
        context: Mapping[str, Any] | None = None,
        person: object = None,
        fingerprint: Sequence[str] | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Tell that something went wrong; whether it is kept to be sent.

        `severity` is error, warning or info; `person` is who was affected; `fingerprint` sets what
        belongs together, in which "{{ default }}" stands for what the server would make it of.
        """
        fields = {
            "error_message": error_message, "name": name, "task": task, "severity": severity,
            "traceback": traceback, "context": context, "person": person,
            "fingerprint": fingerprint, "at": at,
        }  # fmt: skip
        if is_own_work():
            return False
        body = self._body(fields)
        return body is not None and self._keep(body, f"{name} in {task}")

    def capture(
        self, error: BaseException, *, task: str, name: str | None = None, **fields: Any
    ) -> bool:
        """Report an exception with its traceback, once, however often it is captured.

        `fields` are those of `report`.
        """
        if is_own_work() or not self.claim(error):
            return False
        told = {"error_message": message_of(error), "traceback": traceback_of(error)} | fields
        return self.report(name=name or name_of(error), task=task, **told)

    def send_now(self, error_message: str, *, within_s: float = 5.0, **fields: Any) -> bool:
        """Send it past all that waits; whether it needs not be sent again. `fields` as above."""
        body = self._body({"error_message": error_message} | fields)
        if body is None:
            return True
        try:
            with at_own_work():
                self._deliver(Reports((body,), within_s))
        except Refused as refusal:
            log.warning("an issue is refused and dropped: %s", refusal)
        except Exception as error:
            log.warning("an issue cannot be sent (%s: %s)", type(error).__name__, error)
            return False
        return True

    def claim(self, error: BaseException) -> bool:
        """Whether nobody has told this exception yet; from now on somebody has."""
        told: set[int] = error.__dict__.setdefault(TOLD, set())
        is_new = id(self) not in told
        told.add(id(self))
        return is_new

    def flush(self, within_s: float | None = None) -> bool:
        """Send what there is now, and then what was dropped meanwhile; as `Background.flush`."""
        is_done = super().flush(within_s)
        return super().flush(within_s) if is_done and self._dropped else is_done

    def _body(self, fields: Mapping[str, Any]) -> bytes | None:
        """The occurrence as it is sent; None where there is nothing to send."""
        try:
            with at_own_work():
                context = {**self.context, **(fields.get("context") or {})}
                told: dict[str, Any] = {"origin": f"{self._identity}:{next(self._numbers)}"}
                told |= {**fields, "context": context}
                told |= {"host": self.host, "service": self.service}
                made: Mapping[str, Any] | None = build(**told)
                if self._change is not None:
                    made = self._change(dict(made or {}))
                return None if made is None else encode(made)
        except Exception:
            log.warning("an issue could not be put together", exc_info=True)
            self._drop("could not be put together")
            return None

    def _keep(self, body: bytes, label: str) -> bool:
        with self._lock:
            waiting = len(self._kept) + self._outbox.count
            size = self._kept_bytes + self._outbox.size_bytes + len(body)
            has_room = waiting < self.max_waiting and size <= self.max_bytes
            if has_room:
                self._kept.append(body)
                self._kept_bytes += len(body)
        if not has_room:
            self._drop(label)
        self._awake()
        return has_room

    def _drop(self, label: str) -> None:
        with self._lock:
            is_first = not self._dropped
            known = label in self._dropped or len(self._dropped) < MOST_LABELS
            label = label if known else OTHERS
            self._dropped[label] = self._dropped.get(label, 0) + 1
        if is_first:
            log.warning("issues are dropped, such as: %s", label)

    def _put_aside(self) -> None:
        """Make batches of what was kept, and a last one of what was not."""
        with self._lock:
            bodies, self._kept, self._kept_bytes = self._kept, [], 0
            self._outbox.put(bodies)
            dropped: dict[str, int] = {}
            if not self._outbox.failures:
                dropped, self._dropped = self._dropped, {}
        if dropped:
            total = sum(dropped.values())
            body = self._body(
                {
                    "error_message": f"{total} occurrences found no room in the client",
                    "name": "Occurrences dropped",
                    "task": "watchkeeper.client",
                    "severity": "warning",
                    "context": {"dropped": dropped},
                }
            )
            self._outbox.put([body] if body else [])
