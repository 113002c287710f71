"""Why a check failed: one reason out of a closed list, and a sentence about it. Pure.

The facts are libcurl's: the result code (https://curl.se/libcurl/c/libcurl-errors.html), its
text, the system's errno, and which phases had been finished when the transfer ended.
"""

import errno
from dataclasses import dataclass
from enum import Enum


class Reason(str, Enum):
    """All the reasons there are."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS_EXPIRED = "tls_expired"
    TLS_HOSTNAME = "tls_hostname"
    TLS_OTHER = "tls_other"
    FIRST_BYTE_TIMEOUT = "first_byte_timeout"
    TRANSFER_TIMEOUT = "transfer_timeout"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    STATUS = "status"
    ADDRESS_REFUSED = "address_refused"
    OTHER = "other"


@dataclass(frozen=True)
class Ending:
    """How a transfer ended; the four booleans say which phases had been finished by then."""

    code: int = 0
    text: str = ""
    errno: int = 0
    http_status: int | None = None
    is_tls: bool = False
    resolved: bool = False
    connected: bool = False
    secured: bool = False
    answered: bool = False
    address_refused: str | None = None
    is_too_large: bool = False
    has_more_redirects: bool = False


@dataclass(frozen=True)
class Failure:
    """The reason, and a sentence for the operator."""

    reason: Reason
    message: str


UNSUPPORTED_PROTOCOL, BAD_URL, NO_PROXY_NAME, NO_NAME, NO_CONNECTION = 1, 3, 5, 6, 7
TIMED_OUT, TLS_HANDSHAKE, TLS_VERIFICATION = 28, 35, 60


def failure_of(ending: Ending) -> Failure | None:
    """Why the check failed, or None when its answer is a status from 200 to 399."""
    if ending.address_refused:
        return Failure(Reason.ADDRESS_REFUSED, f"Not allowed: {ending.address_refused}.")
    if ending.is_too_large:
        return Failure(Reason.TOO_LARGE, "The answer is larger than a check reads.")
    if ending.has_more_redirects:
        return Failure(Reason.TOO_MANY_REDIRECTS, "There were too many redirects.")
    if ending.code:
        return _failed_transfer(ending)
    return _unexpected_status(ending.http_status)


def _unexpected_status(status: int | None) -> Failure | None:
    if status is not None and 200 <= status < 400:
        return None
    return Failure(Reason.STATUS, f"The answer was HTTP {status or 'without a status'}.")


def _failed_transfer(ending: Ending) -> Failure:
    if ending.code == TIMED_OUT:
        return _timeout(ending)
    if ending.code in (NO_NAME, NO_PROXY_NAME):
        return Failure(Reason.DNS, "The name does not resolve.")
    if ending.code == NO_CONNECTION:
        return _no_connection(ending)
    if ending.code in (TLS_HANDSHAKE, TLS_VERIFICATION):
        return _tls(ending)
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
    if ending.errno == errno.ETIMEDOUT:
        return Failure(Reason.CONNECT_TIMEOUT, "No connection was made in time.")
    return Failure(Reason.UNREACHABLE, f"The address cannot be reached: {_plain(ending.text)}.")


def _tls(ending: Ending) -> Failure:
    text = ending.text.lower()
    if "expired" in text:
        return Failure(Reason.TLS_EXPIRED, "The certificate has expired.")
    if "subject name" in text or "hostname mismatch" in text:
        return Failure(Reason.TLS_HOSTNAME, "The certificate is for another name.")
    return Failure(Reason.TLS_OTHER, f"TLS failed: {_plain(ending.text)}.")


def _plain(text: str) -> str:
    return text.strip().rstrip(".")[:300] or "no reason was given"
