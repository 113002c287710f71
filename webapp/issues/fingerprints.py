"""What holds occurrences together: the same keys for the same trouble, whoever tells of it.

Fingerprints have a version, so that a better way of making them does not split the past: a change
of what goes into one raises `VERSION` and leaves the way before among `FORMER`; what was found by
a former key stays with its recurring issue. What a rule or the sender set has no version.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from webapp.issues import trace_parts
from webapp.issues.frames import Trace
from webapp.issues.grouping_rules import DEFAULT, Rule
from webapp.issues.kinds import IssueKind
from webapp.issues.normalising import normalise
from webapp.issues.occurrences import Occurrence
from webapp.issues.outages import Outage, outage_in
from webapp.issues.trace_parts import Part
from webapp.issues.tracebacks import parse

VERSION = 1
LONGEST_TITLE = 255
SPEECHLESS = frozenset((
    "", "ERROR", "FAULT", "FAILURE", "UNKNOWN", "UNKNOWN_ERROR", "INTERNAL_ERROR", "EXCEPTION",
    "GENERAL_ERROR", "GENERIC", "GENERIC_ERROR", "OTHER", "MISC", "500",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """One fingerprint (64 hex digits), what it was made of for people, and what to call it."""

    version: int
    fingerprint: str
    made_of: dict[str, Any]
    title: str
    subject: str


@dataclass(frozen=True, slots=True)
class Keys:
    """What an occurrence is found by now, and what it would have been found by before."""

    current: Key
    former: tuple[Key, ...] = ()


def keys_of(occurrence: Occurrence, rules: Sequence[Rule] = ()) -> Keys:
    """The keys of an occurrence; the first rule that fits comes before what the sender set."""
    trace = _trace_of(occurrence)
    title = _title(occurrence, trace)
    rule = next((rule for rule in rules if rule.fits(occurrence)), None)
    made = [_key(occurrence, trace, rule, title, version) for version in MADE_BY]
    return Keys(made[0], tuple(key for key in made[1:] if key.fingerprint != made[0].fingerprint))


def _trace_of(occurrence: Occurrence) -> Trace | None:
    """Some send the traceback as the message."""
    if occurrence.kind is not IssueKind.OPERATIONAL:
        return None
    if (trace := parse(occurrence.traceback)) is not None:
        return trace
    return parse(occurrence.message) if "\n" in occurrence.message else None


def _key(
    occurrence: Occurrence, trace: Trace | None, rule: Rule | None, title: str, version: int
) -> Key:
    parts = MADE_BY[version](occurrence, trace)
    made_of: dict[str, Any] = {"by": "default", "parts": [list(part) for part in parts]}
    fingerprint = _digest("default", *(f"{name}\x1e{value}" for name, value in parts))
    said = rule.parts(occurrence) if rule else occurrence.fingerprint
    if said:
        by = "rule" if rule else "sender"
        made_of |= {"by": by, "said": list(said)} | ({"rule_id": rule.id} if rule else {})
        if not any(_is_default(part) for part in said):
            made_of["parts"] = []
        fingerprint = _digest("said", *(fingerprint if _is_default(p) else p for p in said))
    return Key(version, fingerprint, made_of, title, occurrence.subject[:LONGEST_TITLE])


def _is_default(part: str) -> bool:
    return part.startswith("{{") and part.strip("{} ") == DEFAULT.strip("{} ")


def _digest(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _title(occurrence: Occurrence, trace: Trace | None) -> str:
    """What the trouble is called: the exception where there is one, else what was said of it."""
    first_line = occurrence.message.strip().split("\n", 1)[0].strip()
    if occurrence.kind is IssueKind.OVERLOAD:
        place = occurrence.host or occurrence.service
        title = f"{occurrence.subject} on {place}" if place else occurrence.subject
    elif trace is not None:
        told = trace.message.split("\n", 1)[0]
        title = f"{trace.told.short_type}: {told}" if told else trace.told.short_type
    elif occurrence.kind is IssueKind.OPERATIONAL and first_line:
        title = f"{occurrence.name}: {first_line}" if occurrence.name else first_line
    else:
        title = first_line or occurrence.name or occurrence.subject
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _parts_v1(occurrence: Occurrence, trace: Trace | None) -> list[Part]:
    if occurrence.kind is IssueKind.FAULT:
        return _parts_of_fault(occurrence)
    if occurrence.kind is IssueKind.OVERLOAD:
        rule_id = occurrence.measured.get("rule_id")
        return [*_place("component", occurrence), ("rule", str(rule_id or ""))]
    outage = outage_in(occurrence.message) if trace is None else trace_parts.outage_of(trace)
    if outage is not None:
        return _parts_of_outage(outage, occurrence)
    if trace is not None:
        parts = trace_parts.of(trace)
        return parts if len(parts) > 1 else [*parts, ("task", _task(occurrence))]
    return [
        ("name", normalise(occurrence.name)),
        ("task", _task(occurrence)),
        ("message", normalise(occurrence.message)),
    ]


def _parts_of_outage(outage: Outage, occurrence: Occurrence) -> list[Part]:
    named = (
        ("outage", outage.kind),
        ("address", outage.address),
        ("host", occurrence.host if outage.is_local else None),
        ("service", occurrence.service if not outage.address else None),
    )
    return [(name, value) for name, value in named if value]


def _parts_of_fault(occurrence: Occurrence) -> list[Part]:
    parts = _place("error code", occurrence)
    if occurrence.subject.upper() in SPEECHLESS:
        parts.append(("description", normalise(occurrence.message)))
    return parts


def _place(what: str, occurrence: Occurrence) -> list[Part]:
    named = ((what, occurrence.subject), ("host", occurrence.host), ("service", occurrence.service))
    return [(name, value) for name, value in named if value]


def _task(occurrence: Occurrence) -> str:
    return normalise(occurrence.subject)


MADE_BY: dict[int, Callable[[Occurrence, Trace | None], list[Part]]] = {VERSION: _parts_v1}
