"""Verbs that bring faults in line with facts: what is wrong has a fault that lasts, and only that.

What lasts is found by its key, the part of its origin before `@`; what follows makes each time of
it an origin of its own. A look that finds nothing new writes and locks nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, text

from webapp.core import clock
from webapp.core.db import db
from webapp.issues import ending
from webapp.issues.digesting import digest
from webapp.issues.kinds import IssueKind
from webapp.issues.leases import lock_mark
from webapp.issues.models import Fault
from webapp.issues.occurrences import Occurrence

LONGEST_KEY = 130
IS_ONGOING = text("faults.is_ongoing")  # as the partial index has it, or SQLite would not use it


@dataclass(frozen=True)
class Found:
    """What a look at the facts found, by key.

    `wrong` is what is wrong now. What is open and not wrong any more has ended, at the moment in
    `ended` where that is known. `unsure` stays as it is: nobody can tell, or it goes on. `passed`
    began and ended between two looks: its fault, which has an origin, with its end.
    """

    wrong: Mapping[str, Occurrence]
    ended: Mapping[str, datetime] = field(default_factory=dict)
    unsure: Collection[str] = ()
    passed: Mapping[str, tuple[Occurrence, datetime]] = field(default_factory=dict)


Look = Callable[[Collection[str]], Found]


def key_of(*names: object) -> str:
    """The key of something with that name, however long."""
    key = ":".join(str(name) for name in names).replace("@", "_")
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[: LONGEST_KEY - 33]}:{sha256(key.encode()).hexdigest()[:32]}"


def reconcile(prefix: str, look: Look, now: datetime) -> int:
    """Open and end the faults whose keys begin with `prefix:`; how many. `look` gets the open keys.

    Whoever finds something to do looks again with the judge's mark locked: two judges at once do
    not tell the same twice.
    """
    is_open = ongoing(prefix)
    if not _differs(look(is_open.keys()), is_open):
        return 0
    lock_mark()
    is_open = ongoing(prefix)
    return _follow(look(is_open.keys()), is_open, now)


def ongoing(prefix: str) -> dict[str, str]:
    """The origin of each fault that lasts and whose key begins with `prefix:`, by key."""
    mine = select(Fault.origin).where(IS_ONGOING, Fault.origin.startswith(f"{prefix}:"))
    origins = [origin for origin in db.session.scalars(mine) if origin is not None]
    return {origin.split("@", 1)[0]: origin for origin in origins}


def _differs(found: Found, is_open: Mapping[str, str]) -> bool:
    return bool(found.passed or found.wrong.keys() - is_open.keys() or _over(found, is_open))


def _over(found: Found, is_open: Mapping[str, str]) -> set[str]:
    return is_open.keys() - found.wrong.keys() - set(found.unsure)


def _follow(found: Found, is_open: Mapping[str, str], now: datetime) -> int:
    begun = [
        replace(occurrence, origin=occurrence.origin or _origin(key, now), is_ongoing=True)
        for key, occurrence in found.wrong.items()
        if key not in is_open
    ]
    passed = [(replace(each, is_ongoing=True), at) for each, at in found.passed.values()]
    if begun or passed:
        digest([*begun, *(each for each, _ in passed)], now, keeps_all=True)
    over = [(is_open[key], found.ended.get(key, now)) for key in sorted(_over(found, is_open))]
    ends = over + [(each.origin, at) for each, at in passed if each.origin]
    for origin, at in ends:
        ending.end(IssueKind.FAULT, [origin], at, now)
    return len(begun) + len(ends)


def _origin(key: str, now: datetime) -> str:
    return f"{key}@{clock.to_ms(now)}"
