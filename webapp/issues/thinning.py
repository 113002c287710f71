"""Keep fewer occurrences of one recurring issue: by number, and by the size of all of them.

Generators of batches like those of `forgetting`, which lists them. The counts of a recurring
issue are not those of its rows, and stay.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_

from webapp.config import Settings
from webapp.core import clock
from webapp.core.db import db
from webapp.issues.lifecycle import Verb
from webapp.issues.models import IssueTransition
from webapp.issues.spreading import level, places_at, share, superfluous
from webapp.issues.stored import SORTS, Sort, execute

BATCH = 100  # rows of some thousand bytes each, far apart
WINDOW = 20_000  # occurrences of one issue that are looked at together
TURNS_SHARE = 4  # at most one in so many is kept because an issue came back with it
SLACK = 0.1  # above a limit before anything goes, so that not every one that comes makes one go


def forget_surplus(settings: Settings, now: datetime) -> Iterator[int]:
    """Occurrences of recurring issues that have more than OCCURRENCES_PER_ISSUE."""
    limit = settings.occurrences_per_issue
    for sort in SORTS:
        yield from _thin(sort, limit, int(limit * (1 + SLACK)), now)


def forget_oversize(settings: Settings, now: datetime) -> Iterator[int]:
    """Beyond OCCURRENCES_MAX_MB occurrences of those recurring issues that have most."""
    room = settings.occurrences_max_mb * 1_000_000
    if not room:
        return
    stored = [pair for sort in SORTS for pair in _weighed(sort)]
    if sum(count * weight for count, weight in stored) <= room:
        return
    limit = level(stored, room * (1 - SLACK))
    for sort in SORTS:
        yield from _thin(sort, limit, limit, now)


def _weighed(sort: Sort) -> list[tuple[int, float]]:
    """How many occurrences each recurring issue has, and what about one of them weighs."""
    mean_bytes = sort.mean_bytes()
    counted = select(func.count(sort.table.id)).group_by(sort.table.recurring_issue_id)
    return [(count, mean_bytes) for count in db.session.scalars(counted)] if mean_bytes else []


def _thin(sort: Sort, limit: int, above: int, now: datetime) -> Iterator[int]:
    """Leave about `limit` to each recurring issue that has more than `above`."""
    counted = (
        select(sort.table.recurring_issue_id, func.count(sort.table.id))
        .group_by(sort.table.recurring_issue_id)
        .having(func.count(sort.table.id) > above)
    )
    for issue_id, total in db.session.execute(counted).all():
        for gone in _superfluous(sort, issue_id, limit, total, now):
            yield execute(delete(sort.table).where(sort.table.id.in_(gone)))


def _superfluous(
    sort: Sort, issue_id: int, limit: int, total: int, now: datetime
) -> Iterator[list[int]]:
    """Batches of ids that may go, a window of time after the other."""
    key = tuple_(sort.at, sort.table.id)
    window = (
        select(sort.at, sort.table.id)
        .where(sort.table.recurring_issue_id == issue_id, sort.may_go(now))
        .order_by(sort.at, sort.table.id)
        .limit(WINDOW)
    )
    rows, turns = db.session.execute(window).all(), _turns(issue_id, limit)
    while rows:
        moments = [clock.to_ms(at) for at, _ in rows]
        keep = share(limit, total, len(rows))
        places = superfluous(moments, keep, places_at(moments, turns))
        ids = [rows[place].id for place in places]
        for start in range(0, len(ids), BATCH):
            yield ids[start : start + BATCH]
        last = tuple(rows[-1])
        rows = db.session.execute(window.where(key > last)).all() if len(rows) == WINDOW else []


def _turns(issue_id: int, limit: int) -> list[int]:
    """When the issue came back after it was settled (ms), the latest ones."""
    of_issue = IssueTransition.recurring_issue_id == issue_id
    query = select(IssueTransition.at).where(of_issue, IssueTransition.verb == Verb.RETURNED.value)
    latest = query.order_by(IssueTransition.at.desc()).limit(limit // TURNS_SHARE)
    return [clock.to_ms(at) for at in db.session.scalars(latest)]
