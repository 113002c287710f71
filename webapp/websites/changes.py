"""What changed between the last good check and the first bad one. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

SLOWER = 2.0  # a phase that takes that many times as long is worth a line
NOTICED_MS = 5.0


@dataclass(frozen=True)
class Change:
    """One thing that differs, before and after, as text."""

    name: str
    before: str
    after: str


class Check(Protocol):
    """The facts of a check that are compared."""

    http_status_code: Any
    failure_reason: Any
    error_message: Any
    address: Any
    http_version: Any
    size_bytes: Any
    response_time_ms: Any
    dns_time_ms: Any
    connect_time_ms: Any
    tls_time_ms: Any
    ttfb_ms: Any
    details: Any


FACTS: tuple[tuple[str, str], ...] = (
    ("HTTP status", "http_status_code"),
    ("Reason", "failure_reason"),
    ("Message", "error_message"),
    ("Address", "address"),
    ("HTTP version", "http_version"),
    ("Size in bytes", "size_bytes"),
)
TIMES: tuple[tuple[str, str], ...] = (
    ("Total", "response_time_ms"),
    ("DNS", "dns_time_ms"),
    ("Connect", "connect_time_ms"),
    ("TLS", "tls_time_ms"),
    ("First byte", "ttfb_ms"),
)
CERTIFICATE: tuple[tuple[str, str], ...] = (
    ("Certificate expires", "expires_at"),
    ("Certificate issuer", "issuer"),
    ("Certificate problem", "problem"),
)


def changes(good: Check, bad: Check) -> list[Change]:
    """What differs, facts first, then the phases that were reached and took far longer or ended."""
    found = [_fact(name, getattr(good, key), getattr(bad, key)) for name, key in FACTS]
    found += [_time(name, getattr(good, key), getattr(bad, key)) for name, key in TIMES]
    read_good, read_bad = _certificate(good), _certificate(bad)
    found += [_fact(name, read_good(key), read_bad(key)) for name, key in CERTIFICATE]
    return [change for change in found if change is not None]


def _fact(name: str, before: Any, after: Any) -> Change | None:
    if before == after:
        return None
    return Change(name, _text(before), _text(after))


def _time(name: str, before: float | None, after: float | None) -> Change | None:
    if before is None and after is None:
        return None
    if before is not None and after is not None:
        low, high = sorted((before, after))
        if high < SLOWER * low or high - low < NOTICED_MS:
            return None
    return Change(name, _milliseconds(before), _milliseconds(after))


def _certificate(check: Check) -> Callable[[str], Any]:
    found = (check.details or {}).get("certificate") or {}
    return found.get if isinstance(found, dict) else {}.get


def _text(value: Any) -> str:
    return "none" if value is None else str(value)


def _milliseconds(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.1f} ms"
