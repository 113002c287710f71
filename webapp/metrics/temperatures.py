"""Temperatures, from the sensors under /sys/class/hwmon, or where there are none from the zones.

The files are in the kernel's Documentation/hwmon/sysfs-interface.rst: thousandths of a degree.
"""

import re
from collections.abc import Iterator

from webapp.metrics import kernel
from webapp.metrics.readings import Measure, Reading, SystemMetricType

TEMPERATURE = Measure(
    SystemMetricType.CPU,
    "temperature",
    "°C",
    "Temperature",
    "What each sensor of the machine measures.",
    "temperature",
    digits=1,
)
MEASURES = (TEMPERATURE,)
INPUT = re.compile(r"^temp(\d+)_input$")
COLDEST, HOTTEST = -60, 250  # beyond is a sensor that is not connected
MOST = 50


def read_temperatures() -> Iterator[Reading]:
    """Each sensor once, by the name of its chip and its own."""
    found = dict(_sensors()) or dict(_zones())
    for name, degrees in list(found.items())[:MOST]:
        yield Reading(TEMPERATURE, degrees, {"sensor": name})


def _sensors() -> Iterator[tuple[str, float]]:
    root = f"{kernel.SYS}/class/hwmon"
    seen: dict[str, int] = {}
    for chip in kernel.names(root):
        folder = f"{root}/{chip}"
        chip_name = kernel.text(f"{folder}/name").strip() or chip
        for number in sorted(
            int(found[1]) for found in map(INPUT.match, kernel.names(folder)) if found
        ):
            degrees = _degrees(f"{folder}/temp{number}_input")
            if degrees is None:
                continue
            label = kernel.text(f"{folder}/temp{number}_label").strip()
            yield _distinct(f"{chip_name} {label or number}", seen), degrees


def _zones() -> Iterator[tuple[str, float]]:
    root = f"{kernel.SYS}/class/thermal"
    seen: dict[str, int] = {}
    for zone in kernel.names(root):
        if zone.startswith("thermal_zone"):
            degrees = _degrees(f"{root}/{zone}/temp")
            if degrees is not None:
                name = kernel.text(f"{root}/{zone}/type").strip() or zone
                yield _distinct(name, seen), degrees


def _degrees(path: str) -> float | None:
    thousandths = kernel.number(path)
    if thousandths is None or not COLDEST <= thousandths / 1000 <= HOTTEST:
        return None
    return thousandths / 1000


def _distinct(name: str, seen: dict[str, int]) -> str:
    """`name`, with a number from the second of the same name on."""
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name} ({seen[name]})"
