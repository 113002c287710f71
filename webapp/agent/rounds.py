"""A round: read everything of this machine that has its turn, and put it into the spool."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from json import dumps
from typing import Any

from webapp.agent.moments import Clocks
from webapp.agent.spool import Spool
from webapp.metrics.collection import Notebook, Source, collect
from webapp.metrics.readings import (
    Measure,
    Reading,
    SystemMetricType,
    sample_of,
)

LONGEST_WAIT_MS = 60_000
WAITING = Measure(
    SystemMetricType.CUSTOM,
    "agent_waiting",
    "bytes",
    "Waiting in the agent",
    "What an agent measured and could not send yet.",
    "agent",
    digits=0,
)
DROPPED = Measure(
    SystemMetricType.CUSTOM,
    "agent_dropped",
    "",
    "Given up by the agent",
    "Moments that an agent gave up since it started, because its spool was full.",
    "agent",
    digits=0,
)
OWN_EVERY_S = 10
MOST_TEXTS = 20_000
log = logging.getLogger(__name__)


class Rounds:
    """Keeps what one round leaves for the next: counters, failures, the moment, the clocks."""

    def __init__(self, host: str, spool: Spool, sources: Mapping[str, Source]) -> None:
        self.host = host
        self.spool = spool
        self.sources = {**sources, "agent": Source(self._read_own, (WAITING, DROPPED), OWN_EVERY_S)}
        self.notebook: Notebook = {}
        self.failing: dict[str, str] = {}
        self._last: tuple[int, Clocks] | None = None
        self._texts: dict[tuple[object, ...], str] = {}

    def take(self, at_ms: int, clocks: Clocks) -> bool:
        """Read and keep the moment `at_ms`; False when it has been measured already."""
        if not self._is_new(at_ms, clocks):
            return False
        found = collect(self.sources, self.notebook, clocks.steady_s)
        self.notebook = found.notebook
        self._tell(found.newly_failing, found.recovered)
        values = [(self._text(reading), reading.value) for reading in found.readings]
        processes = None
        if found.processes is not None:
            processes = _json({"at": at_ms, "processes": found.processes})
        self.spool.add(at_ms, values, processes)
        log.debug("kept %d with %d samples", at_ms, len(values))
        return True

    def _is_new(self, at_ms: int, clocks: Clocks) -> bool:
        """Whether the moment is later than the last, or the clock was set back far."""
        last, self._last = self._last, (at_ms, clocks)
        if last is None:
            return True
        if jumped_s := clocks.jumped_since(last[1]):
            log.warning("the clock of this machine moved by %+.1f s", jumped_s)
            self.notebook = {}
        if last[0] - LONGEST_WAIT_MS < at_ms <= last[0]:
            self._last = last[0], clocks
            return False
        return True

    def _tell(self, newly_failing: Mapping[str, str], recovered: Iterable[str]) -> None:
        for source, why in newly_failing.items():
            log.error("%s cannot be measured: %s", source, why)
        for source in recovered:
            log.warning("%s can be measured again", source)
        if newly_failing or recovered:
            self.failing = {name: e.why for name, e in self.notebook.items() if e.why}

    def _text(self, reading: Reading) -> str:
        """The series of a reading, as JSON."""
        key = reading.measure.name, *reading.labels.items()
        text = self._texts.get(key)
        if text is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()  # containers and units come and go
            text = self._texts[key] = _json(_series(reading, self.host))
        return text

    def _read_own(self) -> Iterator[Reading]:
        yield Reading(WAITING, self.spool.waiting_bytes)
        yield Reading(DROPPED, self.spool.dropped)


def _json(value: Any) -> str:
    """Compact JSON; bytes that are no text, as in the names of processes, become question marks."""
    text = dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def _series(reading: Reading, host: str) -> dict[str, Any]:
    key = sample_of(reading, host, 0).key
    return {
        "kind": key.kind.value,
        "metric_type": key.metric_type,
        "name": key.name,
        "unit": key.unit,
        "host": key.source,
        "labels": dict(key.labels),
    }
