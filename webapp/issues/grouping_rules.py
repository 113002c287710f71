"""What people decided about what belongs together: which occurrences a rule is for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.issues.kinds import IssueKind
from webapp.issues.occurrences import Occurrence
from webapp.issues.tracebacks import parse

DEFAULT = "{{ default }}"
FIELDS = {
    "subject": "subject", "task": "subject", "error_code": "subject", "component": "subject",
    "name": "name", "message": "message", "severity": "severity", "host": "host",
    "service": "service", "person": "person", "traceback": "traceback",
}  # fmt: skip
EXCEPTION = "exception"
LONGEST_LOOKED_AT = 10_000
PLACE = re.compile(r"\{\{ *default *\}\}|\{(\w{1,40})\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: an occurrence of `kind` that fits all of `matches` gets `fingerprint`.

    `matches` are patterns by field, in which * stands for anything; case does not matter.
    """

    kind: IssueKind
    matches: Mapping[str, str]
    fingerprint: str
    id: int | None = None

    def fits(self, occurrence: Occurrence) -> bool:
        """Whether this rule is for that occurrence; one without patterns is for none."""
        return (
            occurrence.kind is self.kind
            and bool(self.matches)
            and all(
                is_like(pattern, value_of(occurrence, field))
                for field, pattern in self.matches.items()
            )
        )

    @property
    def names(self) -> list[str]:
        """The names in {} of its fingerprint."""
        return [found[1] for found in PLACE.finditer(self.fingerprint) if found[1]]

    @property
    def needs_traceback(self) -> bool:
        """Whether what it says of an occurrence may depend on the traceback."""
        asked = {*self.matches, *self.names}
        return bool(asked & {EXCEPTION, "traceback"}) or "{{" in self.fingerprint

    def parts(self, occurrence: Occurrence) -> tuple[str, ...]:
        """Its fingerprint for that occurrence, the names in {} filled in."""
        filled = PLACE.sub(
            lambda found: value_of(occurrence, found[1]) if found[1] else f"\0{DEFAULT}\0",
            self.fingerprint,
        )
        return tuple(part for part in filled.split("\0") if part)


def value_of(occurrence: Occurrence, field: str) -> str:
    """What the occurrence has in a field of `FIELDS`; empty for none and for unknown ones.

    The field `EXCEPTION` is the type that its traceback ends with.
    """
    if field == EXCEPTION:
        trace = parse(occurrence.traceback)
        return trace.exception_type if trace else ""
    name = FIELDS.get(field)
    value = getattr(occurrence, name) if name else None
    return str(getattr(value, "value", value) or "")[:LONGEST_LOOKED_AT]


def is_like(pattern: str, text: str) -> bool:
    """Whether all of the text fits the pattern, in which * stands for anything."""
    first, *others = pattern.casefold().split("*")
    text = text.casefold()
    if not others:
        return text == first
    last = others.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    if not text.endswith(last):
        return False
    return _in_order(others, text, len(first), len(text) - len(last))


def _in_order(pieces: list[str], text: str, start: int, end: int) -> bool:
    for piece in pieces:
        start = text.find(piece, start, end)
        if start < 0:
            return False
        start += len(piece)
    return True
