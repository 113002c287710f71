"""One number for each step of time out of what was measured in it. Pure."""

from collections.abc import Callable, Mapping
from typing import Protocol


class Summed(Protocol):
    """What the readings of a step come to."""

    @property
    def count(self) -> int: ...
    @property
    def total(self) -> float: ...
    @property
    def minimum(self) -> float: ...
    @property
    def maximum(self) -> float: ...


AGGREGATES: Mapping[str, Callable[[Summed], float]] = {
    "mean": lambda bucket: bucket.total / bucket.count,
    "min": lambda bucket: bucket.minimum,
    "max": lambda bucket: bucket.maximum,
    "sum": lambda bucket: bucket.total,
    "count": lambda bucket: bucket.count,
}
ENDS = ("min", "max")
SHARES: Mapping[str, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
LAST = "last"
