"""Questions about a machine at the moment when something went wrong on it."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from webapp.core.db import db
from webapp.metrics import host_queries, raw
from webapp.metrics.models import NEWEST, MetricSeries
from webapp.metrics.packing import Samples
from webapp.metrics.readings import MetricKind

NAMES = {"cpu_percent": "cpu", "ram_percent": "memory"}
BACK_MS = 120_000  # a reading counts for so long
NEAR_MS = 300_000  # and a list of processes
MOST_HOSTS = 50  # of which history is read; in a storm of more the newest readings have to do
SHOWN = 10


@dataclass(frozen=True)
class Moment:
    """CPU and RAM of a machine in percent, and the processes that used most; None if not known."""

    cpu_percent: float | None = None
    ram_percent: float | None = None
    processes: dict[str, Any] | None = None


Asked = tuple[str, int]  # a host, and milliseconds since 1970


def moments(asked: Sequence[Asked], leading: str = "cpu") -> dict[Asked, Moment]:
    """The hosts at these moments; two statements, and up to two for each of a few hosts.

    `leading` says which processes come first: those that use most "cpu" or most "memory".
    """
    hosts = sorted({host for host, _ in asked})
    if not hosts:
        return {}
    newest = _newest(hosts)
    is_storm = len(hosts) > MOST_HOSTS
    history = {} if is_storm else _history(newest, [at_ms for _, at_ms in asked])
    return {
        (host, at_ms): Moment(
            _at(newest.get((host, "cpu_percent")), history, at_ms),
            _at(newest.get((host, "ram_percent")), history, at_ms),
            None if is_storm else top_processes(host, at_ms, leading),
        )
        for host, at_ms in set(asked)
    }


def top_processes(host: str, at_ms: int, leading: str = "cpu") -> dict[str, Any] | None:
    """The ten processes of a host that used most around a moment: {"at_ms", "processes": [...]}."""
    found = host_queries.process_list(host, at_ms)
    if found is None or abs(found.at_ms - at_ms) > NEAR_MS:
        return None
    return {"at_ms": found.at_ms, "processes": list(found.processes.get(leading, []))[:SHOWN]}


def _newest(hosts: Sequence[str]) -> dict[Asked | tuple[str, str], Any]:
    rows = db.session.execute(
        select(*NEWEST).where(
            MetricSeries.kind == MetricKind.SYSTEM,
            MetricSeries.metric_type.in_(NAMES.values()),
            MetricSeries.source.in_(hosts),
            MetricSeries.name.in_(NAMES),
        )
    )
    # Of the machine as a whole, not of one of its cores.
    return {(row.source, row.name): row for row in rows if not row.details}


def _history(newest: Mapping[Any, Any], at_ms: Sequence[int]) -> dict[int, Samples]:
    ids = [row.id for row in newest.values()]
    return raw.samples_of(ids, min(at_ms) - BACK_MS, max(at_ms) + 1)


def _at(series: Any, history: Mapping[int, Samples], at_ms: int) -> float | None:
    if series is None:
        return None
    found = history.get(series.id)
    if found is None:
        near = series.newest_ms is not None and abs(series.newest_ms - at_ms) <= BACK_MS
        return float(series.newest_value) if near else None
    place = bisect_right(found, (at_ms, float("inf")))
    if not place or found[place - 1][0] < at_ms - BACK_MS:
        return None
    return found[place - 1][1]
