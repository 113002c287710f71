"""Growth of counters between two collections: per second, or for each one of another counter.

A counter that went back was reset (a reboot, a restarted server): it gives no reading this time.
"""

import math
from collections.abc import Iterable, Mapping

from webapp.metrics.readings import Reading, Total

SHORTEST_S = 0.2
LONGEST_S = 4 * 3600.0
Totals = dict[tuple[str, ...], tuple[float, float | None]]


def settle(
    found: Iterable[Reading | Total],
    before: Mapping[tuple[str, ...], tuple[float, float | None]],
    elapsed_s: float | None,
) -> tuple[list[Reading], Totals]:
    """Readings of `found`, and the totals to keep for the next time.

    `before` holds the totals of `elapsed_s` seconds ago; None, a time that went back, a moment too
    short or a pause too long give no rates. A value that is not a finite number is left out; the
    others are rounded to the digits that their measure has.
    """
    readings: list[Reading] = []
    totals: Totals = {}
    for item in found:
        value: float | None
        if isinstance(item, Reading):
            value = item.value
        else:
            key = item.key
            totals[key] = (item.part, item.whole)
            value = growth(item, before.get(key), elapsed_s)
        if value is not None and math.isfinite(value):
            rounded = round(value, item.measure.digits)
            readings.append(Reading(item.measure, rounded, item.labels))
    return readings, totals


def growth(
    total: Total, before: tuple[float, float | None] | None, elapsed_s: float | None
) -> float | None:
    """What `total` says since `before`: units per second, or `scale` times the share."""
    if before is None or elapsed_s is None or not SHORTEST_S <= elapsed_s <= LONGEST_S:
        return None
    part = total.part - before[0]
    if total.whole is None or before[1] is None:
        value = part / elapsed_s
    else:
        whole = total.whole - before[1]
        if whole <= 0:
            return None
        value = total.scale * part / whole
    if part < 0:
        return None
    return value if total.measure.ceiling is None else min(value, total.measure.ceiling)
