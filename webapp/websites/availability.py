"""How much of the time a website was up, weighted by time and not by counting checks. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

NOTHING = timedelta()


@dataclass(frozen=True)
class Observation:
    """What a check found: up, not up, or (None) nothing that counts."""

    at: datetime
    is_up: bool | None


def uptime_percentage(
    observations: Iterable[Observation], since: datetime, until: datetime, *, holds: timedelta
) -> float | None:
    """Percent of the observed time in [since, until) that was up; None when nothing was observed.

    An observation holds until the next one, but no longer than `holds`: what lies beyond was not
    looked at and counts neither way. `observations` are in order of time; the last one before
    `since` may be among them.
    """
    end = Observation(until, None)
    up = observed = NOTHING
    for this, following in pairwise([*observations, end]):
        if this.is_up is None:
            continue
        begins = max(this.at, since)
        ends = min(following.at, this.at + holds, until)
        length = max(ends - begins, NOTHING)
        observed += length
        up += length if this.is_up else NOTHING
    return 100 * (up / observed) if observed else None
