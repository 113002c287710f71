"""Trouble of machines: those that fell silent, and what cannot be measured on them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.core.db import db
from webapp.issues import fault_codes, once
from webapp.issues.judging_websites import fault
from webapp.issues.kinds import IssueKind, Severity
from webapp.issues.occurrences import Occurrence
from webapp.issues.reconciling import Found, key_of, reconcile
from webapp.metrics.hosts import FAILING
from webapp.metrics.models import Host

SILENCE = "silence"
SOURCES = "failing-sources"
LONGEST_NAME, LONGEST_REASON = 50, 500
MOST_SOURCES = 50  # of one host: it may be another's program and say anything


def judge_silence(now: datetime) -> int:
    """Open and end the faults of silent hosts; how many."""
    return reconcile(SILENCE, _silent, now)


def _silent(_is_open: Collection[str]) -> Found:
    columns = select(Host.name, Host.last_seen_at, Host.interval_s)
    rows = db.session.execute(columns.where(Host.is_silent))
    return Found({key_of(SILENCE, name): _silence(name, at, s) for name, at, s in rows})


def _silence(name: str, last_seen_at: datetime, interval_s: float) -> Occurrence:
    message = (
        f"{name} is silent.\nNothing was heard of it since {last_seen_at:%Y-%m-%d %H:%M:%S} UTC."
    )
    context = {"interval_s": interval_s, "last_seen_at": last_seen_at.isoformat()}
    code = fault_codes.HOST_SILENT
    return fault(code, message, last_seen_at, f"host:{name}", context, host=name)


def judge_sources(now: datetime) -> int:
    """Tell once of each source that a host cannot measure; how many. It recovers by itself."""
    there = _failing()

    def make(keys: Sequence[str]) -> Mapping[str, Occurrence]:
        return {key: _failure(*there[key], now) for key in keys}

    return once.tell(SOURCES, there.keys(), make, now, lasts=True)


def _failing() -> dict[str, tuple[str, str, str]]:
    """Host, source and reason of each source that cannot be measured, by host and source."""
    told = Host.details[FAILING]
    query = select(Host.name, Host.details).where(told.as_string().is_not(None))
    found = {}
    for host, details in db.session.execute(query):
        failing = details.get(FAILING)
        for source, why in list(failing.items() if isinstance(failing, dict) else ())[
            :MOST_SOURCES
        ]:
            name, reason = str(source)[:LONGEST_NAME], str(why)[:LONGEST_REASON]
            found[key_of(host, name)] = (host, name, reason)
    return found


def _failure(host: str, source: str, why: str, now: datetime) -> Occurrence:
    return Occurrence(
        IssueKind.OPERATIONAL,
        subject=f"measure {source}",
        name=f"{source[:1].upper()}{source[1:]} cannot be measured",
        message=why,
        severity=Severity.WARNING,
        at=now,
        host=host,
        context={"source": source},
    )
