"""Series whose values each count what happened since the value before, drawn per second: pure.

The sum of such values is true over any time and any number of processes that send them; their mean
says nothing. Where they come every ten seconds, steps that are finer would show when they came and
not how many there were.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.metrics.aggregates import Summed
from webapp.metrics.strokes import Buckets

UNIT = "count"
PER_SECOND = "/s"
FINEST_MS = 20_000


@dataclass(frozen=True)
class Rate:
    """What a bucket is drawn as: so many per second."""

    total: float
    count: int = 1

    @property
    def minimum(self) -> float:
        """Where sums are drawn, there is no band around them."""
        return self.total

    @property
    def maximum(self) -> float:
        """As `minimum`."""
        return self.total


def least_step_ms(units: Iterable[str]) -> int:
    """How fine steps may be wanted, so that those taken are no finer than counts can fill."""
    return FINEST_MS * 4 // 3 if UNIT in units else 0  # three quarters of the wanted are taken


def drawn_unit(unit: str) -> str:
    """The unit of what is drawn of a series of `unit`."""
    return PER_SECOND if unit == UNIT else unit


def drawn(buckets: Buckets, unit: str, start_ms: int, step_ms: int, now_ms: int) -> Buckets:
    """The buckets as they are, those of counts as rates; `start_ms` is where the first begins.

    The bucket that has only begun is measured by the part of it that is over, once that is enough.
    """
    if unit != UNIT:
        return buckets
    return [
        _rate(bucket, min(step_ms, now_ms - start_ms - place * step_ms))
        for place, bucket in enumerate(buckets)
    ]


def _rate(bucket: Summed | None, over_ms: int) -> Rate | None:
    if bucket is None or over_ms < FINEST_MS:
        return None  # nothing came, or it has only begun
    return Rate(bucket.total * 1000 / over_ms)
