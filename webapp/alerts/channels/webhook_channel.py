"""Our own webhook: JSON by POST, signed, with an id that stays the same when it is sent again."""

from typing import Any

import orjson

from webapp.alerts import signing
from webapp.alerts.channels.parcels import Outcome, Parcel
from webapp.alerts.messages import Item
from webapp.core.outbound import post

TIMEOUT_S = 10


def send_by_webhook(parcel: Parcel) -> Outcome:
    """POST the parcel; every answer below 300 means that it was taken."""
    body = document(parcel)
    headers = {"Content-Type": "application/json"}
    if parcel.signing_key:
        headers |= signing.headers(parcel.signing_key, parcel.message_id, parcel.sent_s, body)
    answer = post(
        parcel.url, body, headers, timeout_s=TIMEOUT_S, private_allowed=parcel.private_allowed
    )
    if answer.status is not None and answer.status < 300:
        return Outcome()
    why = answer.error or f"It answered {answer.status}."
    return Outcome(why, is_certain=answer.is_certain, retry_after=answer.retry_after)


def document(parcel: Parcel) -> bytes:
    """What the receiver reads; `id` is the idempotency key."""
    return orjson.dumps(
        {
            "id": parcel.message_id,
            "timestamp": parcel.sent_s,
            "title": parcel.message.title,
            "body": parcel.message.body,
            "alerts": [_alert(item) for item in parcel.items],
        }
    )


def _alert(item: Item) -> dict[str, Any]:
    return {
        "id": item.alert_id,
        "title": item.title,
        "description": item.description,
        "severity": item.severity.value,
        "status": item.status,
        "source": item.source,
        "host": item.host,
        "service": item.service,
        "created_at": item.created_at,
        "resolved_at": item.resolved_at,
        "news": item.news,
        "url": item.url,
    }
