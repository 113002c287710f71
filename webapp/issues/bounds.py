"""How much of an occurrence is taken, and what is done with more: pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import orjson

LARGEST_OCCURRENCE = 1_000_000  # bytes, as JSON
LONGEST_MESSAGE = 32_768
LONGEST_TRACEBACK = 262_144
LARGEST_CONTEXT = 65_536  # bytes, as JSON
DEEPEST_CONTEXT = 20
AHEAD = timedelta(minutes=5)
OLDEST_YEARS = 10
OLDEST = timedelta(days=365 * OLDEST_YEARS)


def cut_in_the_middle(text: str, longest: int = LONGEST_TRACEBACK) -> str:
    """The text with at most about `longest` characters: its beginning and its end stay."""
    if len(text) <= longest:
        return text
    head, tail = text[: longest // 4], text[-(longest - longest // 4) :]
    # At the ends of lines, where there are lines.
    head = head[: head.rfind("\n") + 1] or head
    tail = tail[tail.find("\n") + 1 :] or tail
    left_out = len(text) - len(head) - len(tail)
    return f"{head}\n... {left_out:,} characters were left out here ...\n{tail}"


def checked_context(context: dict[str, Any]) -> dict[str, Any]:
    """The context as it can be stored; `ValueError` with a sentence where it cannot be.

    A number that JSON does not have (NaN, infinity) becomes null.
    """
    if depth_of(context) > DEEPEST_CONTEXT:
        raise ValueError(f"this is nested deeper than {DEEPEST_CONTEXT} levels")
    try:
        text = orjson.dumps(context)
    except TypeError as error:
        raise ValueError("this is not JSON that can be stored") from error
    if len(text) > LARGEST_CONTEXT:
        raise ValueError(f"this is larger than {LARGEST_CONTEXT:,} bytes")
    found: dict[str, Any] = orjson.loads(text)
    return found


def depth_of(value: Any) -> int:
    """How many objects and lists are inside each other; at most one more than may be."""
    level: list[Any] = [value]
    for depth in range(DEEPEST_CONTEXT + 1):
        level = [inner for each in level for inner in _parts(each)]
        if not level:
            return depth
    return DEEPEST_CONTEXT + 1


def moment_at_fault(at: datetime, now: datetime) -> str | None:
    """Why that moment is not taken, None where it is."""
    if at > now + AHEAD:
        return "This is more than 5 minutes ahead of the server's clock."
    if at < now - OLDEST:
        return f"This is too old: send moments of the last {OLDEST_YEARS} years."
    return None


def _parts(value: Any) -> Iterable[Any]:
    """What is inside an object or a list; an empty one counts as a level too."""
    if isinstance(value, dict):
        return value.values() or (None,)
    if isinstance(value, list):
        return value or (None,)
    return ()
