"""The verb for what is over: ongoing faults and overloads end, and with the last one their issue.

Call it once in a transaction, after `digesting.digest` where both are called: both lock issues.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Table, case, exists, literal, or_, select, update

from webapp.core.db import db
from webapp.issues import belonging, recovering
from webapp.issues.digest_statements import TABLES
from webapp.issues.kinds import IssueKind
from webapp.issues.models import RecurringIssue

_issues: Table = RecurringIssue.__table__  # type: ignore[assignment]
LASTING = (IssueKind.FAULT, IssueKind.OVERLOAD)


def end(kind: IssueKind, ids_or_origins: Collection[int | str], at: datetime, now: datetime) -> int:
    """End the ongoing ones of these ids or origins at `at`, and say how many those were; flushes.

    One that is over, or was never stored, changes nothing. An issue of which nothing lasts any
    more is told so, and resolved if people left it to the judge.
    """
    belonging.stands_still()
    table = TABLES[kind]
    ongoing = _ongoing(table, ids_or_origins)
    query = select(table.c.recurring_issue_id).where(*ongoing).distinct()
    issue_ids = _locked(sorted(db.session.scalars(query)))
    if not issue_ids:
        return 0
    # What began later than it is said to end was over at once.
    began_at = table.c.timestamp
    said_at = literal(at, began_at.type)
    ended_at = case((began_at > said_at, began_at), else_=said_at)
    changes = {"is_ongoing": False, "ended_at": ended_at}
    ended = db.session.execute(update(table).where(*ongoing).values(changes))
    recovered = _settle(issue_ids, now)
    if recovered:
        recovering.recovered(recovered, now)
    return int(ended.rowcount)  # type: ignore[attr-defined]


def _ongoing(table: Table, ids_or_origins: Collection[int | str]) -> tuple[Any, ...]:
    ids = [each for each in ids_or_origins if isinstance(each, int)]
    origins = [each for each in ids_or_origins if isinstance(each, str)]
    named = or_(table.c.id.in_(ids), table.c.origin.in_(origins))
    return table.c.is_ongoing, named


def _locked(issue_ids: Collection[int]) -> list[int]:
    query = select(_issues.c.id).where(_issues.c.id.in_(issue_ids)).order_by(_issues.c.id)
    return list(db.session.scalars(query.with_for_update(key_share=True)))


def _settle(issue_ids: Collection[int], now: datetime) -> list[int]:
    """Say of issues of which nothing lasts any more that they do not; which those are."""
    lasting = [
        exists().where(TABLES[kind].c.recurring_issue_id == _issues.c.id, TABLES[kind].c.is_ongoing)
        for kind in LASTING
    ]
    query = (
        update(_issues)
        .where(_issues.c.id.in_(issue_ids), _issues.c.is_ongoing, ~or_(*lasting))
        .values(is_ongoing=False, updated_at=now, version=_issues.c.version + 1)
        .returning(_issues.c.id)
    )
    return sorted(db.session.scalars(query))
