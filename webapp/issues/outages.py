"""Trouble whose cause is not in the code that met it: something is away, full or locked.

Whoever meets it, from whichever line and in whichever language, it is the same trouble, told apart
by what is away.
"""

import re
from dataclasses import dataclass

LOOKED_AT = 4_000
OUTAGES = (
    ("refused", ("refused", "couldn't connect", "econnrefused"),
     r"connection refused|econnrefused|errno 111\b|actively refused|couldn't connect to server"),
    ("name", ("resol", "getaddrinfo", "not known", "unknownhost", "enotfound", "eai_again"),
     r"name or service not known|nameresolutionerror|could not resolve host|enotfound|eai_again"
     r"|failure in name resolution|unknownhostexception|nodename nor servname|failed to resolve"),
    ("unreachable", ("unreach", "no route"),
     r"network is unreachable|no route to host|ehostunreach|enetunreach"),
    ("full", ("no space", "enospc", "quota", "disk is full"),
     r"no space left on device|enospc|disk quota exceeded|database or disk is full"),
    ("open files", ("open files", "emfile"), r"too many open files|emfile"),
    ("connections", ("connection", "clients"),
     r"too many connections|too many clients already|remaining connection slots"),
    ("locked", ("locked",), r"database (?:table )?is locked"),
)  # fmt: skip
COMPILED = tuple((kind, hints, re.compile(pattern)) for kind, hints, pattern in OUTAGES)
NAMED = r"([\w.-]{1,253}|\[?[0-9a-f:]{2,39}\]?)"
ADDRESSES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"host='{NAMED}', port=(\d{{1,5}})",
        rf"connect(?:ing)? to (?:host )?[\"']?{NAMED}[\"']?,? port (\d{{1,5}})",
        rf"connect(?:ing|ion)? to (?:tcp://)?{NAMED}:(\d{{1,5}})\b",
        rf"server at [\"']{NAMED}[\"'](?: \([^)]*\))?, port (\d{{1,5}})",
        rf"econnrefused {NAMED}:(\d{{1,5}})",
        rf"(?:enotfound|eai_again) {NAMED}()",
        rf"resolve (?:hostname |host:? ?|address )?[\"']?{NAMED}[\"']?()",
        rf"unknownhostexception: {NAMED}()",
        rf"://(?:[^\s/@]{{0,200}}@)?{NAMED}(?::(\d{{1,5}}))?(?:[/\s\"')]|$)",
    )
)
OF_A_PLACE = frozenset(("refused", "name", "unreachable"))
LOOPBACK = re.compile(r"localhost|127\.|\[?::1")


@dataclass(frozen=True, slots=True)
class Outage:
    """What sort of outage, and of what: host:port, or empty where the message does not say."""

    kind: str
    address: str

    @property
    def is_local(self) -> bool:
        """Whether another machine would mean something else by it."""
        return self.kind in ("full", "open files") or LOOPBACK.match(self.address) is not None


def outage_in(message: str) -> Outage | None:
    """The outage that a message tells of; None for any other, and where it is not told of what."""
    lower = message[:LOOKED_AT].lower()
    for kind, hints, pattern in COMPILED:
        if any(hint in lower for hint in hints) and pattern.search(lower):
            address = _address(lower) if kind in OF_A_PLACE else ""
            return Outage(kind, address) if address or kind not in OF_A_PLACE else None
    return None


def _address(lower: str) -> str:
    for pattern in ADDRESSES:
        if (found := pattern.search(lower)) is not None:
            return f"{found[1]}:{found[2]}" if found[2] else found[1]
    return ""
