"""This machine: its name, what it is, since when it runs, and how it is at this moment."""

import os
import platform
import shlex
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import psutil

from webapp.metrics import kernel

ROOT = "/"
RELEASE_FILES = ("/etc/os-release", "/usr/lib/os-release")


def host_name() -> str:
    """What this machine calls itself."""
    return os.uname().nodename or "localhost"


def booted_at() -> datetime | None:
    """When this machine started, None where the kernel does not tell."""
    for line in kernel.proc("stat").splitlines():
        if line.startswith("btime "):
            return datetime.fromtimestamp(int(line.split()[1]), UTC)
    return None


@lru_cache(maxsize=1)
def details() -> dict[str, Any]:
    """What this machine is: system, kernel, architecture, processors, memory, this run's name."""
    memory = kernel.numbers(kernel.proc("meminfo")).get("MemTotal", 0) * 1024
    return {
        "system": _system(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "processor": _processor(kernel.proc("cpuinfo")),
        "cpus": os.cpu_count() or 1,
        "memory_bytes": memory,
        "boot_id": kernel.proc("sys/kernel/random/boot_id").strip(),
    }


def _system() -> str:
    for path in RELEASE_FILES:
        for line in kernel.text(path).splitlines():
            if line.startswith("PRETTY_NAME="):
                return " ".join(shlex.split(line.removeprefix("PRETTY_NAME=")))
    return platform.system()


def _processor(told: str) -> str:
    for line in told.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model", "Hardware"):
            return value.strip()
    return platform.processor() or platform.machine()


def cpu_percent_over(seconds: float) -> float:
    """Percent of the CPU that is busy during the next `seconds`, which this call lasts."""
    return float(psutil.cpu_percent(interval=seconds))


def ram_percent() -> float:
    """Percent of memory in use now."""
    return float(psutil.virtual_memory().percent)


def disk_percent() -> float:
    """Percent of the root disk in use now."""
    return float(psutil.disk_usage(ROOT).percent)
