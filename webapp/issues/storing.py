"""Store the occurrences of a batch as rows: all of them, or of a storm a share."""

from collections.abc import Iterator, Sequence
from typing import Any

from webapp.issues import digest_statements as statements
from webapp.issues import sampling
from webapp.issues.arrivals import hour_of
from webapp.issues.counting import Counted
from webapp.issues.kinds import IssueKind
from webapp.issues.occurrence_rows import row_of


def store(counted: Sequence[Counted], *, keeps_all: bool) -> dict[int, int]:
    """The ids of what was stored, by the number of the occurrence in the batch; flushes."""
    ids: dict[int, int] = {}
    for kind in IssueKind:
        of_kind = [each for each in counted if each.group.issue.kind is kind]
        chosen = [
            (number, each)
            for each in of_kind
            for number in (each.group.members if keeps_all else _kept(each))
        ]
        if chosen:
            rows = [_row(number, each) for number, each in chosen]
            numbers = [number for number, _ in chosen]
            ids |= dict(zip(numbers, statements.store(kind, rows), strict=True))
    return ids


def _kept(counted: Counted) -> Iterator[int]:
    """The numbers of those to keep: what turned the issue or may be looked for, and a sample."""
    group = counted.group
    is_turn = group.is_new or counted.standing is not None
    reached = {
        (fingerprint_id, hour_at): counted.hours[fingerprint_id, hour_at] - count
        for fingerprint_id, batch in group.batches.items()
        for hour_at, count in batch.hours.items()
    }
    for number, occurrence in group.members.items():
        place = group.fingerprint_ids[number], hour_of(occurrence.at)
        reached[place] += 1
        is_first = is_turn and number == group.first
        if occurrence.is_looked_for or is_first or sampling.keeps(reached[place]):
            yield number


def _row(number: int, counted: Counted) -> dict[str, Any]:
    group = counted.group
    return row_of(group.members[number]) | {
        "recurring_issue_id": group.issue.id,
        "fingerprint_id": group.fingerprint_ids[number],
    }
