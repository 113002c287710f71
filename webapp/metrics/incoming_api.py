"""The door for metrics from outside: POST /api/monitoring/metrics/."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from webapp.core import clock
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import FieldError, Problem, field_errors, invalid
from webapp.metrics import incoming
from webapp.metrics.incoming import Machine, ProcessesThen, Receipt
from webapp.metrics.incoming_schemas import Envelope, MetricBatch, ReceiptRead

LARGEST_BYTES = 5_000_000
ITEMS = ("samples", "series", "rows")

blueprint = json_blueprint("incoming_metrics", "/api/monitoring/metrics")


@blueprint.post("/")
@operation(
    "Send readings of machines and applications",
    role=Role.OPERATOR,
    body=MetricBatch,
    returns=ReceiptRead,
    unchecked=LARGEST_BYTES,
)
def receive(body: Any) -> Receipt:
    """Take what can be taken; 422 when there was something and all of it was refused."""
    if not isinstance(body, dict):
        raise invalid(FieldError("body", "Send an object."))
    envelope, items = _envelope(body), _items(body)
    sender = incoming.sender_of(envelope.kind, envelope.host, envelope.service)
    now = clock.now()
    receipt = incoming.take(sender, now, **items)
    if receipt.refused and not receipt.accepted:
        raise _all_refused(receipt)
    if envelope.host is None:
        if envelope.processes:
            raise invalid(FieldError("host", "Say of which host these processes are."))
        return receipt
    machine = Machine(envelope.host, envelope.interval_s, envelope.booted_at, envelope.details)
    lists = [ProcessesThen(then.at, then.processes.model_dump()) for then in envelope.processes]
    refused = incoming.note_machine(machine, lists, now)
    return Receipt(receipt.accepted, receipt.new, [*receipt.refused, *refused])


def _envelope(body: Mapping[str, Any]) -> Envelope:
    try:
        return Envelope.model_validate({k: v for k, v in body.items() if k not in ITEMS})
    except ValidationError as error:
        raise invalid(*field_errors(error)) from error


def _items(body: Mapping[str, Any]) -> dict[str, list[Any]]:
    items = {name: body[name] for name in ITEMS if body.get(name) is not None}
    wrong = [name for name, value in items.items() if not isinstance(value, list)]
    if wrong:
        raise invalid(*(FieldError(name, "Send a list.") for name in wrong))
    if items.get("samples") and items.get("rows"):
        raise invalid(FieldError("samples", "Send either samples, or series with rows."))
    return items


def _all_refused(receipt: Receipt) -> Problem:
    first = receipt.refused[0]
    return Problem(
        422,
        f"None of the samples was accepted. The first: {first.field or 'sample'}: {first.message}",
        more={"accepted": 0, "new": 0, "refused": [asdict(each) for each in receipt.refused]},
    )
