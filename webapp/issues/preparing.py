"""Occurrences made ready to be digested: scrubbed, and each with what it is grouped by.

This is most of the work, and needs no lock on anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app
from sqlalchemy import select

from webapp.core.db import db
from webapp.issues import fingerprints, scrubbing
from webapp.issues.fingerprints import Keys
from webapp.issues.grouping_rules import Rule
from webapp.issues.kinds import IssueKind
from webapp.issues.models import GroupingRule
from webapp.issues.occurrences import Occurrence


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
    """What prepares one occurrence; the rules are read once, here."""
    rules, keys = load_rules(), _secret_keys()

    def prepare_one(occurrence: Occurrence) -> Prepared:
        clean = without_secrets(occurrence, keys)
        return Prepared(clean, fingerprints.keys_of(clean, rules))

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


def without_secrets(occurrence: Occurrence, keys: frozenset[str]) -> Occurrence:
    """The same occurrence, with what nobody should read blanked out."""
    names = ("name", "message", "traceback", "context")
    found = {name: scrubbing.scrub(getattr(occurrence, name), keys) for name in names}
    changed = {name: new for name, new in found.items() if new != getattr(occurrence, name)}
    return replace(occurrence, **changed) if changed else occurrence


def _secret_keys() -> frozenset[str]:
    found: frozenset[str] = current_app.extensions["settings"].scrubbed_keys
    return found
