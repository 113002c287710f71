"""Which periods a website's time consists of: what checks say, maintenance laid over. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from webapp.websites.statuses import PeriodStatus


class Change(NamedTuple):
    """From `at` on the website is `status`, as far as checks and people say."""

    at: datetime
    status: PeriodStatus
    cause: str | None = None


@dataclass(frozen=True)
class Maintenance:
    """A time in which what checks say does not count."""

    starts_at: datetime
    ends_at: datetime
    note: str | None = None


@dataclass(frozen=True)
class Stretch:
    """A time with one status; the last one of a website has no end."""

    status: PeriodStatus
    started_at: datetime
    ended_at: datetime | None = None
    cause: str | None = None


def changed(base: Sequence[Change], changes: Iterable[Change]) -> list[Change]:
    """`base` with what is now known to have been otherwise, from the time of each change on."""
    known = list(base)
    for change in changes:
        known = [c for c in known if c.at < change.at] + [change]
    return known


def laid(base: Sequence[Change], windows: Sequence[Maintenance], now: datetime) -> list[Stretch]:
    """The stretches from the first of `base` on: maintenance covers everything but a pause."""
    since = base[0].at
    edges = {edge for w in windows for edge in (w.starts_at, w.ends_at) if since < edge <= now}
    marks = sorted(edges | {change.at for change in base})
    found: list[Change] = []
    for at in marks:
        here = _at(at, base, windows)
        if not found or found[-1].status is not here.status:
            found.append(here)
    ends: list[datetime | None] = [change.at for change in found[1:]]
    return [
        Stretch(change.status, change.at, ended_at, change.cause)
        for change, ended_at in zip(found, [*ends, None], strict=True)
    ]


def _at(at: datetime, base: Sequence[Change], windows: Sequence[Maintenance]) -> Change:
    said = [change for change in base if change.at <= at][-1]
    covering = [w for w in windows if w.starts_at <= at < w.ends_at]
    if said.status is PeriodStatus.PAUSED or not covering:
        return Change(at, said.status, said.cause)
    return Change(at, PeriodStatus.MAINTENANCE, covering[0].note)
