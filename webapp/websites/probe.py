"""Checks websites through one libcurl multi handle, many at once, each on a cold connection.

What libcurl cannot do (DNS records) or what may take long (patterns) is done by threads beside it.
"""

import os
import select
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import pycurl
import structlog

from webapp.core import clock
from webapp.websites import answers, hops, lookups, outcomes
from webapp.websites.failures import Failure, Reason
from webapp.websites.hops import Hop
from webapp.websites.lanes import Target
from webapp.websites.outcomes import Outcome
from webapp.websites.walks import Walk

THREADS = 64
log = structlog.get_logger(__name__)
INTERESTS = {
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}


@dataclass(eq=False)
class _Check:
    """A check under way; with both families there are two outcomes to wait for."""

    target: Target
    expected: int = 1
    found: dict[str, Outcome] = field(default_factory=dict)


class _Bell:
    """Wakes the loop from a thread; it is freed when no thread can ring it any more."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def __del__(self) -> None:
        os.close(self.fd)


class Probe:
    """Runs checks side by side; `start` them, and collect with `run` what has finished."""

    def __init__(self, *, private_allowed: bool, ca_file: str | None = None) -> None:
        self._settings = hops.Settings(private_allowed, ca_file)
        self._checks: set[_Check] = set()
        self._transfers: dict[pycurl.Curl, tuple[Walk, Hop]] = {}
        self._outcomes: list[Outcome] = []
        self._deadline_s: float | None = None
        self._epoll = select.epoll()
        self._threads: ThreadPoolExecutor | None = None
        self._answers: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._bell = _Bell()
        self._epoll.register(self._bell.fd, select.EPOLLIN)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)

    def start(self, target: Target) -> None:
        """Begin a check now."""
        check = _Check(target)
        self._checks.add(check)
        now = clock.now()
        if target.trouble:
            failure = Failure(Reason.MONITOR, target.trouble)
        elif target.kind == "heartbeat":
            failure = Failure(Reason.HEARTBEAT_MISSED, "No heartbeat came in time.")
        elif target.kind == "dns":
            looked_up = partial(lookups.look_up, target, now, self._settings.private_allowed)
            self._apart(looked_up, partial(self._found, check, "any"))
            return
        else:
            self._walk(check)
            return
        self._found(check, "any", outcomes.unmade(target, now, failure))

    def in_flight(self) -> list[Target]:
        """The targets whose checks have begun and not finished."""
        return [check.target for check in self._checks]

    def run(self, wait_s: float) -> list[Outcome]:
        """Drive the transfers for up to `wait_s` seconds; return when any has finished."""
        until = time.monotonic() + wait_s
        while True:
            self._turn(0.0 if self._outcomes else max(0.0, until - time.monotonic()))
            self._conclude_all()
            if self._outcomes or time.monotonic() >= until:
                finished, self._outcomes = self._outcomes, []
                return finished

    def close(self) -> None:
        """Break off what is in flight and free everything."""
        for handle in list(self._transfers):
            self._multi.remove_handle(handle)
            handle.close()
        self._transfers.clear()
        self._checks.clear()
        self._multi.close()
        self._epoll.close()
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _walk(self, check: _Check) -> None:
        families = ("4", "6") if check.target.options.ip_version == "both" else ("any",)
        check.expected = len(families)
        ends_s = time.monotonic() + check.target.timeout_s
        for family in families:
            over = check.target.options.ip_version if family == "any" else family
            finish = partial(self._found, check, family)
            walk = Walk(check.target, clock.now(), ends_s, over, finish)
            self._request(walk, walk.first_hop())

    def _found(self, check: _Check, family: str, outcome: Outcome) -> None:
        check.found[family] = outcome
        if len(check.found) == check.expected and check in self._checks:
            self._checks.remove(check)
            one = check.expected == 1
            self._outcomes.append(
                outcome if one else outcomes.both(check.found["4"], check.found["6"])
            )

    def _request(self, walk: Walk, hop: Hop) -> None:
        seconds = max(0.001, walk.ends_s - time.monotonic())
        with_certificate = hop.url.startswith("https:") and walk.wants_certificate
        try:
            handle = hops.opened(
                hop, self._settings, seconds, walk.family, with_certificate=with_certificate
            )
        except (pycurl.error, OSError, ValueError) as error:
            walk.finish(outcomes.unmade(walk.target, walk.started_at, _not_sent(error)))
            return
        self._transfers[handle] = (walk, hop)
        self._multi.add_handle(handle)

    def _turn(self, wait_s: float) -> None:
        if self._deadline_s is not None:
            wait_s = min(wait_s, max(0.0, self._deadline_s - time.monotonic()))
        for socket, events in self._epoll.poll(wait_s):
            if socket == self._bell.fd:
                self._hear()
                continue
            readable = events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR)
            writable = events & (select.EPOLLOUT | select.EPOLLERR)
            action = (pycurl.CSELECT_IN if readable else 0) | (
                pycurl.CSELECT_OUT if writable else 0
            )
            self._multi.socket_action(socket, action)
        if self._deadline_s is not None and time.monotonic() >= self._deadline_s:
            self._deadline_s = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _conclude_all(self) -> None:
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            for handle, code, text in [(handle, 0, "") for handle in succeeded] + list(failed):
                walk, hop = self._transfers.pop(handle)
                self._multi.remove_handle(handle)
                try:
                    self._conclude(walk, hop, handle, code, text)
                except Exception as error:
                    # No website may be able to end the checks of all the others.
                    log.exception("a check could not be concluded", url=walk.target.url)
                    walk.finish(outcomes.unmade(walk.target, walk.started_at, _not_sent(error)))
                handle.close()

    def _conclude(self, walk: Walk, hop: Hop, handle: pycurl.Curl, code: int, text: str) -> None:
        """Follow a redirect, or see what the walk has found."""
        facts = hops.facts_of(handle)
        onward = handle.getinfo_raw(pycurl.REDIRECT_URL) if not code else None
        ending = hops.ending_of(hop, facts, code, text, handle.getinfo(pycurl.OS_ERRNO))
        if ending.is_tls and walk.wants_certificate:
            walk.see_certificate(hops.certificate_chain(handle), facts.verify_result, ending)
        walk.arrive(hop, facts)
        if onward and (next_hop := walk.onward(onward)):
            self._request(walk, next_hop)
            return
        self._judge(walk, hop, walk.judge(ending))

    def _judge(self, walk: Walk, hop: Hop, failure: Failure | None) -> None:
        options = walk.target.options
        if failure is None and options.pattern and walk.target.kind == "http":
            text = hop.answer(None).text
            search = partial(answers.pattern_objection, options.pattern, text)
            self._apart(search, lambda found: walk.finish(walk.outcome(found)))
        else:
            walk.finish(walk.outcome(failure))

    def _apart(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Do `work` in a thread, and `then` here with what it gave."""
        self._threads = self._threads or ThreadPoolExecutor(THREADS)
        self._threads.submit(self._do_apart, work, then)

    def _do_apart(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        self._answers.put(partial(then, work()))
        os.eventfd_write(self._bell.fd, 1)

    def _hear(self) -> None:
        os.eventfd_read(self._bell.fd)
        while True:
            try:
                self._answers.get_nowait()()
            except Empty:
                return

    def _watch(self, what: int, socket: int, _multi: object, known: object) -> None:
        try:
            if what == pycurl.POLL_REMOVE:
                self._epoll.unregister(socket)
            elif known is None:
                self._epoll.register(socket, INTERESTS.get(what, 0))
                self._multi.assign(socket, True)
            else:
                self._epoll.modify(socket, INTERESTS.get(what, 0))
        except OSError:
            # libcurl may speak of a socket that is closed already; epoll has dropped it then.
            return

    def _set_timer(self, milliseconds: int) -> None:
        now = time.monotonic()
        self._deadline_s = None if milliseconds < 0 else now + milliseconds / 1000


def _not_sent(error: Exception) -> Failure:
    return Failure(Reason.MONITOR, f"The request could not be made: {str(error)[:200]}.")
