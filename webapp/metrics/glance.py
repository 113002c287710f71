"""Hosts in a row each: state, the last hour in four small lines, uptime: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from webapp.core.clock import from_ms, to_ms
from webapp.metrics.cards import Latest
from webapp.metrics.paths import page_of_host
from webapp.metrics.silence import is_overdue
from webapp.metrics.thresholds import status_of

COLUMNS = {"CPU": "cpu_percent", "Memory": "ram_percent", "Disk": "disk_percent"}
RECEIVED, SENT, UPTIME = "network_in", "network_out", "uptime_s"
NAMES = (*COLUMNS.values(), RECEIVED, SENT, UPTIME)
UP, SILENT, UNKNOWN = "up", "silent", "unknown"
FRESH_MS = 600_000  # a disk that has said nothing for so long is gone

Points = Sequence[float | None]


@dataclass(frozen=True)
class HostFacts:
    """What is known of a host; all but the name is None where only readings came in."""

    name: str
    interval_s: float | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    booted_at: datetime | None
    is_silent: bool | None
    details: Mapping[str, Any] | None


@dataclass(frozen=True)
class Cell:
    """A value with the line of its last hour; `low` and `high` are the ends of the drawing."""

    label: str
    value: float | None
    unit: str
    points: Points
    high: float | None
    status: str | None
    detail: str


@dataclass(frozen=True)
class Glance:
    """A host as a row; `state` is up, silent, or unknown where nobody waits for it."""

    name: str
    about: str
    state: str
    last_seen_at: datetime | None
    uptime_s: float | None
    cells: list[Cell]

    @property
    def href(self) -> str:
        """Path of its page."""
        return page_of_host(self.name)


def is_silent(last_seen_at: datetime, interval_s: float, told: bool, now: datetime) -> bool:
    """Whether a host is overdue, or has been told to be silent."""
    return told or is_overdue(last_seen_at, interval_s, now)


def draw(
    host: HostFacts, newest: Iterable[Latest], points: Mapping[int, Points], now: datetime
) -> Glance:
    """The row of a host, from the newest values of its series and the points of their lines."""
    mine = [value for value in newest if value.host == host.name]
    seen_at = host.last_seen_at or _newest_at(mine)
    state = _state(host, seen_at, now)
    silent = state != UP
    cells = [_cell(label, name, mine, points) for label, name in COLUMNS.items()]
    cells.append(_network(mine, points))
    if silent:  # what it last said is no verdict on how it is
        cells = [replace(cell, status=None) for cell in cells]
    return Glance(
        host.name,
        about(host.details or {}),
        state,
        seen_at,
        None if silent else _uptime_s(host, mine, now),
        cells,
    )


def _state(host: HostFacts, seen_at: datetime | None, now: datetime) -> str:
    """A host that never said how often it measures is not waited for, and so never silent."""
    if host.interval_s is None or seen_at is None:
        age_ms = FRESH_MS + 1 if seen_at is None else to_ms(now) - to_ms(seen_at)
        return UP if age_ms <= FRESH_MS else UNKNOWN
    return SILENT if is_silent(seen_at, host.interval_s, bool(host.is_silent), now) else UP


def about(details: Mapping[str, Any]) -> str:
    """What a host is, in a line: its system and how large it is."""
    said = [str(details[key]) for key in ("system", "kernel") if details.get(key)]
    if cores := details.get("cpus"):
        said.append(f"{cores} core{'' if cores == 1 else 's'}")
    return ", ".join(said)


def _newest_at(mine: Sequence[Latest]) -> datetime | None:
    return from_ms(max(value.at_ms for value in mine)) if mine else None


def _uptime_s(host: HostFacts, mine: Sequence[Latest], now: datetime) -> float | None:
    if host.booted_at is not None:
        return max((now - host.booted_at).total_seconds(), 0)
    return next((value.value for value in mine if value.name == UPTIME), None)


def _cell(label: str, name: str, mine: Sequence[Latest], points: Mapping[int, Points]) -> Cell:
    """Of several of a kind, such as disks, the fullest that still speaks."""
    found = [value for value in mine if value.name == name]
    newest_ms = max((value.at_ms for value in found), default=0)
    fresh = [value for value in found if value.at_ms >= newest_ms - FRESH_MS]
    if not fresh:
        return Cell(label, None, "%", (), 100, None, "")
    fullest = max(fresh, key=lambda value: value.value)
    status = status_of(name, fullest.value)
    told = " ".join(str(label) for label in fullest.labels.values())
    detail = told if len(fresh) > 1 else ""
    drawn = points.get(fullest.series_id, ())
    return Cell(label, fullest.value, "%", drawn, 100, status and status.value, detail)


def _network(mine: Sequence[Latest], points: Mapping[int, Points]) -> Cell:
    """All interfaces together, in and out."""
    both = [value for value in mine if value.name in (RECEIVED, SENT) and not value.labels]
    if not both:
        return Cell("Network", None, "bytes/s", (), None, None, "")
    lines = [points.get(value.series_id, ()) for value in both]
    total = sum(value.value for value in both)
    return Cell("Network", total, "bytes/s", add(lines), None, None, "")


def add(lines: Sequence[Points]) -> list[float | None]:
    """The sum of lines, place by place; None where none has a value."""
    columns = zip(*lines, strict=False)
    known = [[value for value in column if value is not None] for column in columns]
    return [sum(values) if values else None for values in known]
