"""From which status to which a recurring issue may go, and what brings it there: pure.

People acknowledge, resolve, reopen and ignore. The judge resolves what lasts no longer
(`recovered`) and reopens what comes back (`returned`). Everything else is refused in a sentence.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import Enum
from math import sqrt
from typing import Any

from webapp.issues.kinds import IssueStatus, Severity

OPEN, ACKNOWLEDGED, RESOLVED, IGNORED = IssueStatus
SPREADS = 3  # so many standard deviations of a Poisson process are no chance any more
LEAST_GROWTH = 5


class Verb(str, Enum):
    """What takes a recurring issue from one status to another."""

    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    IGNORE = "ignore"
    RECOVERED = "recovered"
    RETURNED = "returned"


STEPS: dict[Verb, tuple[frozenset[IssueStatus], IssueStatus]] = {
    Verb.ACKNOWLEDGE: (frozenset({OPEN}), ACKNOWLEDGED),
    Verb.UNACKNOWLEDGE: (frozenset({ACKNOWLEDGED}), OPEN),
    Verb.RESOLVE: (frozenset({OPEN, ACKNOWLEDGED, IGNORED}), RESOLVED),
    Verb.REOPEN: (frozenset({RESOLVED, IGNORED}), OPEN),
    Verb.IGNORE: (frozenset({OPEN, ACKNOWLEDGED, IGNORED}), IGNORED),
    Verb.RECOVERED: (frozenset({OPEN, ACKNOWLEDGED}), RESOLVED),
    Verb.RETURNED: (frozenset({RESOLVED, IGNORED}), OPEN),
}
REFUSALS: dict[tuple[Verb, IssueStatus], str] = {
    (Verb.ACKNOWLEDGE, ACKNOWLEDGED): "It is acknowledged already.",
    (Verb.ACKNOWLEDGE, RESOLVED): "It is resolved: reopen it first.",
    (Verb.ACKNOWLEDGE, IGNORED): "It is ignored: reopen it first.",
    (Verb.RESOLVE, RESOLVED): "It is resolved already.",
    (Verb.REOPEN, OPEN): "It is open already.",
    (Verb.REOPEN, ACKNOWLEDGED): "It is not settled: take the acknowledgement back instead.",
    (Verb.IGNORE, RESOLVED): "It is resolved: reopen it first.",
}
LASTS = "It still lasts: acknowledge or ignore it. It is resolved by itself as soon as it is over."


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a recurring issue is; the names are those of the columns of `RecurringIssue`.

    `occurrences` and `severity` are of before what arrives. `status_since_at` and `severity` may
    be left out where they are not known.
    """

    status: IssueStatus
    is_regressed: bool = False
    regressions: int = 0
    occurrences: int = 0
    ignored_until_at: datetime | None = None
    ignored_until_count: int | None = None
    ignored_hourly: float | None = None
    is_ongoing: bool = False
    status_since_at: datetime | None = None
    severity: Severity | None = None

    @classmethod
    def of(cls, issue: Any) -> "Standing":
        """The standing of a row, or of whatever has these attributes."""
        return cls(**{field.name: getattr(issue, field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A batch of occurrences of one recurring issue.

    `in_this_hour` counts what came in the current hour, this batch included, and `severity` is
    the worst of the batch. `newest_at` is when the newest of it happened, None for now: what is
    only told late does not reopen what was resolved since. `is_ongoing` says that one lasts.
    """

    count: int
    in_this_hour: int
    severity: Severity
    newest_at: datetime | None = None
    is_ongoing: bool = False


def arrive(standing: Standing, batch: Arrival, now: datetime) -> Standing | None:
    """What an arriving batch makes of a standing, None where it changes nothing.

    Counting is left to the caller: `occurrences` stays what it was.
    """
    if standing.status is RESOLVED and not _is_old_news(standing, batch):
        reopened = _moved(standing, OPEN, now)
        return replace(reopened, is_regressed=True, regressions=standing.regressions + 1)
    if standing.status is IGNORED and _is_ignored_no_longer(standing, batch, now):
        return _moved(standing, OPEN, now)
    return None


def refusal(verb: Verb, standing: Standing) -> str | None:
    """Why the verb is refused, None where it is legal."""
    if verb is Verb.RESOLVE and standing.is_ongoing and standing.status is not RESOLVED:
        return LASTS
    if standing.status in STEPS[verb][0]:
        return None
    return REFUSALS.get((verb, standing.status), f"It is {standing.status.value}.")


def stepped(verb: Verb, standing: Standing, now: datetime) -> Standing:
    """The standing after a legal verb; what it is ignored until is for the caller to add."""
    status = STEPS[verb][1]
    if status is standing.status:
        return replace(standing, **NOT_IGNORED)
    is_regressed = standing.is_regressed and {standing.status, status} == {OPEN, ACKNOWLEDGED}
    return replace(_moved(standing, status, now), is_regressed=is_regressed)


def lasts_on(standing: Standing, now: datetime) -> bool:
    """Whether one that was ignored for a time lasts beyond it: that counts as coming again."""
    until_at = standing.ignored_until_at
    is_over = standing.status is IGNORED and until_at is not None and now >= until_at
    return is_over and standing.is_ongoing


def clearly_more_than(usual: float) -> float:
    """More in an hour than this is clearly more than `usual` in an hour.

    Twice as much, and for small numbers also more than chance: three standard deviations of a
    Poisson process above its mean, and five more.
    """
    return max(2 * usual, usual + SPREADS * sqrt(usual) + LEAST_GROWTH)


NOT_IGNORED: dict[str, Any] = {
    "ignored_until_at": None,
    "ignored_until_count": None,
    "ignored_hourly": None,
}


def _moved(standing: Standing, status: IssueStatus, now: datetime) -> Standing:
    return replace(standing, status=status, status_since_at=now, **NOT_IGNORED)


def _is_old_news(standing: Standing, batch: Arrival) -> bool:
    since_at, newest_at = standing.status_since_at, batch.newest_at
    if batch.is_ongoing or since_at is None or newest_at is None:
        return False
    return newest_at <= since_at


def _is_ignored_no_longer(standing: Standing, batch: Arrival, now: datetime) -> bool:
    until_at, until_count = standing.ignored_until_at, standing.ignored_until_count
    if until_at is not None and now >= until_at:
        return batch.newest_at is None or batch.newest_at >= until_at or batch.is_ongoing
    if until_count is not None and standing.occurrences + batch.count >= until_count:
        return True
    return standing.ignored_hourly is not None and _has_grown(standing, batch)


def _has_grown(standing: Standing, batch: Arrival) -> bool:
    """Whether it comes clearly more often than usual, or is worse than it ever was."""
    is_worse = standing.severity is not None and batch.severity.rank > standing.severity.rank
    return is_worse or batch.in_this_hour > clearly_more_than(standing.ignored_hourly or 0)
