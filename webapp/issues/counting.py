"""Count a batch in its recurring issues: their hours, the names they touched, where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.issues import digest_statements as statements
from webapp.issues import lifecycle
from webapp.issues.arrivals import Batch, current_severity, hour_of, shortened
from webapp.issues.digest_statements import STANDING
from webapp.issues.gathering import Group
from webapp.issues.lifecycle import Arrival, Standing

Hours = Mapping[tuple[int, datetime], int]  # by fingerprint and the hour's beginning


@dataclass(frozen=True, slots=True)
class Counted:
    """A group with what it made of its issue.

    `standing` is None where it stands as before. `hours` has how many of each fingerprint each
    hour now counts.
    """

    group: Group
    batch: Batch
    standing: Standing | None
    hours: Hours

    @property
    def is_regressed(self) -> bool:
        """Whether it was resolved, and came back with this batch."""
        before: int = self.group.issue.regressions
        return self.standing is not None and self.standing.regressions > before


def count(groups: Sequence[Group], now: datetime) -> list[Counted]:
    """Add the groups to what was counted, and note what arrived of each issue; flushes."""
    by_fingerprint = [
        ({"recurring_issue_id": group.issue.id, "fingerprint_id": fingerprint_id}, batch)
        for group in groups
        for fingerprint_id, batch in group.batches.items()
    ]
    hours = statements.add_hours([r for own, b in by_fingerprint for r in _hour_rows(own, b)])
    statements.add_names([r for own, b in by_fingerprint for r in _name_rows(own, b)])
    statements.count_fingerprints([_fingerprint_row(own, b) for own, b in by_fingerprint])
    counted = [_judged(group, hours, now) for group in groups]
    for with_message in (False, True):
        rows = [_row(each, now) for each in counted if _tells_more(each) is with_message]
        statements.update_issues(rows, with_message=with_message)
    return counted


def _judged(group: Group, hours: Hours, now: datetime) -> Counted:
    issue, batch, this_hour = group.issue, group.batch, hour_of(now)
    arrival = Arrival(
        count=len(batch.occurrences),
        in_this_hour=0 if issue.ignored_hourly is None else statements.in_hour(issue.id, this_hour),
        severity=batch.worst,
        newest_at=batch.newest.at,
        is_ongoing=batch.is_ongoing,
    )
    return Counted(group, batch, lifecycle.arrive(Standing.of(issue), arrival, now), hours)


def _hour_rows(own: Mapping[str, int], batch: Batch) -> Iterator[dict[str, Any]]:
    for hour_at, count in sorted(batch.hours.items()):
        yield {**own, "hour_at": hour_at, "count": count}


def _name_rows(own: Mapping[str, int], batch: Batch) -> Iterator[dict[str, Any]]:
    for (what, name), moments in sorted(batch.names.items()):
        yield {
            **own,
            "what": what,
            "name": name,
            "count": len(moments),
            "first_seen_at": min(moments),
            "last_seen_at": max(moments),
        }


def _fingerprint_row(own: Mapping[str, int], batch: Batch) -> dict[str, Any]:
    return {
        "own_id": own["fingerprint_id"],
        "more": len(batch.occurrences),
        "oldest_at": batch.oldest_at,
        "newest_at": batch.newest.at,
    }


def _is_latest(counted: Counted) -> bool:
    """Whether it tells of later than what was told before."""
    return bool(counted.batch.newest.at >= counted.group.issue.last_seen_at)


def _tells_more(counted: Counted) -> bool:
    newest, issue = counted.batch.newest, counted.group.issue
    return _is_latest(counted) and shortened(newest.message) != issue.message


def _row(counted: Counted, now: datetime) -> dict[str, Any]:
    issue, batch = counted.group.issue, counted.batch
    newest = batch.newest
    last = newest if _is_latest(counted) else issue
    before = counted.standing or issue
    return {
        "issue_id": issue.id,
        "more": len(batch.occurrences),
        "new_first_seen_at": min(issue.first_seen_at, batch.oldest_at),
        "new_last_seen_at": max(issue.last_seen_at, newest.at),
        "new_severity": _severity(counted),
        "new_is_ongoing": issue.is_ongoing or batch.is_ongoing,
        "new_message": shortened(newest.message),
        "new_host": last.host,
        "new_service": last.service,
        "new_updated_at": now,
    } | {f"new_{name}": getattr(before, name) for name in STANDING}


def _severity(counted: Counted) -> Any:
    issue, batch = counted.group.issue, counted.batch
    if counted.group.is_new or counted.is_regressed:
        return batch.worst
    return current_severity(
        issue.severity, issue.last_seen_at, issue.is_ongoing, batch.worst, batch.newest.at
    )
