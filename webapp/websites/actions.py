"""Verbs of websites: what people do with them. What a shift does is in `claims`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import null
from sqlalchemy.exc import IntegrityError

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.websites import keeping, labels, periods, queries, timing
from webapp.websites.models import CheckKind, MonitorStatus, PeriodStatus, Website
from webapp.websites.options import NO_SECRETS, CheckSecrets, options_of
from webapp.websites.periods import Learnt
from webapp.websites.timeline import Change
from webapp.websites.urls import host_of, kind_of

AT_ONCE = 500

_is_unnoted: ContextVar[bool] = ContextVar("is_unnoted", default=False)


@contextmanager
def unnoted() -> Iterator[None]:
    """Verbs inside write nothing into the diary: whoever does many things says so once."""
    before = _is_unnoted.set(True)
    try:
        yield
    finally:
        _is_unnoted.reset(before)


def add(fields: dict[str, Any], now: datetime) -> tuple[Website, bool]:
    """The website of that URL and whether it is new.

    One that exists is left as it is, if `fields` say nothing else than it does; else 409.
    """
    fields = dict(fields)
    secrets: CheckSecrets | None = fields.pop("secrets", None)
    if existing := queries.get_by_url(fields["url"]):
        return _unchanged(existing, fields, secrets), False
    website = _new(fields, secrets, now)
    try:
        with db.session.begin_nested():
            db.session.add(website)
    except IntegrityError as error:
        if existing := queries.get_by_url(fields["url"]):
            return _unchanged(existing, fields, secrets), False
        raise error
    periods.begin(website.id, _base_of(website), now)
    _note(ActivityType.WEBSITE_ADDED, website, f"Website {website.name} was added")
    return website, True


def add_new(many: Sequence[dict[str, Any]], now: datetime) -> Sequence[Website]:
    """Websites that are known not to exist, in a few statements however many they are."""
    made = [_new(dict(fields), fields.get("secrets"), now) for fields in many]
    try:
        with db.session.begin_nested():
            db.session.add_all(made)
    except IntegrityError as error:
        raise Problem(409, "One of these websites was added meanwhile.") from error
    for start in range(0, len(made), AT_ONCE):
        part = made[start : start + AT_ONCE]
        learnt = ((one.id, _base_of(one)) for one in part)
        periods.lay([Learnt(i, status, (Change(now, status),)) for i, status in learnt], now)
    for website in made:
        _note(ActivityType.WEBSITE_ADDED, website, f"Website {website.name} was added")
    return made


def edit(website: Website, fields: dict[str, Any], now: datetime) -> None:
    """Change the fields that differ; refuse the URL of another website."""
    fields = dict(fields)
    secrets: CheckSecrets = fields.pop("secrets", None) or NO_SECRETS
    changed = {k: v for k, v in fields.items() if _value(website, k) != v}
    if "url" in changed and queries.get_by_url(changed["url"]):
        raise invalid(FieldError("url", "Another website has this URL."))
    if "url" in changed or "options" in changed:
        proxy = changed.get("options", website.options or {}).get("proxy")
        keeping.refuse_to_move(website, changed.get("url", website.url), proxy, secrets)
        if (kind := CheckKind(kind_of(changed.get("url", website.url)))) is not website.kind:
            changed["kind"] = kind
    is_active = changed.pop("is_active", website.is_active)
    if "tags" in changed:
        labels.put_tags(website, changed["tags"])
    for name in changed.keys() - {"tags"}:
        setattr(website, name, changed[name])
    if keeping.put_secrets(website, secrets):
        changed["secrets"] = None
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
    before = _base_of(website)
    website.is_active = False
    website.updated_at = now
    _forget_state(website, before, now)
    _note(ActivityType.WEBSITE_PAUSED, website, f"Website {website.name} was paused")


def resume(website: Website, now: datetime) -> None:
    """Check again, the first time at once."""
    if website.is_active:
        return
    before = _base_of(website)
    website.is_active = True
    website.updated_at = now
    _forget_state(website, before, now)
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
    if website.kind is CheckKind.HEARTBEAT:
        raise Problem(409, "A heartbeat is not checked by us: it calls.")
    website.check_requested_at = now
    website.next_check_at = min(website.next_check_at, now)
    db.session.flush()


def _new(fields: dict[str, Any], secrets: CheckSecrets | None, now: datetime) -> Website:
    own = {k: v for k, v in fields.items() if k not in ("secrets", "tags")}
    name = fields.get("name") or host_of(fields["url"])
    kind = CheckKind(kind_of(fields["url"]))
    website = Website(**own | {"name": name, "kind": kind}, status_since_at=now)
    keeping.put_secrets(website, secrets)
    labels.put_tags(website, fields.get("tags", ()))
    website.next_check_at = keeping.first_due(website, now)
    website.created_at = website.updated_at = now
    return website


def _unchanged(existing: Website, fields: dict[str, Any], secrets: CheckSecrets | None) -> Website:
    errors = [
        FieldError(name, f"The website exists with {_value(existing, name)!r}.")
        for name, value in fields.items()
        if _value(existing, name) != value
    ]
    known = keeping.known_secrets(existing) if secrets else NO_SECRETS
    if secrets and known.changed_by(secrets) != known:
        errors.append(FieldError("secrets", "The website exists with other secrets."))
    if errors:
        raise Problem(409, "A website with this URL exists, with other values.", errors)
    return existing


def _value(website: Website, name: str) -> Any:
    return labels.tag_names(website) if name == "tags" else getattr(website, name)


def _reschedule(website: Website, changed: dict[str, Any], now: datetime) -> None:
    if "url" in changed:
        _forget_state(website, _base_of(website), now)
    elif website.kind is CheckKind.HEARTBEAT:
        since = website.last_checked_at or now
        website.next_check_at = options_of(website.options).deadline(since)
    elif "check_interval" in changed:
        due_at = timing.next_due(website.id, website.check_interval, now)
        website.next_check_at = min(website.next_check_at, due_at)


def _base_of(website: Website) -> PeriodStatus:
    """What the website is, maintenance apart."""
    return PeriodStatus(website.status.value) if website.is_active else PeriodStatus.PAUSED


def _forget_state(website: Website, before: PeriodStatus, now: datetime) -> None:
    """What was known no longer holds: a claim that is out is void, and a check is due at once."""
    if website.status is not MonitorStatus.UNKNOWN:
        website.status_since_at = now
    website.status = MonitorStatus.UNKNOWN
    website.streak_status = website.streak_since_at = None
    website.streak_count = 0
    # As SQL, so that it is written even if the claim was made after the row was read.
    website.claimed_until = null()
    website.check_requested_at = None
    website.response_time_ms = website.error_message = None
    website.next_check_at = keeping.first_due(website, now)
    db.session.flush()
    periods.change(website.id, before, _base_of(website), now)


def _note(type: ActivityType, website: Website, message: str) -> None:
    db.session.flush()
    if _is_unnoted.get():
        return
    details = {"website_id": website.id, "url": website.url}
    diary.record(type, message, details=details)
