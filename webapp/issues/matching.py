"""Which series a rule watches: patterns of sources and labels, with * for anything. Pure."""

from collections.abc import Mapping
from typing import Any


def fits(
    source_pattern: str | None,
    label_patterns: Mapping[str, Any],
    source: str,
    labels: Mapping[str, Any],
) -> bool:
    """Whether a series of that source, with those labels, is one that the patterns mean.

    Each label that has a pattern has to be there and fit; one with an empty pattern must not be
    there. Labels without a pattern, and a source without one, may be anything.
    """
    if source_pattern is not None and not is_like(source_pattern, source):
        return False
    return all(
        is_like(str(pattern), str(labels.get(name, ""))) and bool(labels.get(name)) == bool(pattern)
        for name, pattern in label_patterns.items()
    )


def is_like(pattern: str, text: str) -> bool:
    """Whether the whole text fits the pattern; capitals count. As quick for any pattern."""
    first, *between = pattern.split("*")
    if not between:
        return pattern == text
    last = between.pop()
    if len(first) + len(last) > len(text) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in between:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
