"""Rows into targets, and outcomes into rows."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import LargeBinary, Row, Table, bindparam, type_coerce, update

from webapp.core.db import db
from webapp.core.secrets import SecretUnreadable, decrypt
from webapp.websites import certificates, timing
from webapp.websites.lanes import Target
from webapp.websites.models import HTTPMethod, MonitorCheck, Website
from webapp.websites.options import NO_SECRETS, CheckOptions, CheckSecrets, options_of, secrets_of
from webapp.websites.outcomes import Outcome
from webapp.websites.urls import host_of, kind_of

UNITS = 3  # digits kept of a millisecond
CHECKS: Table = MonitorCheck.__table__  # type: ignore[assignment]
_websites: Table = Website.__table__  # type: ignore[assignment]
_columns = _websites.c
TARGET = (
    _columns.id, _columns.url, _columns.timeout, _columns.next_check_at, _columns.options,
    type_coerce(_columns.secrets, LargeBinary).label("sealed"), _columns.certificate,
    _columns.error_message,
)  # fmt: skip
_KEEP_CERTIFICATE = (
    update(_websites)
    .where(_columns.id == bindparam("website_id"))
    .values(certificate=bindparam("seen"), certificate_expires_at=bindparam("expires_at"))
)


def target_of(row: Row[Any], lease: datetime) -> Target:
    """The target behind a row with the columns `TARGET`, under that claim."""
    trouble = None
    try:
        options, secrets = _options(row.options), _secrets(row.sealed)
    except (SecretUnreadable, ValidationError) as error:
        options, secrets, trouble = _options({}), NO_SECRETS, _sentence(error)
    kind = kind_of(row.url)
    if kind == "heartbeat":
        options = options.model_copy(update={"failures_to_down": 1})  # its grace was enough
    return Target(
        row.id, row.url, host_of(row.url), row.timeout, row.next_check_at, lease,
        kind, options, secrets, row.certificate, row.error_message, trouble,
    )  # fmt: skip


def next_due(target: Target, interval_s: int, started_at: datetime) -> datetime:
    """When the website is due again after a check that began then."""
    if target.kind == "heartbeat":
        return target.options.deadline(started_at)
    return timing.next_due(target.website_id, interval_s, started_at)


def check_row(outcome: Outcome, now: datetime) -> dict[str, Any]:
    """The values of a `MonitorCheck`."""
    phases, failure = outcome.phases, outcome.failure
    return {
        "website_id": outcome.target.website_id,
        "status": outcome.status,
        "http_status_code": outcome.http_status,
        "http_method": HTTPMethod(outcome.target.options.method),
        "response_time_ms": rounded(phases.total) or None,  # nothing was sent, nothing took time
        "dns_time_ms": rounded(phases.dns),
        "connect_time_ms": rounded(phases.connect),
        "tls_time_ms": rounded(phases.tls),
        "ttfb_ms": rounded(phases.ttfb),
        "late_ms": timing.late_ms(outcome.target.due_at, outcome.started_at),
        "failure_reason": failure.reason.value if failure else None,
        "error_message": outcome.message,
        "address": outcome.address,
        "http_version": outcome.http_version,
        "size_bytes": outcome.size_bytes,
        "details": outcome.details,
        "checked_at": outcome.started_at,
        "created_at": now,
    }


def keep_certificates(outcomes: Sequence[Outcome]) -> None:
    """Write down the certificates that were read: of a website, once an hour or so."""
    seen = [(o.target.website_id, o.certificate) for o in outcomes if o.certificate]
    if seen:
        rows = [
            {"website_id": i, "seen": c, "expires_at": certificates.expires_at(c)} for i, c in seen
        ]
        db.session.connection().execute(_KEEP_CERTIFICATE, rows)


def rounded(milliseconds: float | None) -> float | None:
    """Milliseconds with the digits that are kept."""
    return None if milliseconds is None else round(milliseconds, UNITS)


def _options(stored: dict[str, Any]) -> CheckOptions:
    return _parsed(orjson.dumps(stored)) if stored else options_of(None)


@lru_cache(maxsize=2000)
def _parsed(stored: bytes) -> CheckOptions:
    return CheckOptions.model_validate_json(stored)


def _secrets(sealed: bytes | None) -> CheckSecrets:
    return _opened(bytes(sealed)) if sealed else NO_SECRETS


@lru_cache(maxsize=2000)
def _opened(sealed: bytes) -> CheckSecrets:
    return secrets_of(decrypt(sealed))


def _sentence(error: Exception) -> str:
    if isinstance(error, SecretUnreadable):
        return f"The secrets of this check cannot be read: {error}."
    return "The options of this check cannot be read; save them anew."
