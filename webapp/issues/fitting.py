"""An occurrence made to fit its row, wherever it comes from: pure.

What is sent is checked when it is taken, and fits. What is found, in a job that failed or an
exception of our own, may hold anything, and is not to be lost over that.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from webapp.issues.bounds import (
    DEEPEST_CONTEXT,
    LARGEST_CONTEXT,
    LONGEST_MESSAGE,
    cut_in_the_middle,
)
from webapp.issues.kinds import IssueKind
from webapp.issues.occurrences import Occurrence

LONGEST_CODE = 100
LONGEST = {"subject": 255, "name": 255, "host": 255, "service": 100, "person": 255}
TEXTS = ("message", "traceback")
REPLACEMENT = "\ufffd"


def fitted(occurrence: Occurrence) -> Occurrence:
    """The occurrence as its row can hold it; the very same where it fits, as nearly all do."""
    changed: dict[str, Any] = {}
    for name in (*LONGEST, *TEXTS):
        value = getattr(occurrence, name)
        if value and (new := _fitted(name, value, occurrence.kind)) != value:
            changed[name] = new
    if occurrence.context is not None and not _is_fine(occurrence.context):
        changed["context"] = _fitted_context(occurrence.context)
    return replace(occurrence, **changed) if changed else occurrence


def storable(text: str) -> str:
    """The text without what no database keeps: NUL, and halves of characters."""
    if "\x00" in text:
        text = text.replace("\x00", REPLACEMENT)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _fitted(name: str, value: str, kind: IssueKind) -> str:
    value = storable(value)
    if name == "traceback":
        return cut_in_the_middle(value)
    if name == "message":
        return cut_in_the_middle(value, LONGEST_MESSAGE)
    is_code = kind is IssueKind.FAULT and name == "subject"
    longest = LONGEST_CODE if is_code else LONGEST[name]
    return value if len(value) <= longest else value[: longest - 1] + "…"


def _is_fine(context: Mapping[str, Any]) -> bool:
    try:
        text = orjson.dumps(context)
    except TypeError:
        return False
    return len(text) <= LARGEST_CONTEXT and b"\\u0000" not in text


def _fitted_context(context: Mapping[str, Any]) -> dict[str, Any]:
    found = {storable(str(key)): _plain(value, 1) for key, value in context.items()}
    if len(orjson.dumps(found)) <= LARGEST_CONTEXT:
        return found
    return {"left_out": "The context was too large to be kept."}


def _plain(value: Any, depth: int) -> Any:
    """The value as JSON that can be kept; what JSON does not know, as text."""
    if depth >= DEEPEST_CONTEXT:
        return storable(str(value))
    if isinstance(value, Mapping):
        return {storable(str(key)): _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner, depth + 1) for inner in value]
    if value is None or isinstance(value, bool | float):
        return value
    is_number = isinstance(value, int) and abs(value) < 2**53
    return value if is_number else storable(str(value))
