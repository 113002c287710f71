"""Compare a document with what there is, and make it so: all of it, or nothing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.core.db import db
from webapp.core.problems import Problem
from webapp.websites import actions
from webapp.websites.models import Website, WebsiteTag
from webapp.websites.options import CheckSecrets, secrets_of
from webapp.websites.transfer import difference
from webapp.websites.transfer.difference import CHANGE, CREATE, REMOVE, Change
from webapp.websites.transfer.entries import Entry, entry_of
from webapp.websites.urls import kind_of


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
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return all(change.verb == difference.UNCHANGED for change in self.changes)


def all_websites() -> Sequence[Website]:
    """Every website by URL, with its tags, in two statements."""
    query = select(Website).options(selectinload(Website.tags)).order_by(Website.url)
    return db.session.scalars(query).all()


def plan(entries: Sequence[Entry], *, prune: bool = False) -> Plan:
    """What would change; with `prune` what the entries do not name is removed."""
    if prune and not entries:
        raise Problem(422, "There is no website in the file: to prune would remove every one.")
    stored = {website.url: website for website in all_websites()}
    missing = [line for e in entries for line in _missing(e, stored.get(e.url))]
    wanted = {e.url: _values(_resolved(e, stored.get(e.url))) for e in entries}
    present = {url: _values(entry_of(website)) for url, website in stored.items()}
    changes = difference.differences(present, wanted, prune=prune)
    return Plan(changes, {e.url: e for e in entries}, missing)


def carry_out(wanted: Plan, now: datetime) -> dict[str, int]:
    """Make the changes, in the transaction of the caller; how many there were of each kind."""
    stored = {website.url: website for website in all_websites()}
    for change in wanted.changes:
        website, entry = stored.get(change.url), wanted.entries.get(change.url)
        if change.verb == CREATE and entry:
            _put_tags(actions.add(_fields(entry, None), now)[0], entry.tags)
        elif change.verb == CHANGE and website and entry:
            actions.edit(website, _fields(entry, website), now)
            _put_tags(website, entry.tags)
        elif change.verb == REMOVE and website:
            actions.remove(website)
    db.session.flush()
    return difference.counted(wanted.changes)


def _secrets(entry: Entry, website: Website | None) -> CheckSecrets:
    """The secrets after the import: those of the entry, where it says null the stored ones."""
    stored = secrets_of(website.secrets if website else None)
    if entry.secrets is None:
        return stored
    given = entry.secrets.model_dump(exclude_unset=True)
    kept = {name: getattr(stored, name) if v is None else v for name, v in given.items()}
    if "heartbeat_key" not in kept:
        kept["heartbeat_key"] = stored.heartbeat_key
    return CheckSecrets(**kept)


def _resolved(entry: Entry, website: Website | None) -> Entry:
    return entry.model_copy(update={"name": entry.called(), "secrets": _secrets(entry, website)})


def _missing(entry: Entry, website: Website | None) -> list[str]:
    stored = secrets_of(website.secrets if website else None)
    given = entry.secrets.model_dump(exclude_unset=True) if entry.secrets else {}
    lost = [name for name, value in given.items() if value is None and not getattr(stored, name)]
    lost = [name for name in lost if name != "heartbeat_key"]
    return [f"{entry.url}: its {name} is in neither the file nor here: enter it." for name in lost]


def _values(entry: Entry) -> dict[str, Any]:
    secrets = entry.secrets.model_dump(exclude_none=True) if entry.secrets else {}
    written = entry.model_dump(mode="json", exclude={"options", "secrets"})
    options = json.loads(json.dumps(entry.options.stored()))
    return written | {"options": options, "secrets": secrets}


def _fields(entry: Entry, website: Website | None) -> dict[str, Any]:
    """The entry as fields of the website's row."""
    return {
        "url": entry.url,
        "name": entry.called(),
        "description": entry.description,
        "group_name": entry.group,
        "is_active": entry.is_active,
        "check_interval": entry.check_interval,
        "timeout": entry.timeout,
        "kind": kind_of(entry.url),
        "options": entry.options.stored(),
        "secrets": _secrets(entry, website).stored(),
    }


def _put_tags(website: Website, tags: Sequence[str]) -> None:
    kept = {tag.tag: tag for tag in website.tags}
    website.tags = [kept.get(text) or WebsiteTag(tag=text) for text in tags]
