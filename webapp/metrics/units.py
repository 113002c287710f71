"""Units of systemd: how many are active and which failed, where systemd runs the machine."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

from webapp.metrics.readings import Measure, Reading, SystemMetricType

CPU = SystemMetricType.CPU
ACTIVE = Measure(CPU, "units_active", "", "Active units", "Units of systemd by state.", "units")
FAILED = Measure(CPU, "units_failed", "", "Failed units", "Units of systemd by state.", "units")
UNIT_FAILED = Measure(
    CPU,
    "unit_failed",
    "",
    "Failed",
    "A unit of systemd that failed, for as long as it has.",
    "failed_units",
)
MEASURES = (ACTIVE, FAILED, UNIT_FAILED)
RUNS_HERE = "/run/systemd/system"  # sd_booted(3)
COMMAND = ("systemctl", "list-units", "--all", "--output=json", "--no-pager")
PATIENCE_S = 2  # the readings of every second wait meanwhile
NAMED = 20


def read_units() -> Iterator[Reading]:
    """Counts, and each failed unit by name; nothing where systemd does not run the machine."""
    if not os.path.isdir(RUNS_HERE):
        return
    units = _listed()
    failed = sorted(unit["unit"] for unit in units if unit.get("active") == "failed")
    yield Reading(ACTIVE, sum(unit.get("active") == "active" for unit in units))
    yield Reading(FAILED, len(failed))
    for name in failed[:NAMED]:
        yield Reading(UNIT_FAILED, 1, {"unit": name})


def _listed() -> list[dict[str, Any]]:
    asked = subprocess.run(  # noqa: S603
        COMMAND,
        capture_output=True,
        timeout=PATIENCE_S,
        check=True,
        env=os.environ | {"LC_ALL": "C", "SYSTEMD_COLORS": "0"},
    )
    found: list[dict[str, Any]] = json.loads(asked.stdout)
    return found
