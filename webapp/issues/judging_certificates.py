"""Faults of certificates: those that end soon, by the days set for their website, or have ended."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from webapp.core.db import db
from webapp.issues import fault_codes
from webapp.issues.judging_websites import LONGEST_SERVICE, fault
from webapp.issues.occurrences import Occurrence
from webapp.issues.reconciling import Found, key_of, reconcile
from webapp.websites.models import Website
from webapp.websites.options import options_of

PREFIX = "certificate"
LONGEST_WARNING = timedelta(days=365)


def judge_certificates(now: datetime) -> int:
    """Open and end the faults of certificates; how many."""
    return reconcile(PREFIX, lambda is_open: _look(is_open, now), now)


def _look(is_open: Collection[str], now: datetime) -> Found:
    columns = select(
        Website.id, Website.name, Website.url, Website.options, Website.certificate,
        Website.certificate_expires_at, Website.is_in_maintenance,
    )  # fmt: skip
    ending = Website.certificate_expires_at < now + LONGEST_WARNING
    wrong: dict[str, Occurrence] = {}
    unsure: list[str] = []
    for row in db.session.execute(columns.where(Website.is_active, ending)):
        code = _code(row, now)
        if code is None:
            continue
        key = key_of(PREFIX, row.id, code)
        if row.is_in_maintenance:
            unsure.append(key)
        else:
            wrong[key] = _occurrence(code, row, now)
    return Found(wrong, unsure=unsure)


def _code(row: Row[Any], now: datetime) -> str | None:
    days = options_of(row.options).certificate_days
    left = row.certificate_expires_at - now
    if not days or left >= timedelta(days=days):
        return None
    expired = left <= timedelta()
    return fault_codes.CERTIFICATE_EXPIRED if expired else fault_codes.CERTIFICATE_EXPIRING


def _occurrence(code: str, row: Row[Any], now: datetime) -> Occurrence:
    at = row.certificate_expires_at
    has_ended = code == fault_codes.CERTIFICATE_EXPIRED
    what = "has ended" if has_ended else "ends soon"
    message = (
        f"The certificate of {row.name} {what}.\n"
        f"It {'ended' if has_ended else 'ends'} at {at:%Y-%m-%d %H:%M} UTC."
    )
    known = row.certificate or {}
    context = {"website_id": row.id, "url": row.url, "expires_at": at.isoformat()}
    context |= {name: known[name] for name in ("subject", "issuer", "fingerprint") if name in known}
    service = row.name[:LONGEST_SERVICE]
    began_at = at if has_ended else now
    return fault(code, message, began_at, f"website:{row.id}", context, service=service)
