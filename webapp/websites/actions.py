"""Verbs of websites: what people do with them. What a shift does is in `claims`."""

from datetime import datetime
from typing import Any

from sqlalchemy import null
from sqlalchemy.exc import IntegrityError

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.websites import queries, timing
from webapp.websites.models import MonitorStatus, Website
from webapp.websites.urls import host_of


def add(fields: dict[str, Any], now: datetime) -> tuple[Website, bool]:
    """The website of that URL and whether it is new.

    One that exists is left as it is, if `fields` say nothing else than it does; else 409.
    """
    if existing := queries.get_by_url(fields["url"]):
        return _unchanged(existing, fields), False
    name = fields.get("name") or host_of(fields["url"])
    website = Website(**fields | {"name": name}, status_since_at=now, next_check_at=now)
    website.created_at = website.updated_at = now
    try:
        with db.session.begin_nested():
            db.session.add(website)
    except IntegrityError as error:
        if existing := queries.get_by_url(fields["url"]):
            return _unchanged(existing, fields), False
        raise error
    _note(ActivityType.WEBSITE_ADDED, website, f"Website {website.name} was added")
    return website, True


def edit(website: Website, fields: dict[str, Any], now: datetime) -> None:
    """Change the fields that differ; refuse the URL of another website."""
    changed = {k: v for k, v in fields.items() if getattr(website, k) != v}
    if not changed:
        return
    if "url" in changed and queries.get_by_url(changed["url"]):
        raise invalid(FieldError("url", "Another website has this URL."))
    is_active = changed.pop("is_active", website.is_active)
    for name, value in changed.items():
        setattr(website, name, value)
    if changed:
        website.updated_at = now
        _reschedule(website, changed, now)
        _note(
            ActivityType.WEBSITE_CHANGED,
            website,
            f"Website {website.name} was changed: {', '.join(sorted(changed))}",
        )
    if is_active != website.is_active:
        (resume if is_active else pause)(website, now)
    db.session.flush()


def pause(website: Website, now: datetime) -> None:
    """Stop checking; what is in flight will not count."""
    if not website.is_active:
        return
    website.is_active = False
    website.updated_at = now
    _forget_state(website, now)
    _note(ActivityType.WEBSITE_PAUSED, website, f"Website {website.name} was paused")


def resume(website: Website, now: datetime) -> None:
    """Check again, the first time at once."""
    if website.is_active:
        return
    website.is_active = True
    website.updated_at = now
    _forget_state(website, now)
    _note(ActivityType.WEBSITE_RESUMED, website, f"Website {website.name} was resumed")


def remove(website: Website) -> None:
    """Delete the website and its checks."""
    _note(ActivityType.WEBSITE_REMOVED, website, f"Website {website.name} was deleted")
    db.session.delete(website)
    db.session.flush()


def request_check(website: Website, now: datetime) -> None:
    """Ask for a check now; a paused website has to be resumed first."""
    if not website.is_active:
        raise Problem(409, "The website is paused. Resume it to have it checked.")
    website.check_requested_at = now
    website.next_check_at = min(website.next_check_at, now)
    db.session.flush()


def _unchanged(existing: Website, fields: dict[str, Any]) -> Website:
    errors = [
        FieldError(name, f"The website exists with {getattr(existing, name)!r}.")
        for name, value in fields.items()
        if getattr(existing, name) != value
    ]
    if errors:
        raise Problem(409, "A website with this URL exists, with other values.", errors)
    return existing


def _reschedule(website: Website, changed: dict[str, Any], now: datetime) -> None:
    if "url" in changed:
        _forget_state(website, now)
    elif "check_interval" in changed:
        due_at = timing.next_due(website.id, website.check_interval, now)
        website.next_check_at = min(website.next_check_at, due_at)


def _forget_state(website: Website, now: datetime) -> None:
    """What was known no longer holds: a claim that is out is void, and a check is due at once."""
    if website.status is not MonitorStatus.UNKNOWN:
        website.status_since_at = now
    website.status = MonitorStatus.UNKNOWN
    # As SQL, so that it is written even if the claim was made after the row was read.
    website.claimed_until = null()
    website.check_requested_at = None
    website.response_time_ms = website.error_message = None
    website.next_check_at = now


def _note(type: ActivityType, website: Website, message: str) -> None:
    db.session.flush()
    details = {"website_id": website.id, "url": website.url}
    diary.record(type, message, details=details)
