"""Why a check failed: one reason out of a closed list, and a sentence about it. Pure.

The facts are libcurl's: the result code (https://curl.se/libcurl/c/libcurl-errors.html), its
text, the system's errno, and which phases had been finished when the transfer ended.
"""

import errno
from dataclasses import dataclass
from enum import Enum


class Reason(str, Enum):
    """All the reasons there are; `monitor` is the monitor's own trouble, not the website's."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS_EXPIRED = "tls_expired"
    TLS_HOSTNAME = "tls_hostname"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_CLIENT = "tls_client"
    TLS_OTHER = "tls_other"
    FIRST_BYTE_TIMEOUT = "first_byte_timeout"
    TRANSFER_TIMEOUT = "transfer_timeout"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    STATUS = "status"
    HEADER = "header"
    KEYWORD = "keyword"
    PATTERN = "regex"
    JSON = "json"
    PROXY = "proxy"
    DNS_ANSWER = "dns_answer"
    HEARTBEAT_MISSED = "heartbeat_missed"
    HEARTBEAT_FAILED = "heartbeat_failed"
    ADDRESS_REFUSED = "address_refused"
    MONITOR = "monitor"
    OTHER = "other"


TLS_REASONS = (Reason.TLS_EXPIRED, Reason.TLS_HOSTNAME, Reason.TLS_UNTRUSTED, Reason.TLS_OTHER)


@dataclass(slots=True)  # not frozen: that is slow to make, and every check makes one
class Ending:
    """How a transfer ended; the four booleans say which phases had been finished by then."""

    code: int = 0
    text: str = ""
    errno: int = 0
    is_tls: bool = False
    resolved: bool = False
    connected: bool = False
    secured: bool = False
    answered: bool = False
    address_refused: str | None = None
    is_too_large: bool = False


@dataclass(frozen=True)
class Failure:
    """The reason, and a sentence for the operator."""

    reason: Reason
    message: str


UNSUPPORTED_PROTOCOL, BAD_URL, NO_PROXY_NAME, NO_NAME, NO_CONNECTION = 1, 3, 5, 6, 7
TIMED_OUT, TLS_HANDSHAKE, RECEIVE, TLS_CERTIFICATE, TLS_VERIFICATION = 28, 35, 56, 58, 60
SEND, PROXY_HANDSHAKE = 55, 97
TLS = (TLS_HANDSHAKE, TLS_CERTIFICATE, TLS_VERIFICATION)
OURS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL)


def failure_of(ending: Ending) -> Failure | None:
    """Why there was no whole answer, or None when there was one."""
    if ending.address_refused:
        return Failure(Reason.ADDRESS_REFUSED, f"Not allowed: {ending.address_refused}.")
    if ending.is_too_large:
        return Failure(Reason.TOO_LARGE, "The answer is larger than a check reads.")
    return _failed_transfer(ending) if ending.code else None


def _failed_transfer(ending: Ending) -> Failure:
    if ending.code == TIMED_OUT:
        return _timeout(ending)
    if ending.code == NO_NAME:
        return Failure(Reason.DNS, "The name does not resolve.")
    if ending.code in (NO_PROXY_NAME, PROXY_HANDSHAKE) or "CONNECT tunnel" in ending.text:
        return Failure(Reason.PROXY, f"The proxy did not connect: {_plain(ending.text)}.")
    if ending.code == NO_CONNECTION:
        return _no_connection(ending)
    if ending.code == SEND and ending.secured and not ending.answered:
        # The alert that says why is lost when the server has hung up before we ask.
        message = "The server hung up after the handshake: it may want a client certificate."
        return Failure(Reason.TLS_CLIENT, message)
    if ending.code in TLS or "alert" in ending.text:
        return _tls(ending)
    if "HTTP/0.9" in ending.text:
        return Failure(Reason.OTHER, "The answer is not HTTP.")
    if ending.code in (UNSUPPORTED_PROTOCOL, BAD_URL):
        return Failure(Reason.ADDRESS_REFUSED, f"Not allowed: {_plain(ending.text)}.")
    return Failure(Reason.OTHER, f"The transfer failed: {_plain(ending.text)}.")


def _timeout(ending: Ending) -> Failure:
    if not ending.resolved:
        return Failure(Reason.DNS, "The name did not resolve in time.")
    if not ending.connected:
        return Failure(Reason.CONNECT_TIMEOUT, "No connection was made in time.")
    if ending.is_tls and not ending.secured:
        return Failure(Reason.CONNECT_TIMEOUT, "The TLS handshake did not finish in time.")
    if not ending.answered:
        return Failure(Reason.FIRST_BYTE_TIMEOUT, "Connected, but no answer began in time.")
    return Failure(Reason.TRANSFER_TIMEOUT, "The answer began, but did not end in time.")


def _no_connection(ending: Ending) -> Failure:
    if ending.errno == errno.ECONNREFUSED:
        return Failure(Reason.REFUSED, "The connection was refused.")
    if ending.errno in OURS:
        return Failure(Reason.MONITOR, f"The monitor could not connect: {_plain(ending.text)}.")
    if ending.errno == errno.ETIMEDOUT:
        return Failure(Reason.CONNECT_TIMEOUT, "No connection was made in time.")
    return Failure(Reason.UNREACHABLE, f"The address cannot be reached: {_plain(ending.text)}.")


def _tls(ending: Ending) -> Failure:
    text = ending.text.lower()
    if "expired" in text:
        return Failure(Reason.TLS_EXPIRED, "The certificate has expired.")
    if "subject name" in text or "hostname mismatch" in text:
        return Failure(Reason.TLS_HOSTNAME, "The certificate is for another name.")
    if "self-signed" in text or "self signed" in text or "issuer certificate" in text:
        return Failure(Reason.TLS_UNTRUSTED, "The certificate is not signed by a known authority.")
    if "certificate required" in text or ending.code == TLS_CERTIFICATE:
        return Failure(Reason.TLS_CLIENT, f"The client certificate failed: {_plain(ending.text)}.")
    return Failure(Reason.TLS_OTHER, f"TLS failed: {_plain(ending.text)}.")


def _plain(text: str) -> str:
    return text.strip().rstrip(".")[:300] or "no reason was given"
