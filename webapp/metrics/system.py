"""This machine, read through psutil. The measures stand beside the code that reads them."""

import os
import time
from collections.abc import Iterator

import psutil

from webapp.metrics.readings import Measure, Reading, SystemMetricType, Total

CPU, MEMORY = SystemMetricType.CPU, SystemMetricType.MEMORY
DISK, NETWORK = SystemMetricType.DISK, SystemMetricType.NETWORK

CPU_PERCENT = Measure(
    CPU, "cpu_percent", "%", "CPU", "Time all cores together were busy.", "cpu", 100
)
LOADS = tuple(
    Measure(
        CPU,
        f"load_{minutes}",
        "",
        f"Load, {minutes} min",
        "Processes that ran or waited to run, averaged over 1, 5 and 15 min.",
        "load",
    )
    for minutes in (1, 5, 15)
)
UPTIME = Measure(CPU, "uptime_s", "s", "Up for", "Time since the machine started.", "uptime")

RAM_PERCENT = Measure(
    MEMORY,
    "ram_percent",
    "%",
    "Memory",
    "Memory that programs could not be given without swapping.",
    "memory",
    100,
)
RAM_USED = Measure(
    MEMORY, "ram_used", "bytes", "Memory used", "Memory in use, caches left out.", "memory_used"
)
SWAP_PERCENT = Measure(MEMORY, "swap_percent", "%", "Swap", "Swap space in use.", "memory", 100)
SWAP_USED = Measure(MEMORY, "swap_used", "bytes", "Swap used", "Swap in use.", "memory_used")

DISK_PERCENT = Measure(
    DISK, "disk_percent", "%", "Disk", "Space in use of what users may fill.", "disk", 100
)
DISK_USED = Measure(DISK, "disk_used", "bytes", "Disk used", "Space in use.", "disk_used")
DISK_READ = Measure(
    DISK, "disk_read", "bytes/s", "Disk read", "Bytes all disks read and wrote.", "disk_io"
)
DISK_WRITE = Measure(
    DISK, "disk_write", "bytes/s", "Disk write", "Bytes all disks read and wrote.", "disk_io"
)

NETWORK_IN = Measure(
    NETWORK,
    "network_in",
    "bytes/s",
    "Network in",
    "Bytes through all interfaces, loopback and virtual ones left out.",
    "network",
)
NETWORK_OUT = Measure(
    NETWORK,
    "network_out",
    "bytes/s",
    "Network out",
    "Bytes through all interfaces, loopback and virtual ones left out.",
    "network",
)

MEASURES = (
    *(CPU_PERCENT, *LOADS, UPTIME, RAM_PERCENT, RAM_USED, SWAP_PERCENT, SWAP_USED),
    *(DISK_PERCENT, DISK_USED, DISK_READ, DISK_WRITE, NETWORK_IN, NETWORK_OUT),
)
ROOT = "/"
# What passes through these passes through a real interface too, or never leaves the machine.
VIRTUAL_INTERFACES = ("lo", "veth", "br-", "docker", "virbr", "ifb", "tap", "dummy")
READ_ONLY_IMAGES = ("squashfs", "iso9660", "erofs")


def host_name() -> str:
    """What this machine calls itself."""
    return os.uname().nodename or "localhost"


def read_cpu() -> Iterator[Reading | Total]:
    """Busy time of all cores, load averages and uptime."""
    times = psutil.cpu_times()
    # The kernel counts a guest's time in its host's too.
    whole = sum(times) - getattr(times, "guest", 0) - getattr(times, "guest_nice", 0)
    yield Total(CPU_PERCENT, whole - times.idle - getattr(times, "iowait", 0), whole)
    for measure, load in zip(LOADS, os.getloadavg(), strict=True):
        yield Reading(measure, load)
    yield Reading(UPTIME, max(0.0, round(time.time() - psutil.boot_time())))


def read_memory() -> Iterator[Reading]:
    """Memory and swap."""
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    yield Reading(RAM_PERCENT, memory.percent)
    yield Reading(RAM_USED, memory.used)
    yield Reading(SWAP_PERCENT, swap.percent)
    yield Reading(SWAP_USED, swap.used)


def read_disks() -> Iterator[Reading | Total]:
    """Space of each real mount, and what all disks together read and wrote."""
    for mount in real_mounts():
        usage = psutil.disk_usage(mount)
        yield Reading(DISK_PERCENT, usage.percent, {"mount": mount})
        yield Reading(DISK_USED, usage.used, {"mount": mount})
    counters = psutil.disk_io_counters(nowrap=False)
    if counters is not None:
        yield Total(DISK_READ, counters.read_bytes)
        yield Total(DISK_WRITE, counters.write_bytes)


def real_mounts() -> list[str]:
    """Where writable disks are mounted: the root first, each device once."""
    by_device = {"": ROOT}
    for disk in sorted(psutil.disk_partitions(), key=lambda d: len(d.mountpoint)):
        read_only = disk.fstype in READ_ONLY_IMAGES or "ro" in disk.opts.split(",")
        # A container sees single files of its host's disk as mounts.
        if not read_only and disk.mountpoint != ROOT and os.path.isdir(disk.mountpoint):
            by_device.setdefault(disk.device, disk.mountpoint)
        elif disk.mountpoint == ROOT:
            by_device[disk.device] = ROOT
    return list(dict.fromkeys(by_device.values()))


def read_network() -> Iterator[Total]:
    """What all real interfaces together received and sent."""
    counters = psutil.net_io_counters(pernic=True, nowrap=False)
    real = [c for name, c in counters.items() if not name.startswith(VIRTUAL_INTERFACES)]
    yield Total(NETWORK_IN, sum(c.bytes_recv for c in real))
    yield Total(NETWORK_OUT, sum(c.bytes_sent for c in real))


def cpu_percent_over(seconds: float) -> float:
    """Percent of the CPU that is busy during the next `seconds`, which this call lasts."""
    return float(psutil.cpu_percent(interval=seconds))


def ram_percent() -> float:
    """Percent of memory in use now."""
    return float(psutil.virtual_memory().percent)


def disk_percent() -> float:
    """Percent of the root disk in use now."""
    return float(psutil.disk_usage(ROOT).percent)
