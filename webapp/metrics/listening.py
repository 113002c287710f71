"""Verbs about silence: that a host fell silent, and that it is heard of again; each told once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from webapp.activity import actions as activity
from webapp.activity.models import ActivityType
from webapp.core import nudges
from webapp.core.db import db
from webapp.metrics.models import Host
from webapp.metrics.silence import SHORTEST_SILENCE, is_overdue, is_silent

HOSTS = "hosts"  # the bell


def note_silent_hosts(now: datetime, listening_since: datetime) -> tuple[list[str], list[str]]:
    """Mark hosts as silent or heard of again, with an entry in the diary; both lists of names.

    Nothing was heard before `listening_since`: a host that fell silent then is not blamed for it.
    One statement as long as all is as it was.
    """
    fallen, back = [], []
    for host in _those_in_question(now):
        last_seen = host.last_seen_at, host.interval_s, now
        if host.is_silent:
            if not is_overdue(*last_seen) and _mark(host, False):
                _tell_back(host)
                back.append(host.name)
        elif is_silent(*last_seen, listening_since) and _mark(host, True):
            _tell_silent(host)
            fallen.append(host.name)
    return fallen, back


def _those_in_question(now: datetime) -> Iterable[Any]:
    """Hosts that are called silent, and those of which nothing was heard for the shortest while."""
    columns = Host.name, Host.interval_s, Host.last_seen_at, Host.is_silent
    overdue = Host.last_seen_at < now - SHORTEST_SILENCE
    return db.session.execute(select(*columns).where(or_(Host.is_silent, overdue))).all()


def _mark(host: Any, silent: bool) -> bool:
    """Whether it was us who marked it: of two that look at once only one is to tell."""
    changed = db.session.execute(
        update(Host)
        .where(Host.name == host.name, Host.is_silent.is_(not silent))
        .where(Host.last_seen_at == host.last_seen_at)
        .values(is_silent=silent)
        .execution_options(synchronize_session=False)
    )
    nudges.ring_after_commit(HOSTS)
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def _tell_silent(host: Any) -> None:
    activity.record(
        ActivityType.HOST_SILENT,
        f"{host.name} fell silent: nothing was heard of it since "
        f"{host.last_seen_at:%Y-%m-%d %H:%M:%S} UTC",
        details={"host": host.name, "last_seen_at": host.last_seen_at.isoformat()},
    )


def _tell_back(host: Any) -> None:
    activity.record(
        ActivityType.HOST_BACK,
        f"{host.name} is heard of again",
        details={"host": host.name, "last_seen_at": host.last_seen_at.isoformat()},
    )
