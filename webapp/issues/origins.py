"""What is raised for a fact, or named by its sender, is counted once, also where it is not kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from webapp.issues import digest_statements as statements
from webapp.issues.counting import Counted
from webapp.issues.kinds import IssueKind
from webapp.issues.occurrences import Occurrence

Origin = tuple[IssueKind, str]
KEPT = timedelta(hours=1)  # in which a sender may send again what was not answered
FORGOTTEN_AT_ONCE = 5000


def of(occurrence: Occurrence) -> Origin | None:
    """The kind and the origin of an occurrence that has one."""
    return None if occurrence.origin is None else (occurrence.kind, occurrence.origin)


def known(occurrences: Sequence[Occurrence]) -> dict[Origin, tuple[int | None, int]]:
    """The origins that came before, with the ids of the row, if it was kept, and of the issue."""
    wanted = {origin for each in occurrences if (origin := of(each)) is not None}
    if not wanted:
        return {}
    statements.lock_origins()
    found: dict[Origin, tuple[int | None, int]] = {}
    for kind in {kind for kind, _ in wanted}:
        stored = statements.by_origin(kind, [name for k, name in wanted if k is kind])
        found |= {(kind, name): ids for name, ids in stored.items()}
    keys = {_key(origin): origin for origin in wanted - found.keys()}
    counted = statements.counted_keys(keys) if keys else {}
    return found | {keys[key]: (None, issue_id) for key, issue_id in counted.items()}


def remember(counted: Sequence[Counted], ids: Mapping[int, int], now: datetime) -> None:
    """Remember the origins of what was counted and has no id, as it is not kept; flushes."""
    rows = [
        {"key": _key(origin), "recurring_issue_id": each.group.issue.id, "counted_at": now}
        for each in counted
        for number, occurrence in each.group.members.items()
        if number not in ids and (origin := of(occurrence)) is not None
    ]
    statements.remember_keys(rows)


def forget(now: datetime) -> None:
    """Forget what is no longer sent again, some of it at a time; flushes."""
    statements.forget_keys(now - KEPT, FORGOTTEN_AT_ONCE)


def _key(origin: Origin) -> int:
    kind, name = origin
    digest = blake2b(f"{kind.value}:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
