"""Hand occurrences over from one fingerprint to another of the same issue, with their counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, update

from webapp.core.db import db
from webapp.issues.arrivals import hour_of
from webapp.issues.kinds import IssueKind
from webapp.issues.models import AffectedName, IssueFingerprint, IssueHour
from webapp.issues.occurrences import Occurrence
from webapp.issues.records import MODELS, MOMENTS

AT_ONCE = 500
KEYS: dict[Any, tuple[str, ...]] = {IssueHour: ("hour_at",), AffectedName: ("what", "name")}
Key = tuple[Any, ...]


class Kept(NamedTuple):
    """A stored occurrence, as far as it was counted: its moment, and whom it touched."""

    id: int
    at: datetime
    touched: tuple[tuple[str, str], ...]


def kept(row_id: int, occurrence: Occurrence) -> Kept:
    """What was counted of an occurrence."""
    names = {what: getattr(occurrence, what) for what in ("host", "service", "person")}
    touched = tuple((what, name) for what, name in names.items() if name)
    return Kept(row_id, occurrence.at, touched)


def hand_over(
    kind: IssueKind, old: IssueFingerprint, new: IssueFingerprint, moved: Sequence[Kept]
) -> None:
    """Let `moved` be occurrences of `new`, which were some of `old`; flushes."""
    moments: dict[tuple[str, str], list[datetime]] = {}
    for each in moved:
        for touched in each.touched:
            moments.setdefault(touched, []).append(each.at)
    _count_over(IssueHour, old, new, Counter((hour_of(each.at),) for each in moved))
    names = {touched: len(at) for touched, at in moments.items()}
    for row in _count_over(AffectedName, old, new, names):
        at = moments[row.what, row.name]
        row.first_seen_at = min(row.first_seen_at or min(at), *at)
        row.last_seen_at = max(row.last_seen_at or max(at), *at)
    for start in range(0, len(moved), AT_ONCE):
        _rename(kind, [each.id for each in moved[start : start + AT_ONCE]], new.id)
    old.occurrences, new.occurrences = old.occurrences - len(moved), new.occurrences + len(moved)
    new.first_seen_at = min(new.first_seen_at, *(each.at for each in moved))
    new.last_seen_at = max(new.last_seen_at, *(each.at for each in moved))
    _date(kind, old, moved)
    db.session.flush()


def _count_over(
    model: Any, old: IssueFingerprint, new: IssueFingerprint, counts: Mapping[Any, int]
) -> list[Any]:
    """Take from the counts of one and add to those of the other; the rows of the other."""
    issue_id = old.recurring_issue_id
    query = select(model).where(model.recurring_issue_id == issue_id)
    query = query.where(model.fingerprint_id.in_((old.id, new.id)))
    rows = {(row.fingerprint_id, *_key(row)): row for row in db.session.scalars(query)}
    gained = []
    for key, number in counts.items():
        if (loser := rows.get((old.id, *key))) is None:
            continue  # forgotten: hours are, after a while
        loser.count -= number
        if loser.count <= 0:
            db.session.delete(loser)
        gainer = rows.get((new.id, *key))
        if gainer is None:
            own = {"recurring_issue_id": issue_id, "fingerprint_id": new.id, "count": 0}
            gainer = model(**own, **dict(zip(KEYS[model], key, strict=True)))
            db.session.add(gainer)
        gainer.count += number
        gained.append(gainer)
    return gained


def _key(row: Any) -> Key:
    return tuple(getattr(row, name) for name in KEYS[type(row)])


def _rename(kind: IssueKind, ids: Sequence[int], fingerprint_id: int) -> None:
    model = MODELS[kind]
    statement = update(model).where(model.id.in_(ids)).values(fingerprint_id=fingerprint_id)
    db.session.execute(statement, execution_options={"synchronize_session": False})


def _date(kind: IssueKind, old: IssueFingerprint, moved: Sequence[Kept]) -> None:
    """When what is left came first and last, where one of these moved away."""
    model = MODELS[kind]
    moment = getattr(model, MOMENTS[kind])
    left = select(func.min(moment), func.max(moment)).where(model.fingerprint_id == old.id)
    first, last = db.session.execute(left).one()
    if first is not None and min(each.at for each in moved) <= old.first_seen_at:
        old.first_seen_at = first
    if last is not None and max(each.at for each in moved) >= old.last_seen_at:
        old.last_seen_at = last
