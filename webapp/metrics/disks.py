"""Disks: what they read and wrote, how busy they were and how long they took; /proc/diskstats.

The numbers after the name are in the kernel's Documentation/admin-guide/iostats.rst: reads done,
reads merged, sectors read, milliseconds reading, the same four of writing, requests in flight,
milliseconds with any in flight, and more that newer kernels add.
"""

from collections.abc import Iterator

from webapp.metrics import kernel
from webapp.metrics.readings import Measure, SystemMetricType, Total

DISK = SystemMetricType.DISK


def _measure(
    name: str, unit: str, label: str, description: str, chart: str, digits: int = 0
) -> Measure:
    ceiling = 100 if unit == "%" else None
    return Measure(DISK, name, unit, label, description, chart, ceiling, digits)


ALL_BYTES, ONE_BYTES = "Bytes all disks read and wrote.", "Bytes each disk read and wrote."
REQUESTS = "Requests each disk answered."
READ = _measure("disk_read", "bytes/s", "Disk read", ALL_BYTES, "disk_io")
WRITE = _measure("disk_write", "bytes/s", "Disk write", ALL_BYTES, "disk_io")
DEVICE_READ = _measure("device_read", "bytes/s", "Read", ONE_BYTES, "device_io")
DEVICE_WRITE = _measure("device_write", "bytes/s", "Write", ONE_BYTES, "device_io")
DEVICE_READS = _measure("device_reads", "/s", "Reads", REQUESTS, "device_requests", 1)
DEVICE_WRITES = _measure("device_writes", "/s", "Writes", REQUESTS, "device_requests", 1)
BUSY = _measure(
    "device_busy_percent", "%", "Busy", "Time each disk had anything to do.", "device_busy", 2
)
WAIT = _measure(
    "device_wait_ms",
    "ms",
    "Wait",
    "Mean time from a request to its answer, waiting in line included.",
    "device_wait",
    2,
)
MEASURES = (READ, WRITE, DEVICE_READ, DEVICE_WRITE, DEVICE_READS, DEVICE_WRITES, BUSY, WAIT)
SECTOR = 512  # bytes, whatever the disk calls its own
MILLISECONDS_IN_A_PERCENT = 10  # of a second
FIELDS = 10
# No disks of their own: images, memory, drives for media; what lies on others is counted there.
NOT_COUNTED = ("loop", "ram", "zram", "fd", "sr", "dm-", "md", "nbd", "drbd")
MOST = 50


def read_disks() -> Iterator[Total]:
    """Bytes of all disks together, and of each its bytes, requests, busy time and waiting."""
    whole = set(kernel.names(f"{kernel.SYS}/block"))
    found = [(name, told) for name, told in _told() if _is_disk(name, whole)]
    if found:
        yield Total(READ, sum(told[2] for _, told in found) * SECTOR)
        yield Total(WRITE, sum(told[6] for _, told in found) * SECTOR)
    for name, told in found[:MOST]:
        yield from _device({"device": name}, told)


def _told() -> Iterator[tuple[str, list[int]]]:
    for line in kernel.proc("diskstats").splitlines():
        words = line.split()
        if len(words) >= 3 + FIELDS:
            yield words[2], [int(word) for word in words[3 : 3 + FIELDS]]


def _is_disk(name: str, whole: set[str]) -> bool:
    """Whether it is a disk and not a part of one, nor something that lies on another."""
    return name in whole and not name.startswith(NOT_COUNTED)


def _device(labels: dict[str, str], told: list[int]) -> Iterator[Total]:
    reads, _, read_sectors, reading_ms, writes, _, written_sectors, writing_ms, _, busy_ms = told
    yield Total(DEVICE_READ, read_sectors * SECTOR, labels=labels)
    yield Total(DEVICE_WRITE, written_sectors * SECTOR, labels=labels)
    yield Total(DEVICE_READS, reads, labels=labels)
    yield Total(DEVICE_WRITES, writes, labels=labels)
    yield Total(BUSY, busy_ms / MILLISECONDS_IN_A_PERCENT, labels=labels)
    yield Total(WAIT, reading_ms + writing_ms, reads + writes, scale=1, labels=labels)
