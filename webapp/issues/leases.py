"""The lease of the judge: of all processes of the installation one judges at a time.

It keeps others from doing the same work. That nothing is judged twice, should one who lost the
lease go on for a moment, is for the rows: who writes locks the mark and looks again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.db import begin_to_write, db
from webapp.issues.rule_models import JudgeMark

JUDGE = "judge"
LEASE = timedelta(seconds=10)


@dataclass
class Lease:
    """What a process, `holder`, knows of its hold on the judge's place."""

    holder: str
    until: datetime | None = None

    def take(self, now: datetime) -> bool:
        """Take the lease, or renew it at half-time; whether it is ours. Mostly no statement."""
        if self.until is not None and now < self.until - LEASE / 2:
            return True
        self.until = now + LEASE if _take(self.holder, now) else None
        return self.until is not None

    def is_ending(self, now: datetime) -> bool:
        """Whether it has to be renewed before more is done under it."""
        return self.until is None or now >= self.until - LEASE / 2

    def leave(self) -> None:
        """Give it back, so that a successor need not wait."""
        self.until = None
        mine = (JudgeMark.name == JUDGE) & (JudgeMark.held_by == self.holder)
        db.session.execute(update(JudgeMark).where(mine).values(held_until=None, held_by=None))


def lock_mark(name: str = JUDGE) -> JudgeMark:
    """The mark of that name for this transaction alone: who reads and then writes asks for it."""
    begin_to_write()
    found = select(JudgeMark).where(JudgeMark.name == name).with_for_update()
    fresh = found.execution_options(populate_existing=True)
    mark = db.session.scalar(fresh)
    if mark is None:
        _add(name)
        mark = db.session.scalars(fresh).one()
    return mark


def _take(holder: str, now: datetime) -> bool:
    columns = select(JudgeMark.held_by, JudgeMark.held_until).where(JudgeMark.name == JUDGE)
    known = db.session.execute(columns).one_or_none()
    if known is None:
        _add(JUDGE)
    elif known.held_until and known.held_until > now and known.held_by != holder:
        return False
    free = or_(
        JudgeMark.held_until.is_(None),
        JudgeMark.held_until <= now,
        JudgeMark.held_by == holder,
    )
    taken = db.session.execute(
        update(JudgeMark)
        .where(JudgeMark.name == JUDGE, free)
        .values(held_by=holder, held_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _add(name: str) -> None:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    db.session.execute(
        dialect.insert(JudgeMark).on_conflict_do_nothing(), [{"name": name, "position": 0}]
    )
