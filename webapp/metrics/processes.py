"""Processes: how many, and which use most; one pass over /proc, ever fewer questions.

Of every process only its stat file is read (proc_stat(5)); user and command line only of the few
that are shown. Which used the processor shows from one pass to the next.
"""

import os
import pwd
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest
from typing import Any, NamedTuple

from webapp.metrics import kernel
from webapp.metrics.command_lines import shown_command
from webapp.metrics.readings import Measure, ProcessTable, Reading, SystemMetricType

CPU = SystemMetricType.CPU
SHOWN = 10
COUNT = Measure(CPU, "process_count", "", "Processes", "Processes that exist.", "processes")
THREADS = Measure(CPU, "thread_count", "", "Threads", "Threads of all processes.", "threads")
ZOMBIES = Measure(
    CPU,
    "zombie_count",
    "",
    "Zombies",
    "Processes that ended and whose parent has not asked how.",
    "zombies",
)
MEASURES = (COUNT, THREADS, ZOMBIES)
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SMALLEST_PERCENT = 0.05  # of a core; what used less used nothing
LONGEST_S = 60  # after which a list is worth keeping though nothing has changed
MOVED_PERCENT = 10  # of a core, by all processes of a list together
MOVED_SHARE = 0.05  # of the memory that they hold


class Process(NamedTuple):
    """A process in one pass; `started` tells two apart that had the same pid."""

    pid: int
    name: str
    state: str
    ticks: int
    threads: int
    started: int
    pages: int


@dataclass
class Scanner:
    """Passes over /proc, each knowing the one before."""

    taken_s: float | None = None
    ticks: dict[tuple[int, int], int] = field(default_factory=dict)
    told_s: float = 0
    told: dict[str, Any] = field(default_factory=dict)

    def read(self) -> Iterator[Reading | ProcessTable]:
        """Counts, and from the second pass on the processes that use most, when that is news."""
        yield from self.look(time.monotonic())

    def look(self, now_s: float) -> Iterator[Reading | ProcessTable]:
        """The same, with what the monotonic clock says."""
        found = list(_processes())
        yield Reading(COUNT, len(found))
        yield Reading(THREADS, sum(process.threads for process in found))
        yield Reading(ZOMBIES, sum(process.state == "Z" for process in found))
        before, taken_s = self.ticks, self.taken_s
        self.ticks = {(process.pid, process.started): process.ticks for process in found}
        self.taken_s = now_s
        if taken_s is not None and now_s > taken_s:
            yield from self._news(_table(found, before, now_s - taken_s), now_s)

    def _news(self, table: dict[str, Any], now_s: float) -> Iterator[ProcessTable]:
        # A list takes as much room as a thousand readings: on a calm machine one a minute will do.
        if not self.told or now_s - self.told_s >= LONGEST_S or has_moved(self.told, table):
            self.told, self.told_s = table, now_s
            yield ProcessTable(table)


def _processes() -> Iterator[Process]:
    try:
        names = os.listdir(kernel.PROC)
    except OSError:
        return
    for name in names:
        if name.isdigit() and (process := _parse(kernel.proc(f"{name}/stat"))):
            yield process


def _parse(told: str) -> Process | None:
    """The line of a process; None when it went away, or may not be looked at."""
    # The name stands in brackets and may hold anything, brackets and spaces too.
    head, _, rest = told.rpartition(")")
    pid, _, name = head.partition(" (")
    words = rest.split()
    if len(words) < 22:
        return None
    ticks = int(words[11]) + int(words[12])
    started, pages = int(words[19]), int(words[21])
    return Process(int(pid), name, words[0], ticks, int(words[17]), started, pages)


def _table(
    found: list[Process], before: dict[tuple[int, int], int], elapsed_s: float
) -> dict[str, Any]:
    scale = 100 / TICKS_PER_S / elapsed_s
    used = {
        process: max(process.ticks - before.get((process.pid, process.started), 0), 0) * scale
        for process in found
        if (process.pid, process.started) in before
    }
    by_cpu = nlargest(SHOWN, used, key=lambda process: used[process])
    by_memory = nlargest(SHOWN, found, key=lambda process: process.pages)
    shown = {process: _entry(process, used.get(process, 0)) for process in {*by_cpu, *by_memory}}
    return {
        "count": len(found),
        "cpu": [shown[process] for process in by_cpu if used[process] >= SMALLEST_PERCENT],
        "memory": [shown[process] for process in by_memory if process.pages],
    }


def has_moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether the processes that use most, or what they use, are clearly others than before."""
    cpu, held = _moved(before, now, "cpu", "cpu_percent"), _held(before)
    moved = _moved(before, now, "memory", "memory_bytes")
    return cpu >= MOVED_PERCENT or moved > MOVED_SHARE * held


def _held(table: Mapping[str, Any]) -> float:
    return float(sum(entry["memory_bytes"] for entry in table["memory"]))


def _moved(before: Mapping[str, Any], now: Mapping[str, Any], part: str, what: str) -> float:
    first, second = (
        {entry["pid"]: entry[what] for entry in table[part]} for table in (before, now)
    )
    pids = first.keys() | second.keys()
    return float(sum(abs(second.get(pid, 0) - first.get(pid, 0)) for pid in pids))


def _entry(process: Process, percent: float) -> dict[str, Any]:
    return {
        "pid": process.pid,
        "name": process.name,
        "user": _user(process.pid),
        "command": shown_command(kernel.proc(f"{process.pid}/cmdline")),
        "cpu_percent": round(percent, 1),
        "memory_bytes": process.pages * PAGE,
    }


def _user(pid: int) -> str:
    try:
        return _name_of(os.stat(f"{kernel.PROC}/{pid}").st_uid)
    except OSError:
        return ""


@lru_cache(maxsize=1000)
def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
