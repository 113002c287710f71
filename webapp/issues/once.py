"""Tell once of each thing that is wrong and has no place of its own to be marked in.

What was told is noted in the judge's marks, in the transaction that tells it; what is not there
any more is forgotten, and told again if it comes back.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.core.db import db
from webapp.issues.digesting import digest
from webapp.issues.leases import lock_mark
from webapp.issues.occurrences import Occurrence
from webapp.issues.recovering import recovered
from webapp.issues.rule_models import JudgeMark

AT_ONCE = 100
Made = Callable[[Sequence[str]], Mapping[str, Occurrence]]


def tell(mark: str, there: Collection[str], make: Made, now: datetime, *, lasts: bool) -> int:
    """Tell of those keys of `there` that are new, as `make` words them; how many.

    At most `AT_ONCE` are told; the others come with the next look. Of what `lasts` the issue
    recovers when none of its keys is there any more. No lock and one statement when nothing is new.
    """
    told = _told(db.session.scalar(select(JudgeMark.details).where(JudgeMark.name == mark)))
    if set(there) == told.keys():
        return 0
    found = lock_mark(mark)
    told = _told(found.details)
    new = sorted(set(there) - told.keys())[:AT_ONCE]
    gone = {told[key] for key in told.keys() - set(there)}
    kept = {key: issue_id for key, issue_id in told.items() if key in there}
    found.details = {"told": kept | _tell(new, make, now)}
    db.session.flush()
    if lasts and (over := sorted(filter(None, gone - set(found.details["told"].values())))):
        recovered(over, now)
    return len(new)


def note(mark: str, keys: Collection[str]) -> None:
    """Note these as told without a word: what is older than the judge is no news."""
    lock_mark(mark).details = {"told": dict.fromkeys(keys, 0)}
    db.session.flush()


def is_known(mark: str) -> bool:
    """Whether anything was ever looked at under this mark."""
    known = select(JudgeMark.details).where(JudgeMark.name == mark)
    return db.session.scalar(known) is not None


def _tell(new: Sequence[str], make: Made, now: datetime) -> dict[str, int]:
    made = make(new) if new else {}
    digested = digest(list(made.values()), now) if made else []
    issues = dict(zip(made, (each.recurring_issue_id for each in digested), strict=True))
    return {key: issues.get(key, 0) for key in new}


def _told(details: Mapping[str, Mapping[str, int]] | None) -> dict[str, int]:
    return dict((details or {}).get("told", {}))
