"""Secrets taken out of what was sent, before it is stored: by the name of a key, and by shape.

Works through objects and lists of any depth, and through strings of any length in linear time.
What was taken out is replaced by `SCRUBBED`; scrubbing twice changes nothing more.
"""

from collections.abc import Mapping
from typing import Any

from webapp.issues.secret_names import is_secret, plain
from webapp.issues.secret_shapes import SCRUBBED, scrub_text

__all__ = ["SCRUBBED", "TOO_DEEP", "scrub"]

DEEPEST = 100
TOO_DEEP = "[nested too deep]"


def scrub(value: Any, keys: frozenset[str] = frozenset()) -> Any:
    """The value without secrets; `keys` are further names of secrets, as in `SCRUB_KEYS`."""
    return _scrub(value, frozenset(plain(key) for key in keys if plain(key)), 0)


def _scrub(value: Any, keys: frozenset[str], depth: int) -> Any:
    if isinstance(value, str):
        return scrub_text(value, keys)
    if not isinstance(value, Mapping | list | tuple):
        return value
    if depth >= DEEPEST:
        return TOO_DEEP
    if isinstance(value, Mapping):
        return {_name(name, keys): _under(name, v, keys, depth) for name, v in value.items()}
    return [_scrub(inner, keys, depth + 1) for inner in value]


def _name(name: Any, keys: frozenset[str]) -> Any:
    return scrub_text(name, keys) if isinstance(name, str) else name


def _under(name: Any, value: Any, keys: frozenset[str], depth: int) -> Any:
    """Nothing, yes and no are no secrets, and help to see what was wrong."""
    if value is None or isinstance(value, bool) or value == "":
        return value
    if isinstance(name, str) and is_secret(name, keys):
        return SCRUBBED
    return _scrub(value, keys, depth + 1)
