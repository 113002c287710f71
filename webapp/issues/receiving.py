"""Take what is sent now, and digest it a moment later; what cannot be digested is kept.

Whoever sends waits for one insert. A batch is digested with the rows it came in deleted in the
same transaction: a crash makes it late, and neither lost nor doubled.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any

import orjson
import structlog
from pydantic import ValidationError
from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from webapp.core import nudges
from webapp.core.db import begin_to_write, db
from webapp.core.problems import FieldError, Problem, field_errors, invalid
from webapp.issues import digesting, origins, preparing
from webapp.issues.models import ReceivedOccurrence
from webapp.issues.occurrence_schemas import SENT_AS
from webapp.issues.occurrences import Occurrence
from webapp.issues.preparing import Prepared

BELL = "received"
MOST_ROWS = 500
MOST_BYTES = 4_000_000  # in one batch: what is taken apart of it stays in memory meanwhile
LONGEST_REASON = 2000
LONGEST_S = 2.0  # before other facts have their turn
AWAY = (OperationalError, InterfaceError)
_received: Table = ReceivedOccurrence.__table__  # type: ignore[assignment]
_columns = _received.c
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """One that was sent: as it was sent, and ready to be digested or why it cannot be."""

    row_id: int
    received_at: datetime
    sent: Any
    prepared: Prepared | None = None
    reason: str = ""


def read(item: Any, now: datetime) -> Occurrence:
    """The occurrence that was sent as `item`; raises a `Problem` that names the field at fault."""
    if not isinstance(item, dict):
        raise invalid(FieldError("body", "Send an object."))
    shape = SENT_AS.get(kind) if isinstance(kind := item.get("kind"), str) else None
    if shape is None:
        raise invalid(FieldError("kind", f"Send one of {', '.join(SENT_AS)}."))
    try:
        return shape.model_validate(item).occurrence(now)
    except ValidationError as error:
        raise invalid(*field_errors(error)) from error


def receive(bodies: Sequence[bytes], now: datetime) -> None:
    """Keep what was sent, each a JSON list of occurrences, until it is digested; flushes."""
    if bodies:
        rows = [{"received_at": now, "body": body} for body in bodies]
        db.session.connection().execute(insert(_received), rows)
        nudges.ring_after_commit(BELL)


def digest_received(now: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Digest what waits, a batch in each transaction, and say how many occurrences that was.

    Commits each batch. It ends when nothing waits, after two seconds, or once `is_stopping()`.
    """
    began_s, digested = time.monotonic(), 0
    origins.forget(now)
    while not is_stopping() and time.monotonic() - began_s < LONGEST_S:
        done = digest_some(now)
        db.session.commit()
        if done is None:
            break
        digested += done
    return digested


def digest_some(now: datetime) -> int | None:
    """Digest one batch of what waits; how many occurrences, None when nothing does; flushes."""
    ids = _next_ids()
    if not ids:
        return None
    items = _prepared(ids)
    begin_to_write()
    # Who prepared the same rows meanwhile finds them gone, and leaves them to us.
    ours = set(_taken(ids))
    return _digest([item for item in items if item.row_id in ours], now)


def try_again(received_id: int) -> None:
    """Let one that was refused be digested again; 404 where there is none; flushes."""
    query = update(_received).where(_columns.id == received_id, _columns.refused_at.is_not(None))
    _one(db.session.execute(query.values(refused_at=None, reason=None)))
    nudges.ring_after_commit(BELL)


def discard(received_id: int) -> None:
    """Throw away one that was refused; 404 where there is none; flushes."""
    query = delete(_received).where(_columns.id == received_id, _columns.refused_at.is_not(None))
    _one(db.session.execute(query))


def refused(page: int, page_size: int) -> tuple[Sequence[ReceivedOccurrence], int]:
    """One page of what could not be digested, newest first; and how many there are."""
    is_refused = ReceivedOccurrence.refused_at.is_not(None)
    total = db.session.scalar(select(func.count()).where(is_refused)) or 0
    query = select(ReceivedOccurrence).where(is_refused).order_by(ReceivedOccurrence.id.desc())
    rows = query.limit(page_size).offset((page - 1) * page_size)
    return db.session.scalars(rows).all(), total


def unpacked(body: bytes) -> list[Any]:
    """What was sent together."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return [body.decode("utf-8", "replace")]
    return found if isinstance(found, list) else [found]


def _one(result: Any) -> None:
    if not result.rowcount:
        raise Problem(404, "There is no such refused occurrence.")


def _next_ids() -> list[int]:
    """The rows of the next batch, the oldest first, of which nobody else has hold."""
    size = func.length(_columns.body)
    query = select(_columns.id, size).where(_columns.refused_at.is_(None)).order_by(_columns.id)
    rows = db.session.execute(query.limit(MOST_ROWS).with_for_update(skip_locked=True)).all()
    ends = accumulate(row[1] for row in rows)
    return [row.id for row, end in zip(rows, ends, strict=True) if end - row[1] < MOST_BYTES]


def _prepared(ids: Sequence[int]) -> list[Item]:
    prepare = preparing.preparer()
    query = select(_columns.id, _columns.received_at, _columns.body).order_by(_columns.id)
    return [
        _item(row.id, row.received_at, sent, prepare)
        for row in db.session.execute(query.where(_columns.id.in_(ids)))
        for sent in unpacked(row.body)
    ]


def _item(
    row_id: int, received_at: datetime, sent: Any, prepare: Callable[[Occurrence], Prepared]
) -> Item:
    try:
        return Item(row_id, received_at, sent, prepare(read(sent, received_at)))
    except Exception as error:  # of this one alone: the others go on
        return Item(row_id, received_at, sent, reason=_reason(error))


def _taken(ids: Sequence[int]) -> Sequence[int]:
    query = delete(_received).where(_columns.id.in_(ids), _columns.refused_at.is_(None))
    return db.session.scalars(query.returning(_columns.id)).all()


def _digest(items: Sequence[Item], now: datetime) -> int:
    good = [item for item in items if item.prepared is not None]
    bad = [item for item in items if item.prepared is None]
    if good and _written(good, now) is not None:
        for item in good:
            if error := _written([item], now):
                bad.append(replace(item, reason=_reason(error)))
    _keep(bad, now)
    return len(items) - len(bad)


def _written(items: Sequence[Item], now: datetime) -> Exception | None:
    """Digest these, or nothing of them: then why."""
    try:
        with db.session.begin_nested():
            digesting.write_down([item.prepared for item in items if item.prepared], now)
    except AWAY:
        raise
    except Exception as error:  # the judge goes on with the others
        return error
    return None


def _keep(items: Sequence[Item], now: datetime) -> None:
    """Keep what could not be digested, without its secrets, for people to look at."""
    rows = [
        {
            "received_at": item.received_at,
            "body": orjson.dumps([preparing.scrubbed(item.sent)]),
            "refused_at": now,
            "reason": item.reason,
        }
        for item in items
    ]
    if rows:
        log.warning("occurrences could not be digested", count=len(rows), why=items[0].reason)
        db.session.connection().execute(insert(_received), rows)


def _reason(error: Exception) -> str:
    if isinstance(error, Problem):
        found = [f"{each.field}: {each.message}" for each in error.errors]
        return " ".join(found) or error.detail
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]
