"""One collection: ask every source whose turn it is, let none stop the others.

A collection leaves a notebook for the next: of each source when its turn was, the counters it
showed, and whether it fails, so that a failure is told once and asked for less and less often.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from webapp.metrics.rates import Totals, settle
from webapp.metrics.readings import Measure, ProcessTable, Reading, Total

Found = Reading | Total | ProcessTable
LONGEST_REASON = 200
LONGEST_REST = 64  # turns from one try to the next, of a source that keeps failing
EARLY_SHARE, EARLY_S = 0.05, 0.5  # a tick may come a little early and still be its turn


@dataclass(frozen=True)
class Source:
    """What can be asked, what it may answer, and every how many seconds (0: each time)."""

    read: Callable[[], Iterable[Found]]
    measures: tuple[Measure, ...] = ()
    every_s: float = 0

    def has_turn(self, elapsed_s: float) -> bool:
        """Whether it is to be asked so long after its last turn; a clock that went back says so."""
        early_s = min(EARLY_S, EARLY_SHARE * self.every_s)
        return elapsed_s < 0 or elapsed_s >= self.every_s - early_s


@dataclass(frozen=True)
class Entry:
    """What the notebook says of a source; `turn_s` is on the machine's monotonic clock.

    `totals` are the counters it showed then. `why` and `failures` tell of failures in a row, after
    which it is left alone for `rest` turns.
    """

    turn_s: float
    totals: Totals = field(default_factory=dict)
    why: str | None = None
    failures: int = 0
    rest: int = 0


Notebook = dict[str, Entry]


@dataclass(frozen=True)
class Collection:
    """What was read, the notebook for the next time, and which sources began or ceased to fail.

    `processes` is None unless it was the turn of the list of processes.
    """

    readings: list[Reading]
    notebook: Notebook
    newly_failing: dict[str, str]
    recovered: list[str]
    processes: Mapping[str, Any] | None = None


def collect(sources: Mapping[str, Source], before: Notebook, taken_s: float) -> Collection:
    """Ask all `sources` that have their turn; `taken_s` is now on the monotonic clock."""
    readings: list[Reading] = []
    notebook: Notebook = {}
    processes: Mapping[str, Any] | None = None
    for name, source in sources.items():
        entry = before.get(name)
        if entry and not source.has_turn(taken_s - entry.turn_s):
            notebook[name] = entry
        elif entry and entry.rest:
            notebook[name] = replace(entry, turn_s=taken_s, rest=entry.rest - 1)
        else:
            notebook[name], found, table = _ask(source, entry, taken_s)
            readings += found
            processes = table.processes if table else processes
    failing = {name: entry.why for name, entry in notebook.items() if entry.why}
    failed = {name for name, entry in before.items() if entry.why}
    return Collection(
        readings,
        notebook,
        {name: why for name, why in failing.items() if name not in failed},
        [name for name in notebook if name in failed and name not in failing],
        processes,
    )


def _ask(
    source: Source, before: Entry | None, taken_s: float
) -> tuple[Entry, list[Reading], ProcessTable | None]:
    try:
        answer = list(source.read())
    except Exception as error:
        return _failed(before, taken_s, f"{type(error).__name__}: {error}"[:LONGEST_REASON])
    found = [item for item in answer if not isinstance(item, ProcessTable)]
    tables = [item for item in answer if isinstance(item, ProcessTable)]
    elapsed_s = None if before is None else taken_s - before.turn_s
    readings, totals = settle(found, before.totals if before else {}, elapsed_s)
    return Entry(taken_s, totals), readings, tables[-1] if tables else None


def _failed(
    before: Entry | None, taken_s: float, why: str
) -> tuple[Entry, list[Reading], ProcessTable | None]:
    failures = before.failures + 1 if before else 1
    rest = min(2 ** (failures - 1), LONGEST_REST) - 1
    return Entry(taken_s, {}, why, failures, rest), [], None
