"""JSON: POST /api/monitoring/occurrences/, the fast way; and what could not be digested of it."""

from typing import Any

import orjson

from webapp.core import clock
from webapp.core.access import Role
from webapp.core.jsonapi import PageQuery, json_blueprint, operation
from webapp.core.problems import Problem
from webapp.issues import accepting, receiving
from webapp.issues.models import ReceivedOccurrence
from webapp.issues.table_schemas import (
    OccurrenceBatch,
    OccurrencesTaken,
    ReceivedListResponse,
    RefusedItem,
)

occurrences = json_blueprint("occurrences", "/api/monitoring/occurrences")
received = json_blueprint("received_occurrences", "/api/monitoring/received-occurrences")


@occurrences.post("/")
@operation(
    "Send occurrences, one or up to 1,000 in a list; they are digested in a moment",
    role=Role.OPERATOR,
    body=OccurrenceBatch,
    returns=OccurrencesTaken,
    status=202,
    unchecked=accepting.LARGEST_BYTES,
)
def send(body: Any) -> OccurrencesTaken:
    """Take what can be taken; 422 when there was something and all of it was refused."""
    now = clock.now()
    taken = accepting.accept(body, now)
    if taken.refused and not taken.accepted:
        raise _all_refused(taken, isinstance(body, list))
    receiving.receive([orjson.dumps(taken.accepted)] if taken.accepted else [], now)
    refused = [RefusedItem(index=r.index, field=r.field, message=r.message) for r in taken.refused]
    return OccurrencesTaken(accepted=len(taken.accepted), refused=refused)


@received.get("/")
@operation(
    "List occurrences that could not be digested, newest first",
    role=Role.VIEWER,
    query=PageQuery,
    returns=ReceivedListResponse,
)
def list_received(query: PageQuery) -> object:
    """One page of them, each with the reason."""
    rows, total = receiving.refused(query.page, query.page_size)
    return [_read(row) for row in rows], total


@received.post("/<int:received_id>/try-again/")
@operation("Digest one again that was refused", role=Role.OPERATOR)
def try_again(received_id: int) -> None:
    """It is digested in a moment, or refused again."""
    receiving.try_again(received_id)


@received.delete("/<int:received_id>/")
@operation("Throw away one that was refused", role=Role.OPERATOR)
def discard(received_id: int) -> None:
    """Nothing is left of it."""
    receiving.discard(received_id)


def _read(row: ReceivedOccurrence) -> dict[str, Any]:
    return {
        "id": row.id,
        "received_at": row.received_at,
        "refused_at": row.refused_at,
        "reason": row.reason or "",
        "occurrences": receiving.unpacked(row.body),
    }


def _all_refused(taken: accepting.Taken, is_list: bool) -> Problem:
    first = taken.refused[0]
    if not is_list:
        return Problem(422, f"Not accepted: {first.field}.", taken.errors)
    refused = [{"index": r.index, "field": r.field, "message": r.message} for r in taken.refused]
    detail = f"None of them was accepted. The first: {first.field}: {first.message}"
    return Problem(422, detail, more={"accepted": 0, "refused": refused})
