"""Occurrences made ready to be digested: scrubbed, and each with what it is grouped by.

This is most of the work, and needs no lock on anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import select

from webapp.core.db import db
from webapp.issues import fingerprints, scrubbing
from webapp.issues.fingerprints import Keys
from webapp.issues.fitting import fitted
from webapp.issues.grouping_rules import Rule
from webapp.issues.kinds import IssueKind
from webapp.issues.models import GroupingRule
from webapp.issues.occurrences import Occurrence

TEXTS = ("name", "message", "traceback")
LOOKED_AT = ("subject", *TEXTS, "severity", "host", "service", "person")


@dataclass(frozen=True, slots=True)
class Prepared:
    """An occurrence without secrets, and its fingerprints."""

    occurrence: Occurrence
    keys: Keys

    @property
    def fingerprint(self) -> tuple[IssueKind, str]:
        """The kind and the current fingerprint."""
        return self.occurrence.kind, self.keys.current.fingerprint

    @property
    def former(self) -> list[tuple[IssueKind, str]]:
        """The fingerprints that former versions would have given it."""
        return [(self.occurrence.kind, key.fingerprint) for key in self.keys.former]


def prepare(occurrences: Sequence[Occurrence]) -> list[Prepared]:
    """Scrub occurrences and fingerprint them."""
    return list(map(preparer(), occurrences)) if occurrences else []


def preparer() -> Callable[[Occurrence], Prepared]:
    """What prepares one occurrence of a batch; the rules are read once, here.

    In a storm many are alike: what was made of one is made once.
    """
    rules, secret, made = load_rules(), _secret_keys(), dict[Any, Keys]()
    scrub = cache(lambda text: scrubbing.scrub(text, secret))

    def prepare_one(occurrence: Occurrence) -> Prepared:
        clean = _without_secrets(fitted(occurrence), scrub, secret)
        like = _told(clean)
        if like is None or like not in made:
            keys = fingerprints.keys_of(clean, rules)
            if like is not None:
                made[like] = keys
            return Prepared(clean, keys)
        return Prepared(clean, made[like])

    return prepare_one


def scrubbed(value: Any) -> Any:
    """Anything that was sent, with what nobody should read blanked out."""
    return scrubbing.scrub(value, _secret_keys())


def load_rules() -> tuple[Rule, ...]:
    """What people decided about grouping, in order."""
    query = select(GroupingRule).order_by(GroupingRule.position, GroupingRule.id)
    return tuple(
        Rule(row.kind, row.matches, row.fingerprint, row.id) for row in db.session.scalars(query)
    )


def _without_secrets(
    occurrence: Occurrence, scrub: Callable[[str], str], secret: frozenset[str]
) -> Occurrence:
    """The same occurrence, with what nobody should read blanked out."""
    texts = {name: scrub(text) for name in TEXTS if (text := getattr(occurrence, name))}
    found = texts | {"context": scrubbing.scrub(occurrence.context, secret)}
    changed = {name: new for name, new in found.items() if new != getattr(occurrence, name)}
    return replace(occurrence, **changed) if changed else occurrence


def _told(occurrence: Occurrence) -> tuple[Any, ...] | None:
    """All that a fingerprint or a rule may look at; None where that is not worth comparing."""
    if occurrence.kind is IssueKind.OVERLOAD:
        return None
    return (occurrence.kind, occurrence.fingerprint, *(getattr(occurrence, n) for n in LOOKED_AT))


def _secret_keys() -> frozenset[str]:
    found: frozenset[str] = current_app.extensions["settings"].scrubbed_keys
    return found
