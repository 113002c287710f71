"""The three tables of occurrences, seen as one: when each came, and what it weighs."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, Text, and_, cast, func, or_, select

from webapp.core.db import db
from webapp.issues.models import Fault, OperationalIssue, Overload
from webapp.issues.occurrences import SENT

ROW_BYTES = 500  # of an occurrence beside its texts, with its indexes
WEIGHED = 1000
# So long it may be asked whether one of that origin is stored: by the judge, and by a sender whose
# answer got lost.
ORIGIN_DAYS = 2
SENT_HOURS = 1


@dataclass(frozen=True)
class Sort:
    """A table of occurrences, its moment, and its texts, which are most of its weight."""

    table: Any
    at: Any
    texts: tuple[Any, ...]

    def may_go(self, now: datetime) -> ColumnElement[bool]:
        """What may be forgotten: not what lasts, nor what may be told once more."""
        conditions: list[ColumnElement[bool]] = []
        if hasattr(self.table, "is_ongoing"):
            conditions.append(self.table.is_ongoing.is_(False))
        if hasattr(self.table, "origin"):
            conditions.append(_is_settled(self.table.origin, self.at, now))
        return and_(True, *conditions)

    def mean_bytes(self) -> float:
        """About how many bytes one of them takes, judged by some: to weigh all would read all."""
        ends = (select(end(self.table.id)).scalar_subquery() for end in (func.min, func.max))
        first, last = db.session.execute(select(*ends)).one()  # each along the index
        if first is None:
            return 0.0
        some = [random.randint(first, last) for _ in range(WEIGHED)]  # noqa: S311
        size = sum(func.coalesce(func.length(text), 0) for text in self.texts)
        mean = db.session.scalar(select(func.avg(size)).where(self.table.id.in_([*some, last])))
        return float(mean or 0) + ROW_BYTES


def _is_settled(origin: Any, at: Any, now: datetime) -> ColumnElement[bool]:
    sent = and_(origin.startswith(SENT), at < now - timedelta(hours=SENT_HOURS))
    return or_(origin.is_(None), sent, at < now - timedelta(days=ORIGIN_DAYS))


FAULTS = Sort(Fault, Fault.timestamp, (Fault.description, cast(Fault.context, Text)))
OVERLOADS = Sort(
    Overload, Overload.timestamp, (cast(Overload.processes, Text), cast(Overload.context, Text))
)
OPERATIONAL_ISSUES = Sort(
    OperationalIssue,
    OperationalIssue.created_at,
    (
        OperationalIssue.error_message,
        OperationalIssue.traceback,
        cast(OperationalIssue.context, Text),
    ),
)
SORTS = (FAULTS, OVERLOADS, OPERATIONAL_ISSUES)


def execute(statement: Delete) -> int:
    """Delete, and say how many rows went."""
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)  # type: ignore[attr-defined]
