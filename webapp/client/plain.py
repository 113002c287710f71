"""Any value as plain JSON below bounds: what a server of any kind can read and store."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import islice
from typing import Any, NamedTuple

LARGEST_NUMBER = 2**63
LONGEST_KEY = 200
CUT = "…"


class Bounds(NamedTuple):
    """How much of a value is kept: levels, entries of each, characters of each text, values."""

    depth: int
    entries: int
    characters: int
    values: int


# Tried in this order until the whole is small enough.
BOUNDS = (
    Bounds(12, 200, 8000, 5000),
    Bounds(8, 50, 1000, 1000),
    Bounds(4, 20, 200, 200),
    Bounds(2, 10, 100, 50),
)


def plain(value: Any, bounds: Bounds = BOUNDS[0]) -> Any:
    """`value` with text for whatever JSON has no word for, and `…` for what is left out."""
    return _Copy(bounds).of(value, bounds.depth)


class _Copy:
    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.left = bounds.values

    def of(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return text(value, self.bounds.characters)
        if isinstance(value, int | float):
            return _number(value)
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        if isinstance(value, Mapping | list | tuple | set | frozenset):
            return self._container(value, depth)
        return text(described(value), self.bounds.characters)

    def _container(self, value: Any, depth: int) -> Any:
        most = min(self.bounds.entries, self.left)
        if depth <= 0 or most <= 0:
            return CUT
        left_out = len(value) - most
        if isinstance(value, Mapping):
            entries = list(islice(value.items(), most))
            found = {
                text(_key(key), LONGEST_KEY): self.of(each, depth - 1) for key, each in entries
            }
            return found | {CUT: f"{left_out} more"} if left_out > 0 else found
        kept = [self.of(each, depth - 1) for each in islice(value, most)]
        return [*kept, f"{CUT} {left_out} more"] if left_out > 0 else kept


def _number(value: float) -> Any:
    """Not-a-number, the infinities and integers of any length are words in few languages."""
    if isinstance(value, int):
        return int(value) if abs(value) < LARGEST_NUMBER else text(hex(value), 100)
    return float(value) if value - value == 0 else str(float(value))


def _key(key: Any) -> str:
    return key if isinstance(key, str) else described(key)


def text(given: str, most: int) -> str:
    """At most so many characters, none of them half of a pair or the zero that databases refuse."""
    cut = given if len(given) <= most else given[: most - 1] + CUT
    return cut.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def described(value: Any) -> str:
    """What the value says of itself, whatever it does when it is asked."""
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__}, whose description raised {type(error).__name__}>"


def within(context: Mapping[str, Any], most_bytes: int) -> dict[str, Any]:
    """The context as plain JSON of at most so many bytes, cut as little as that takes."""
    for bounds in BOUNDS:
        found = plain(context, bounds)
        if isinstance(found, dict) and _bytes(found) <= most_bytes:
            return found
    return {CUT: "too much to be sent"}


def _bytes(found: dict[str, Any]) -> int:
    return len(json.dumps(found, ensure_ascii=False).encode())


def cut_in_the_middle(given: str, most: int) -> str:
    """At most so many characters: the beginning and the end, and between them how many are gone."""
    if len(given) <= most:
        return text(given, most)
    note = f"\n... {len(given) - most} characters left out ...\n"
    half = (most - len(note)) // 2
    return text(given[:half] + note + given[-half:], most)
