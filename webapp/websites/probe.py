"""Checks websites through one libcurl multi handle, many at once, each on a cold connection.

Redirects are followed here and not by libcurl, so that each hop has its own phases (libcurl's sums
go wrong when http leads to https) and its own, filtered, connection.
"""

import select
import time
from dataclasses import dataclass, field
from datetime import datetime

import pycurl

from webapp.core import clock
from webapp.core.outbound import Refusals, new_handle
from webapp.websites.failures import Ending, Failure, failure_of
from webapp.websites.lanes import Target

MAXIMUM_REDIRECTS = 10
MAXIMUM_BODY_BYTES = 10 * 1024 * 1024
INTERESTS = {
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}


@dataclass
class Phases:
    """Milliseconds of each phase, summed over the redirects; None for a phase never finished.

    dns: until the name was resolved. connect: until TCP was connected. tls: until the handshake
    was done. ttfb: from the request sent to the first byte of the answer. total: all of it.
    """

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    ttfb: float | None = None
    total: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What a check found; `failure` is None when the website is up."""

    target: Target
    started_at: datetime
    http_status: int | None
    phases: Phases
    failure: Failure | None


@dataclass
class _Transfer:
    """One check under way, at some redirect."""

    target: Target
    started_at: datetime
    ends_s: float
    phases: Phases = field(default_factory=Phases)
    redirects: int = 0
    body_bytes: int = 0
    refusals: Refusals | None = None

    def receive(self, piece: bytes) -> int | None:
        """Count the body and throw it away; end the transfer when it is too large."""
        self.body_bytes += len(piece)
        return -1 if self.body_bytes > MAXIMUM_BODY_BYTES else None


class Probe:
    """Runs checks side by side; `start` them, and collect with `run` what has finished."""

    def __init__(self, *, private_allowed: bool, ca_file: str | None = None) -> None:
        self._private_allowed = private_allowed
        self._ca_file = ca_file
        self._transfers: dict[pycurl.Curl, _Transfer] = {}
        self._deadline_s: float | None = None
        self._epoll = select.epoll()
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)

    def start(self, target: Target) -> None:
        """Begin a check now."""
        ends_s = time.monotonic() + target.timeout_s
        self._request(target.url, _Transfer(target, clock.now(), ends_s))

    def in_flight(self) -> list[Target]:
        """The targets whose checks have begun and not finished."""
        return [transfer.target for transfer in self._transfers.values()]

    def run(self, wait_s: float) -> list[Outcome]:
        """Drive the transfers for up to `wait_s` seconds; return when any has finished."""
        until = time.monotonic() + wait_s
        while True:
            self._turn(max(0.0, until - time.monotonic()))
            outcomes = self._finished()
            if outcomes or time.monotonic() >= until:
                return outcomes

    def close(self) -> None:
        """Break off what is in flight and free everything."""
        for handle in list(self._transfers):
            self._multi.remove_handle(handle)
            handle.close()
        self._transfers.clear()
        self._multi.close()
        self._epoll.close()

    def _request(self, url: str, transfer: _Transfer) -> None:
        handle, transfer.refusals = new_handle(
            url,
            timeout_s=max(0.001, transfer.ends_s - time.monotonic()),
            private_allowed=self._private_allowed,
            on_body=transfer.receive,
        )
        if self._ca_file:
            handle.setopt(pycurl.CAINFO, self._ca_file)
        self._transfers[handle] = transfer
        self._multi.add_handle(handle)

    def _turn(self, wait_s: float) -> None:
        if self._deadline_s is not None:
            wait_s = min(wait_s, max(0.0, self._deadline_s - time.monotonic()))
        for socket, events in self._epoll.poll(wait_s):
            readable = events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR)
            writable = events & (select.EPOLLOUT | select.EPOLLERR)
            action = (pycurl.CSELECT_IN if readable else 0) | (
                pycurl.CSELECT_OUT if writable else 0
            )
            self._multi.socket_action(socket, action)
        if self._deadline_s is not None and time.monotonic() >= self._deadline_s:
            self._deadline_s = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _finished(self) -> list[Outcome]:
        outcomes = []
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            ended = [(handle, 0, "") for handle in succeeded] + list(failed)
            for handle, code, text in ended:
                if outcome := self._conclude(handle, code, text):
                    outcomes.append(outcome)
        return outcomes

    def _conclude(self, handle: pycurl.Curl, code: int, text: str) -> Outcome | None:
        """The check's outcome, or None when a redirect leads on."""
        transfer = self._transfers.pop(handle)
        self._multi.remove_handle(handle)
        reached = _add_phases(transfer.phases, handle)
        status = handle.getinfo(pycurl.RESPONSE_CODE) or None
        onward = handle.getinfo(pycurl.REDIRECT_URL) if not code else None
        system_error = handle.getinfo(pycurl.OS_ERRNO)
        handle.close()
        if onward and transfer.redirects < MAXIMUM_REDIRECTS:
            transfer.redirects += 1
            self._request(onward, transfer)
            return None
        ending = Ending(
            code=code,
            text=text,
            errno=system_error,
            http_status=status,
            address_refused=transfer.refusals.reason if code and transfer.refusals else None,
            is_too_large=transfer.body_bytes > MAXIMUM_BODY_BYTES,
            has_more_redirects=bool(onward),
            **reached,
        )
        failure = failure_of(ending)
        return Outcome(transfer.target, transfer.started_at, status, transfer.phases, failure)

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


def _add_phases(phases: Phases, handle: pycurl.Curl) -> dict[str, bool]:
    """Add this hop's phases, and say which of them it finished."""
    named, connected, secured, sent, answered, total = (
        handle.getinfo(what) / 1000
        for what in (
            pycurl.NAMELOOKUP_TIME_T,
            pycurl.CONNECT_TIME_T,
            pycurl.APPCONNECT_TIME_T,
            pycurl.PRETRANSFER_TIME_T,
            pycurl.STARTTRANSFER_TIME_T,
            pycurl.TOTAL_TIME_T,
        )
    )
    if named:
        phases.dns = (phases.dns or 0) + named
    if connected:
        phases.connect = (phases.connect or 0) + connected - named
    if secured:
        phases.tls = (phases.tls or 0) + secured - connected
    if answered > sent > 0:  # libcurl sets both alike when the transfer failed before
        phases.ttfb = (phases.ttfb or 0) + answered - sent
    phases.total += total
    return {
        "is_tls": handle.getinfo(pycurl.EFFECTIVE_URL).startswith("https:"),
        "resolved": named > 0,
        "connected": connected > 0,
        "secured": secured > 0,
        "answered": answered > sent > 0,
    }
