"""One occurrence of trouble as it is sent, below the bounds of a server."""

import json
import traceback as tracebacks
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .plain import CUT, cut_in_the_middle, described, text, within

SEVERITIES = ("error", "warning", "info")
LONGEST = {
    "name": 255, "task": 255, "host": 255, "service": 100, "person": 255, "origin": 140,
}  # fmt: skip
LONGEST_MESSAGE = 8000
LONGEST_TRACEBACK = 200_000
MOST_CONTEXT_BYTES = 60_000
MOST_BYTES = 800_000
NAMELESS = "Error"
MOST_PARTS, LONGEST_PART = 10, 255


def build(
    *,
    name: str,
    task: str,
    error_message: str,
    severity: str = "error",
    traceback: str | None = None,
    context: Mapping[str, Any] | None = None,
    person: object = None,
    fingerprint: Sequence[str] | None = None,
    origin: str | None = None,
    at: datetime | None = None,
    host: str | None = None,
    service: str | None = None,
) -> dict[str, Any]:
    """The occurrence as plain JSON, cut where it is too long; what is None is left out.

    What is sent twice with the same `origin` counts once.
    """
    found: dict[str, Any] = {
        "kind": "operational",
        "name": name.strip() or NAMELESS,
        "task": task.strip() or "unknown",
        "error_message": text(error_message.strip(), LONGEST_MESSAGE) or name.strip() or NAMELESS,
        "severity": severity if severity in SEVERITIES else "error",
        "created_at": (at or datetime.now(UTC)).isoformat(),
        "host": (host or "").strip(),
        "service": (service or "").strip(),
        "person": "" if person is None else _word(person),
        "traceback": cut_in_the_middle(traceback, LONGEST_TRACEBACK) if traceback else None,
        "context": within(context, MOST_CONTEXT_BYTES) if context else None,
        "fingerprint": _parts(fingerprint or ()),
        "origin": origin,
    }
    found |= {key: text(found[key], most) for key, most in LONGEST.items() if found[key]}
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def encode(occurrence: Mapping[str, Any]) -> bytes:
    """Its JSON, without context and most of the traceback where a server would refuse it."""
    body = _json(occurrence)
    if len(body) > MOST_BYTES:
        trace = cut_in_the_middle(str(occurrence.get("traceback") or ""), 50_000)
        body = _json({**occurrence, "traceback": trace, "context": {CUT: "too much to be sent"}})
    return body


def _json(occurrence: Mapping[str, Any]) -> bytes:
    return json.dumps(occurrence, ensure_ascii=False, separators=(",", ":")).encode()


def _word(person: object) -> str:
    return (person if isinstance(person, str) else described(person)).strip()


def _parts(fingerprint: Sequence[str]) -> list[str]:
    parts = [fingerprint] if isinstance(fingerprint, str) else list(fingerprint)
    words = [text(_word(part), LONGEST_PART) for part in parts[:MOST_PARTS]]
    return [word for word in words if word]


def name_of(error: BaseException) -> str:
    """What an exception is called."""
    return type(error).__name__


def message_of(error: BaseException) -> str:
    """What an exception says, or what it is where it says nothing."""
    try:
        return str(error) or described(error)
    except Exception:
        return described(error)


def traceback_of(error: BaseException) -> str | None:
    """Its traceback with all that caused it, as Python prints it; None of one never raised."""
    if error.__traceback__ is None:
        return None
    try:
        return "".join(tracebacks.format_exception(error))
    except Exception:
        return None
