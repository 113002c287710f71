"""Compare a document with what there is, and make it so: all of it, or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.activity import actions as diary
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem
from webapp.websites import actions
from webapp.websites.options import NO_SECRETS, CheckSecrets
from webapp.websites.transfer import difference
from webapp.websites.transfer.difference import CHANGE, CREATE, REMOVE, UNCHANGED, Change
from webapp.websites.transfer.entries import Entry, entry_of
from webapp.websites.transfer.stored import Stored, everything

KEY = "heartbeat_key"
NOTED_EACH = 20  # more changes than this are one entry of the diary, which keeps a thousand


@dataclass(frozen=True)
class Plan:
    """The changes, in order, and the entries that ask for them, by URL.

    `missing` says which secrets a document keeps that are not stored.
    """

    changes: list[Change]
    entries: dict[str, Entry]
    missing: list[str]

    @property
    def fingerprint(self) -> str:
        """Differs when the plan does: what somebody agreed to is what is done."""
        text = "\n".join(difference.lines(self.changes))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def to_do(self) -> list[Change]:
        """The changes that change something."""
        return [change for change in self.changes if change.verb != UNCHANGED]


def plan(entries: Sequence[Entry], *, prune: bool = False) -> Plan:
    """What would change; with `prune` what the entries do not name is removed."""
    if prune and not entries:
        raise Problem(422, "There is no website in the file: to prune would remove every one.")
    stored = {one.website.url: one for one in everything()}
    missing = [line for e in entries for line in _missing(e, stored.get(e.url))]
    wanted = {e.url: _values(_resolved(e, stored.get(e.url))) for e in entries}
    present = {url: _values(entry_of(one)) for url, one in stored.items()}
    changes = difference.differences(present, wanted, prune=prune)
    return Plan(changes, {e.url: e for e in entries}, missing)


def carry_out(wanted: Plan, now: datetime) -> dict[str, int]:
    """Make the changes, in the transaction of the caller; how many there were of each kind."""
    counts = difference.counted(wanted.changes)
    if len(wanted.to_do) <= NOTED_EACH:
        _carry_out(wanted, now)
        return counts
    with actions.unnoted():
        _carry_out(wanted, now)
    message = f"Websites were imported: {difference.summary(counts)}"
    diary.record(ActivityType.WEBSITE_CHANGED, message, details={"counts": counts})
    return counts


def _carry_out(wanted: Plan, now: datetime) -> None:
    stored = {one.website.url: one for one in everything()}
    created = [wanted.entries[c.url] for c in wanted.to_do if c.verb == CREATE]
    actions.add_new([_fields(e) | {"secrets": _given(e, NO_SECRETS)} for e in created], now)
    for change in wanted.to_do:
        try:
            _make(change, wanted.entries.get(change.url), stored.get(change.url), now)
        except Problem as problem:
            said = " ".join(e.message for e in problem.errors) or problem.detail
            raise Problem(422, f"{change.url}: {said}", [FieldError(change.url, said)]) from problem
    db.session.flush()


def _make(change: Change, entry: Entry | None, stored: Stored | None, now: datetime) -> None:
    if stored is None:
        return
    if change.verb == REMOVE:
        actions.remove(stored.website)
    elif change.verb == CHANGE and entry:
        given = _given(entry, stored.secrets)
        actions.edit(stored.website, _fields(entry) | {"secrets": given}, now)


def _given(entry: Entry, stored: CheckSecrets) -> CheckSecrets | None:
    """The secrets to change: those of the entry, and null for those it does not name."""
    if entry.secrets is None:
        return None
    named = entry.secrets.model_dump(exclude_unset=True)
    given = {name: value for name, value in named.items() if value is not None}
    gone = set(stored.names()) - set(named) - {KEY}
    return CheckSecrets(**given | dict.fromkeys(gone))


def _resolved(entry: Entry, stored: Stored | None) -> Entry:
    """The entry as it will read once it is stored."""
    known = stored.secrets if stored else NO_SECRETS
    given = _given(entry, known)
    secrets = known.changed_by(given) if given else known
    return entry.model_copy(update={"name": entry.called(), "secrets": secrets})


def _missing(entry: Entry, stored: Stored | None) -> list[str]:
    known = stored.secrets if stored else NO_SECRETS
    named = entry.secrets.model_dump(exclude_unset=True) if entry.secrets else {}
    kept = {name for name, value in named.items() if value is None} - {KEY}
    lost = sorted(kept - set(known.names()))
    return [f"{entry.url}: its {name} is in neither the file nor here: enter it." for name in lost]


def _values(entry: Entry) -> dict[str, Any]:
    secrets = entry.secrets.model_dump(exclude_none=True) if entry.secrets else {}
    written = entry.model_dump(mode="json", exclude={"options", "secrets"})
    return written | {"options": entry.options.stored(), "secrets": secrets}


def _fields(entry: Entry) -> dict[str, Any]:
    """The entry as the verbs take it, but for its secrets."""
    return {
        "url": entry.url,
        "name": entry.called(),
        "description": entry.description,
        "group_name": entry.group_name,
        "tags": entry.tags,
        "is_active": entry.is_active,
        "check_interval": entry.check_interval,
        "timeout": entry.timeout,
        "options": entry.options.stored(),
    }
