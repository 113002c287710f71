"""The only HTTP client: libcurl handles with limits set and addresses filtered at the socket.

The address that is filtered is the one actually connected to, on every redirect hop, so a name
that resolves differently the second time gains nothing.
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pycurl

from webapp.core.addresses import refusal

USER_AGENT = "Watchkeeper/1.0"
WEB = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS


class Duplicated(socket.socket):
    """A socket that libcurl takes a duplicate of; our own copy is closed when we let go of it."""

    def __del__(self) -> None:
        self.close()


class Refusals:
    """An open-socket callback for one handle; `reason` says why it refused, if it did."""

    def __init__(self, *, private_allowed: bool) -> None:
        self.private_allowed = private_allowed
        self.reason: str | None = None
        self.is_closed = False

    def refuse(self, why: str) -> None:
        """Refuse every address, for that reason."""
        self.reason, self.is_closed = why, True

    def __call__(self, _purpose: int, address: Any) -> Any:
        if self.is_closed:
            return pycurl.SOCKET_BAD
        family, kind, protocol, target = address
        host = target[0].decode() if isinstance(target[0], bytes) else target[0]
        why = refusal(host, private_allowed=self.private_allowed)
        if why is not None:
            self.reason = why
            return pycurl.SOCKET_BAD
        return Duplicated(family, kind, protocol)


def new_handle(
    url: str, *, timeout_s: float, private_allowed: bool, on_body: Callable[[bytes], int | None]
) -> tuple[pycurl.Curl, Refusals]:
    """A handle for one cold request: http and https only, no proxy, no cookie, no reuse.

    `timeout_s` bounds the whole transfer. `on_body` gets each piece of the body and may return -1
    to end the transfer.
    """
    refusals = Refusals(private_allowed=private_allowed)
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.PROTOCOLS, WEB)
    handle.setopt(pycurl.REDIR_PROTOCOLS, WEB)
    handle.setopt(pycurl.OPENSOCKETFUNCTION, refusals)
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.PROXY, "")
    handle.setopt(pycurl.TIMEOUT_MS, int(timeout_s * 1000))
    handle.setopt(pycurl.FRESH_CONNECT, 1)
    handle.setopt(pycurl.FORBID_REUSE, 1)
    handle.setopt(pycurl.SSL_SESSIONID_CACHE, 0)
    handle.setopt(pycurl.DNS_CACHE_TIMEOUT, 0)
    handle.setopt(pycurl.USERAGENT, USER_AGENT)
    handle.setopt(pycurl.WRITEFUNCTION, on_body)
    return handle, refusals


@dataclass(frozen=True)
class Fetched:
    """The status of an answer, or why there was none."""

    status: int | None
    error: str | None


def fetch(url: str, *, timeout_s: float) -> Fetched:
    """Ask an address of our own with GET and look at the status alone."""
    handle, _ = new_handle(url, timeout_s=timeout_s, private_allowed=True, on_body=len)
    try:
        handle.perform()
        return Fetched(handle.getinfo(pycurl.RESPONSE_CODE), None)
    except pycurl.error as error:
        return Fetched(None, str(error.args[1]))
    finally:
        handle.close()


@dataclass(frozen=True)
class Posted:
    """The status of an answer, or why there was none.

    `is_certain` says that what was posted surely was not taken where the status is not below 300;
    `retry_after` is how long the receiver asks us to wait.
    """

    status: int | None
    error: str | None = None
    is_certain: bool = True
    retry_after: timedelta | None = None


NEVER_SENT = (
    pycurl.E_COULDNT_RESOLVE_HOST,
    pycurl.E_COULDNT_RESOLVE_PROXY,
    pycurl.E_COULDNT_CONNECT,
    pycurl.E_URL_MALFORMAT,
    pycurl.E_UNSUPPORTED_PROTOCOL,
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION,
)


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float, private_allowed: bool
) -> Posted:
    """POST to an address; redirects are not followed."""
    waits: list[str] = []
    handle, refusals = new_handle(
        url, timeout_s=timeout_s, private_allowed=private_allowed, on_body=len
    )
    handle.setopt(pycurl.POST, 1)
    handle.setopt(pycurl.POSTFIELDS, body)
    handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in headers.items()])
    handle.setopt(pycurl.HEADERFUNCTION, lambda line: _keep_wait(line, waits))
    try:
        handle.perform()
        status = handle.getinfo(pycurl.RESPONSE_CODE)
        return Posted(status, retry_after=_seconds(waits))
    except pycurl.error as error:
        number, why = error.args[:2]
        certain = number in NEVER_SENT or refusals.reason is not None
        return Posted(None, refusals.reason or str(why), is_certain=certain)
    finally:
        handle.close()


def _keep_wait(line: bytes, waits: list[str]) -> None:
    name, _, value = line.decode("latin-1").partition(":")
    if name.strip().lower() == "retry-after":
        waits.append(value.strip())


def _seconds(waits: list[str]) -> timedelta | None:
    """Of the two forms of the header the one in seconds; a date is left to our own patience."""
    return timedelta(seconds=int(waits[-1])) if waits and waits[-1].isdigit() else None
