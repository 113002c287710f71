"""Pressure: the share of time that work stood still for want of processor, memory or disks.

From /proc/pressure (Linux 4.20 on, where it is switched on): the growth of `total`, in
microseconds, is the exact share since the reading before, where `avg10` blurs it. `some` is the
time in which at least one task stood still, `full` that in which all did.
"""

import re
from collections.abc import Iterator

from webapp.metrics import kernel
from webapp.metrics.readings import Measure, SystemMetricType, Total

TYPES = {
    "cpu": (SystemMetricType.CPU, "the processor"),
    "memory": (SystemMetricType.MEMORY, "memory"),
    "io": (SystemMetricType.DISK, "disks"),
}
PRESSURE = {
    (name, share): Measure(
        metric_type,
        f"pressure_{name}{'_full' if share == 'full' else ''}_percent",
        "%",
        f"{who} waited for {what}",
        f"Time in which {who.lower()} stood still for want of {what}.",
        "pressure",
        100,
    )
    for name, (metric_type, what) in TYPES.items()
    for share, who in (("some", "Somebody"), ("full", "Everybody"))
    if (name, share) != ("cpu", "full")  # of the whole machine it is nought by definition
}
MEASURES = tuple(PRESSURE.values())
LINE = re.compile(r"^(some|full) .*total=(\d+)", re.MULTILINE)
MICROSECONDS_IN_A_PERCENT = 10_000  # of a second


def read_pressure() -> Iterator[Total]:
    """Time stood still for each of processor, memory and disks."""
    for name in TYPES:
        for share, total in LINE.findall(kernel.proc(f"pressure/{name}")):
            if measure := PRESSURE.get((name, share)):
                yield Total(measure, int(total) / MICROSECONDS_IN_A_PERCENT)
