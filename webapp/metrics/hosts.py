"""Verbs about hosts: that one was heard of, that it started again, what cannot be read there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core.db import db
from webapp.metrics.models import Host, ProcessList

BOOT_SLACK = timedelta(seconds=60)  # setting the clock moves the moment of the start a little
BOOT_ID = "boot_id"
FAILING = "failing"  # of details: why a source cannot be measured, by source
MOST_FAILING = 50
LONGEST_NAME, LONGEST_REASON, LONGEST_SENTENCE = 50, 200, 500
HOSTS: Any = Host.__table__
log = structlog.get_logger(__name__)


def note_host(
    name: str,
    interval_s: float,
    now: datetime,
    booted_at: datetime | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down that `name` was heard of at `now`, and what it says of itself.

    `booted_at` and `details` stay as they are where they are not given. That a known host has
    started again is written into the diary once, and so is each of its sources that begins to
    fail (`details["failing"]`) or can be read again. Two statements for a host that is known, one
    when it says nothing of itself.
    """
    if booted_at is None and details is None and _heard_of_again(name, interval_s, now):
        return
    known = db.session.execute(
        select(Host.booted_at, Host.details).where(Host.name == name)
    ).one_or_none()
    if details is not None:
        _tell_failures(name, _failing(known.details if known else {}), _failing(details))
    if known is None:
        _add_host(name, interval_s, now, booted_at, details or {})
        return
    values: dict[str, Any] = {"last_seen_at": now, "interval_s": interval_s}
    if booted_at is not None and booted_at != known.booted_at:
        values["booted_at"] = booted_at
        if has_started_again(known.booted_at, known.details, booted_at, details or {}):
            _tell_restart(name, booted_at)
    if details is not None and dict(details) != known.details:
        values["details"] = dict(details)
    db.session.execute(update(Host).where(Host.name == name).values(values))


def _heard_of_again(name: str, interval_s: float, now: datetime) -> bool:
    values = {"last_seen_at": now, "interval_s": interval_s}
    # The table and not its class: this is done for every batch, and the ORM's part is most of it.
    change = update(HOSTS).where(HOSTS.c.name == name).values(values)
    return db.session.connection().execute(change).rowcount > 0


def has_started_again(
    before_at: datetime | None,
    before: Mapping[str, Any],
    booted_at: datetime,
    details: Mapping[str, Any],
) -> bool:
    """Whether a host that started at `before_at` is no longer the same run of it.

    The kernel's own name for a run decides where both are known: a clock that is set moves the
    moment of the start and starts nothing.
    """
    if before_at is None or booted_at <= before_at + BOOT_SLACK:
        return False
    names = before.get(BOOT_ID), details.get(BOOT_ID)
    return None in names or names[0] != names[1]


def _add_host(
    name: str,
    interval_s: float,
    now: datetime,
    booted_at: datetime | None,
    details: Mapping[str, Any],
) -> None:
    row = {"name": name, "interval_s": interval_s, "first_seen_at": now, "last_seen_at": now}
    row |= {"booted_at": booted_at, "is_silent": False, "details": dict(details)}
    _insert(Host, row)


def _tell_restart(name: str, booted_at: datetime) -> None:
    activity.record(
        ActivityType.HOST_STARTED_AGAIN,
        f"{name} started again at {booted_at:%Y-%m-%d %H:%M:%S} UTC",
        details={"host": name, "booted_at": booted_at.isoformat()},
    )


def note_processes(name: str, at_ms: int, processes: Mapping[str, Any]) -> None:
    """Keep the list of processes of host `name` at that moment; one that is there stays."""
    _insert(ProcessList, {"host": name, "at_ms": at_ms, "processes": dict(processes)})


def _insert(model: Any, row: dict[str, Any]) -> None:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    db.session.execute(dialect.insert(model).on_conflict_do_nothing(), [row])


def _failing(details: Mapping[str, Any]) -> dict[str, str]:
    """What a host says it cannot read; it may be another's program and say anything."""
    told = details.get(FAILING)
    pairs = list(told.items())[:MOST_FAILING] if isinstance(told, dict) else []
    return {str(name)[:LONGEST_NAME]: str(why)[:LONGEST_REASON] for name, why in pairs}


def _tell_failures(host: str, before: Mapping[str, str], now: Mapping[str, str]) -> None:
    for source in now.keys() - before.keys():
        log.warning("a source cannot be measured", source=source, host=host, why=now[source])
        sentence = f"{_named(source)} of {host} cannot be measured: {now[source]}"
        found = {"source": source, "host": host, "error": now[source]}
        activity.record(ActivityType.SYSTEM_WARNING, sentence[:LONGEST_SENTENCE], details=found)
    for source in before.keys() - now.keys():
        log.info("a source can be measured again", source=source, host=host)
        found = {"source": source, "host": host}
        sentence = f"{_named(source)} of {host} can be measured again"
        activity.record(ActivityType.SOURCE_RECOVERED, sentence[:LONGEST_SENTENCE], details=found)


def _named(source: str) -> str:
    return source[:1].upper() + source[1:]
