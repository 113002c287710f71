"""What a series is called in the exposition: names, base units and labels of Prometheus. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

PREFIX = "watchkeeper_"
# By our unit: the ending a name has here, the base unit's ending there, and the factor between.
BASE_UNITS: dict[str, tuple[str, str, float]] = {
    "%": ("_percent", "_ratio", 0.01),
    "percent": ("_percent", "_ratio", 0.01),
    "s": ("_s", "_seconds", 1),
    "ms": ("_ms", "_seconds", 1e-3),
    "us": ("_us", "_seconds", 1e-6),
    "bytes": ("_bytes", "_bytes", 1),
    "bytes/s": ("_bytes", "_bytes_per_second", 1),
    "/s": ("", "_per_second", 1),
    "1/s": ("", "_per_second", 1),
    "°C": ("", "_celsius", 1),
    "count": ("", "", 1),
    "": ("", "", 1),
}
# Endings that mean a counter, a summary or a histogram; all of ours are gauges.
TAKEN_ENDINGS = re.compile(r"_(total|count|sum|bucket|created|info)$")
NOT_IN_A_NAME = re.compile(r"[^a-zA-Z0-9_]+")


@dataclass(frozen=True)
class Family:
    """A metric's name, and what a stored value is multiplied by to be in its base unit."""

    name: str
    factor: float


@lru_cache(maxsize=4096)
def family_of(name: str, unit: str) -> Family:
    """The family of a series that we call `name`, measured in `unit`."""
    ours, theirs, factor = BASE_UNITS.get(unit, ("", f"_{NOT_IN_A_NAME.sub('_', unit)}", 1))
    plain = NOT_IN_A_NAME.sub("_", name).strip("_").removeprefix(PREFIX) or "metric"
    if ours:
        plain = plain.removesuffix(ours)
    if theirs and not plain.endswith(theirs):
        plain += theirs.rstrip("_")
    if TAKEN_ENDINGS.search(plain):
        plain += "_value"
    return Family(PREFIX + plain, factor)


def labels_of(kind: str, source: str, details: Mapping[str, object]) -> dict[str, str]:
    """Labels of a series: its host or service first; one of its own of that name is exported."""
    first = "host" if kind == "system" else "service"
    labels = {first: source}
    for key, value in sorted(details.items()):
        name = _label_name(key)
        while name in labels:
            name = f"exported_{name}"
        labels[name] = str(value)
    return labels


@lru_cache(maxsize=4096)
def _label_name(key: str) -> str:
    name = NOT_IN_A_NAME.sub("_", key) or "label"
    # Names that begin with two underscores are Prometheus's own.
    name = re.sub(r"^__+", "_", name)
    return f"_{name}" if name[0].isdigit() else name
