"""Was the schedule kept? Read from the checks themselves: which slots were held and how late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from bench.product import percentile
from webapp.websites.models import MonitorCheck
from webapp.websites.timing import next_due

ONTIME_MS = 1000
_columns = MonitorCheck.__table__.c


@dataclass(frozen=True)
class Held:
    """The slots of a span of time: how many there were, how many had no check, how late each."""

    slots: int
    skipped: int
    twice: int
    late_ms: Sequence[float]

    def __str__(self) -> str:
        p50, p99 = (percentile(self.late_ms, share) for share in (0.5, 0.99))
        late = f"late p50 {p50:.0f} ms, p99 {p99:.0f} ms"
        return f"{self.slots} slots, {self.skipped} skipped, {self.twice} checked twice, {late}"


class Checks:
    """All checks since a moment, by website."""

    def __init__(self, database_url: str, since: datetime) -> None:
        url = database_url.replace("postgresql://", "postgresql+psycopg://")
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            query = sa.select(_columns.website_id, _columns.checked_at, _columns.late_ms)
            rows = connection.execute(query.where(_columns.checked_at >= since))
            self.rows = [(i, at, late) for i, at, late in rows]
        engine.dispose()

    def held(self, count: int, interval_s: int, since: datetime, until: datetime) -> Held:
        """How the slots of websites 1 to `count` in [since, until) were held."""
        found: dict[tuple[int, datetime], float] = {}
        twice = 0
        for website, at, late in self.rows:
            slot = self.slot(website, interval_s, at, late)
            twice += (website, slot) in found and since <= slot < until
            found.setdefault((website, slot), late)
        wanted = [
            (website, slot)
            for website in range(1, count + 1)
            for slot in _slots(website, interval_s, since, until)
        ]
        late_ms = [found[key] for key in wanted if key in found]
        return Held(len(wanted), len(wanted) - len(late_ms), twice, late_ms or [0.0])

    def slot(self, website: int, interval_s: int, at: datetime, late: int) -> datetime:
        """The slot that a check was for."""
        due = at - timedelta(milliseconds=late)
        return next_due(website, interval_s, due - timedelta(milliseconds=2))

    def deviations_ms(self, interval_s: int, since: datetime) -> list[float]:
        """How far apart, less the interval, neighbouring checks of a website began."""
        begun: dict[int, list[datetime]] = {}
        for website, at, _ in self.rows:
            if at >= since:
                begun.setdefault(website, []).append(at)
        return [
            1000 * abs((later - earlier).total_seconds() - interval_s)
            for moments in begun.values()
            for earlier, later in pairwise(sorted(moments))
        ]

    def settled_after_s(
        self, count: int, interval_s: int, since: datetime, until: datetime
    ) -> float:
        """Seconds after `since` from which on every slot was held, and on time."""
        good = {
            (website, self.slot(website, interval_s, at, late))
            for website, at, late in self.rows
            if late < ONTIME_MS
        }
        missed = [
            slot
            for website in range(1, count + 1)
            for slot in _slots(website, interval_s, since, until)
            if (website, slot) not in good
        ]
        return (max(missed) - since).total_seconds() if missed else 0.0


def _slots(website: int, interval_s: int, since: datetime, until: datetime) -> list[datetime]:
    found, slot = [], next_due(website, interval_s, since)
    while slot < until:
        found.append(slot)
        slot += timedelta(seconds=interval_s)
    return found


def now() -> datetime:
    """The current moment."""
    return datetime.now(UTC)
