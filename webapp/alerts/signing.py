"""Signatures of our webhooks, as the Standard Webhooks specification has them. Pure."""

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
KEY_BYTES = 32


def new_key() -> str:
    """A random key that the receiver needs to check signatures."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def headers(key: str, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed message; raises ValueError for what is no key."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": f"v1,{_signature(key, message_id, timestamp_s, body)}",
    }


def is_signed(key: str, given: dict[str, str], body: bytes) -> bool:
    """Whether a message with these headers was signed with the key; what a receiver checks."""
    expected = headers(key, given["webhook-id"], int(given["webhook-timestamp"]), body)
    return hmac.compare_digest(expected["webhook-signature"], given["webhook-signature"])


def _signature(key: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    try:
        secret = base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("this is no signing key") from error
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
