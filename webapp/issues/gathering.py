"""Which recurring issue each occurrence of a batch belongs to; what is new is made.

Two batches may do this at once. The unique fingerprint decides who makes an issue, and the rows
of the issues are locked in the order of their ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from webapp.core.problems import Problem
from webapp.issues import digest_statements as statements
from webapp.issues.arrivals import Batch, shortened
from webapp.issues.digest_statements import Fingerprint
from webapp.issues.kinds import IssueStatus
from webapp.issues.models import LONGEST_NAME
from webapp.issues.occurrences import Occurrence
from webapp.issues.preparing import Prepared

ATTEMPTS = 3
Place = Row[Any]  # a fingerprint and its recurring issue, as `locked` reads them


@dataclass(frozen=True, slots=True)
class Group:
    """The occurrences of a batch that belong to one recurring issue, by their number in it.

    `issue` is as it was before, `fingerprint_ids` says which of its fingerprints each has.
    """

    issue: Place
    members: Mapping[int, Occurrence]
    fingerprint_ids: Mapping[int, int]

    @property
    def batch(self) -> Batch:
        """The occurrences, in the order in which they came."""
        return Batch(list(self.members.values()))

    @property
    def batches(self) -> dict[int, Batch]:
        """The same by fingerprint."""
        found: dict[int, list[Occurrence]] = {}
        for number, occurrence in self.members.items():
            found.setdefault(self.fingerprint_ids[number], []).append(occurrence)
        return {fingerprint_id: Batch(each) for fingerprint_id, each in sorted(found.items())}

    @property
    def first(self) -> int:
        """The number of the one that came first."""
        return next(iter(self.members))

    @property
    def is_new(self) -> bool:
        """Whether nothing of it ever came before."""
        return bool(self.issue.occurrences == 0)


def gather(prepared: Sequence[Prepared], now: datetime) -> list[Group]:
    """The occurrences by recurring issue, each issue locked until the transaction ends."""
    places = _places({each.fingerprint: each for each in reversed(prepared)}, now)
    by_issue: dict[int, list[int]] = {}
    for number, each in enumerate(prepared):
        by_issue.setdefault(places[each.fingerprint].id, []).append(number)
    return [
        Group(
            places[prepared[numbers[0]].fingerprint],
            {n: prepared[n].occurrence for n in numbers},
            {n: places[prepared[n].fingerprint].fingerprint_id for n in numbers},
        )
        for _, numbers in sorted(by_issue.items())
    ]


def _places(wanted: Mapping[Fingerprint, Prepared], now: datetime) -> dict[Fingerprint, Place]:
    """The fingerprint and the issue of each; `wanted` has the first occurrence of each."""
    for _ in range(ATTEMPTS):
        known = statements.known(wanted)
        if len(known) < len(wanted):
            _make({key: wanted[key] for key in sorted(wanted.keys() - known.keys())}, now)
        found = statements.locked(wanted)
        if len(found) == len(wanted):
            return found
        # Somebody split one off, or forgot one, between the two looks.
    raise Problem(503, "These issues are being changed. Try again in a moment.")


def _make(missing: Mapping[Fingerprint, Prepared], now: datetime) -> None:
    """Give each missing fingerprint the issue of a former version of it, or a new one."""
    former = statements.known({key for each in missing.values() for key in each.former})
    heirs = {
        key: next((former[old] for old in each.former if old in former), None)
        for key, each in missing.items()
    }
    alone = [key for key, issue_id in heirs.items() if issue_id is None]
    rows = [_issue_row(missing[key], now) for key in alone]
    made = dict(zip(alone, statements.make_issues(rows), strict=True))
    placed = statements.make_fingerprints(
        [_fingerprint_row(each, heirs[key] or made[key], now) for key, each in missing.items()]
    )
    # Of one that somebody else made meanwhile the fingerprint leads to theirs.
    if lost := set(made.values()) - placed:
        statements.drop_issues(lost)


def _issue_row(prepared: Prepared, now: datetime) -> dict[str, Any]:
    occurrence, key = prepared.occurrence, prepared.keys.current
    return {
        "kind": occurrence.kind,
        "title": key.title[:LONGEST_NAME],
        "subject": key.subject[:LONGEST_NAME],
        "message": shortened(occurrence.message),
        "severity": occurrence.severity,
        "status": IssueStatus.OPEN,
        "status_since_at": now,
        "first_seen_at": occurrence.at,
        "last_seen_at": occurrence.at,
        "host": occurrence.host,
        "service": occurrence.service,
        "created_at": now,
        "updated_at": now,
    }


def _fingerprint_row(prepared: Prepared, issue_id: int, now: datetime) -> dict[str, Any]:
    key = prepared.keys.current
    return {
        "kind": prepared.occurrence.kind,
        "version": key.version,
        "fingerprint": key.fingerprint,
        "recurring_issue_id": issue_id,
        "made_of": dict(key.made_of),
        "first_seen_at": prepared.occurrence.at,
        "last_seen_at": prepared.occurrence.at,
    }
