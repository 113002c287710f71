"""Memory and swap, from /proc/meminfo and /proc/vmstat."""

import os
from collections.abc import Iterator

from webapp.metrics import kernel
from webapp.metrics.readings import Measure, Reading, SystemMetricType, Total

MEMORY = SystemMetricType.MEMORY
BYTES_DIGITS = -5  # a tenth of a megabyte; what is below changes with every breath

PERCENT = Measure(
    MEMORY,
    "ram_percent",
    "%",
    "Memory",
    "Memory that programs could not be given without swapping.",
    "memory",
    100,
)
USED = Measure(
    MEMORY,
    "ram_used",
    "bytes",
    "Memory used",
    "Memory that could not be given to programs, and what is still available to them.",
    "memory_used",
    digits=BYTES_DIGITS,
)
AVAILABLE = Measure(
    MEMORY,
    "ram_available",
    "bytes",
    "Memory available",
    "Memory that could not be given to programs, and what is still available to them.",
    "memory_used",
    digits=BYTES_DIGITS,
)
CACHED = Measure(
    MEMORY,
    "ram_cached",
    "bytes",
    "Caches",
    "Memory that holds files; most of it is given to programs when they need it.",
    "memory_kinds",
    digits=BYTES_DIGITS,
)
SHARED = Measure(
    MEMORY,
    "ram_shared",
    "bytes",
    "Shared",
    "Memory that several processes share, and files in memory.",
    "memory_kinds",
    digits=BYTES_DIGITS,
)
DIRTY = Measure(
    MEMORY,
    "ram_dirty",
    "bytes",
    "To be written",
    "Memory whose contents are still to be written to a disk.",
    "memory_kinds",
    digits=BYTES_DIGITS,
)
SWAP_PERCENT = Measure(MEMORY, "swap_percent", "%", "Swap", "Swap space in use.", "memory", 100)
SWAP_USED = Measure(
    MEMORY, "swap_used", "bytes", "Swap used", "Swap in use.", "swap_used", digits=BYTES_DIGITS
)
SWAP_IN = Measure(
    MEMORY,
    "swap_in",
    "bytes/s",
    "Read from swap",
    "Memory brought back from swap and put out to it.",
    "swap_io",
    digits=0,
)
SWAP_OUT = Measure(
    MEMORY,
    "swap_out",
    "bytes/s",
    "Written to swap",
    "Memory brought back from swap and put out to it.",
    "swap_io",
    digits=0,
)
FAULTS = Measure(
    MEMORY,
    "major_faults",
    "/s",
    "Major page faults",
    "How often a program had to wait for its memory to be read from a disk.",
    "faults",
)
KILLS = Measure(
    MEMORY,
    "oom_kills",
    "/s",
    "Killed for memory",
    "Processes the kernel killed because there was no memory left.",
    "kills",
    digits=3,
)
MEASURES = (
    *(PERCENT, USED, AVAILABLE, CACHED, SHARED, DIRTY, SWAP_PERCENT, SWAP_USED),
    *(SWAP_IN, SWAP_OUT, FAULTS, KILLS),
)
COUNTERS = {"pswpin": SWAP_IN, "pswpout": SWAP_OUT, "pgmajfault": FAULTS, "oom_kill": KILLS}
PAGE = os.sysconf("SC_PAGE_SIZE")


def read_memory() -> Iterator[Reading | Total]:
    """Memory by its uses, swap, and how often either had to be read or written."""
    told = {name: kib * 1024 for name, kib in kernel.numbers(kernel.proc("meminfo")).items()}
    if told.get("MemTotal"):
        yield from _memory(told)
    yield from _swap(told)
    yield from _counters(kernel.proc("vmstat"))


def _memory(told: dict[str, int]) -> Iterator[Reading]:
    total, caches = told["MemTotal"], told.get("Buffers", 0) + told.get("Cached", 0)
    # Kernels before 3.14 do not estimate it, and some containers leave it out.
    available = min(told.get("MemAvailable", told.get("MemFree", 0) + caches), total)
    yield Reading(PERCENT, 100 * (total - available) / total)
    yield Reading(USED, total - available)
    yield Reading(AVAILABLE, available)
    yield Reading(CACHED, caches + told.get("SReclaimable", 0))
    yield Reading(SHARED, told.get("Shmem", 0))
    yield Reading(DIRTY, told.get("Dirty", 0) + told.get("Writeback", 0))


def _swap(told: dict[str, int]) -> Iterator[Reading]:
    total = told.get("SwapTotal", 0)
    used = total - told.get("SwapFree", 0)
    yield Reading(SWAP_PERCENT, 100 * used / total if total else 0)
    yield Reading(SWAP_USED, used)


def _counters(told: str) -> Iterator[Total]:
    for line in told.splitlines():
        name, _, value = line.partition(" ")
        if name in COUNTERS and value.isdigit():
            size = PAGE if name.startswith("pswp") else 1
            yield Total(COUNTERS[name], int(value) * size)
