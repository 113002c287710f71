"""The verb behind the door for metrics: judge what was sent, store what is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from webapp.config import Settings
from webapp.core import clock
from webapp.core.db import db
from webapp.core.problems import FieldError, Problem, invalid
from webapp.metrics import actions, recording
from webapp.metrics.identity import Sender, Wrong, source_name
from webapp.metrics.intake import Intake, Refusal, count_items, read_rows, read_samples, window
from webapp.metrics.models import Host
from webapp.metrics.readings import SeriesKey

MOST_SAMPLES = 10_000
DEFAULT_INTERVAL_S = 60.0


@dataclass(frozen=True)
class Machine:
    """What a batch says of the host that sends it."""

    name: str
    interval_s: float | None = None
    booted_at: datetime | None = None
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ProcessesThen:
    """The processes that used most of the sending host at a moment."""

    at: datetime
    processes: Mapping[str, Any]


@dataclass(frozen=True)
class Receipt:
    """How many samples were taken, how many of them were not there yet, and what was refused."""

    accepted: int
    new: int
    refused: Sequence[Refusal]


def sender_of(kind: str | None, host: str | None, service: str | None) -> Sender:
    """Who sends, the names checked."""
    try:
        return Sender(
            kind,
            None if host is None else source_name(host, "host"),
            None if service is None else source_name(service, "service"),
        )
    except Wrong as wrong:
        raise invalid(FieldError(wrong.field, wrong.message)) from wrong


def take(
    sender: Sender,
    now: datetime,
    *,
    samples: Sequence[Any] = (),
    series: Sequence[Any] = (),
    rows: Sequence[Any] = (),
) -> Receipt:
    """Store what can be stored of `samples`, or of `series` with their `rows`; flushes.

    A sample is refused alone, with the field at fault. Nothing is stored when all are refused.
    """
    if count_items(samples, rows) > MOST_SAMPLES:
        raise Problem(413, f"Send at most {MOST_SAMPLES:,} samples at a time.")
    settings: Settings = current_app.extensions["settings"]
    open_to = window(now, settings.metrics_days)
    if rows:
        taken = read_rows(series, rows, sender, open_to)
    else:
        taken = read_samples(samples, sender, open_to)
    stored = recording.store(recording.Columns(taken.keys, taken.which, taken.at_ms, taken.values))
    crowded = _crowded(taken, stored.crowded, settings.metrics_max_series)
    refused = sorted([*taken.refused, *crowded], key=lambda refusal: refusal.index or 0)
    return Receipt(len(taken.which) - len(crowded), stored.new, refused)


def note_machine(
    machine: Machine, processes: Sequence[ProcessesThen], now: datetime
) -> list[Refusal]:
    """Write down that a host was heard of, what it is and its processes; which were refused.

    A host that is not known and says nothing of itself, as when a script sends a value now and
    then, is not waited for: it never counts as silent.
    """
    settings: Settings = current_app.extensions["settings"]
    open_to = window(now, settings.metrics_days)
    refused = []
    for number, then in enumerate(processes):
        at_ms = clock.to_ms(then.at)
        if open_to.from_ms <= at_ms <= open_to.to_ms:
            actions.note_processes(machine.name, at_ms, then.processes)
        else:
            message = f"Send a moment of the last {settings.metrics_days} days."
            refused.append(Refusal(None, f"processes.{number}.at", message))
    interval_s = machine.interval_s or _interval_s_of(machine.name)
    if interval_s or machine.booted_at or machine.details is not None or processes:
        interval_s = interval_s or DEFAULT_INTERVAL_S
        actions.note_host(machine.name, interval_s, now, machine.booted_at, machine.details)
    return refused


def _interval_s_of(host: str) -> float | None:
    return db.session.scalar(select(Host.interval_s).where(Host.name == host))


def _crowded(taken: Intake, crowded: frozenset[SeriesKey], most: int) -> list[Refusal]:
    if not crowded:
        return []
    return [
        Refusal(index, "labels", _no_room(taken.keys[place], most))
        for place, index in zip(taken.which, taken.items, strict=True)
        if taken.keys[place] in crowded
    ]


def _no_room(key: SeriesKey, most: int) -> str:
    return (
        f"{key.source} already has {most:,} series (METRICS_MAX_SERIES) and gets no new one: "
        "leave out labels whose values keep changing."
    )
