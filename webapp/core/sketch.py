"""A mergeable sketch of a distribution: quantiles of a year out of the sketches of its hours.

Values fall into buckets whose bounds grow by a constant factor, so that a quantile is wrong by at
most `RELATIVE_ERROR` of its value, however many sketches were merged (DDSketch: Masson, Rim and
Lee, VLDB 2019). What is nearer to zero than `SMALLEST` counts as zero; the buckets of negative
values mirror those of positive ones.
"""

import math
import sys
from collections.abc import Iterable, Iterator

RELATIVE_ERROR = 0.01
SMALLEST = 1e-6
GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
LOG_GAMMA = math.log(GAMMA)
ZERO_BUCKET = -(2**20)
LARGEST_LOG = math.log(sys.float_info.max)


class Sketch:
    """Counts of values by bucket."""

    __slots__ = ("buckets",)

    def __init__(self, values: Iterable[float] = ()) -> None:
        self.buckets: dict[int, int] = {}
        for value in values:
            self.add(value)

    def add(self, value: float, times: int = 1) -> None:
        """Count `value`; raise ValueError when it is not a finite number."""
        if value >= SMALLEST:
            bucket = math.ceil(math.log(_finite(value)) / LOG_GAMMA)
        elif value <= -SMALLEST:
            bucket = 2 * ZERO_BUCKET - math.ceil(math.log(_finite(-value)) / LOG_GAMMA)
        else:
            _finite(value)
            bucket = ZERO_BUCKET
        self.buckets[bucket] = self.buckets.get(bucket, 0) + times

    def merge(self, other: "Sketch") -> None:
        """Add what `other` has counted."""
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count

    @property
    def count(self) -> int:
        """How many values were counted."""
        return sum(self.buckets.values())

    def quantile(self, share: float) -> float | None:
        """The value that `share` (0 to 1) of the values do not exceed; None when there are none."""
        rank = share * (self.count - 1)
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen > rank:
                return _value(bucket)
        return None

    def to_bytes(self) -> bytes:
        """The sketch packed: per bucket the distance from the last and the count, as varints."""
        packed = bytearray()
        before = 0
        for bucket in sorted(self.buckets):
            _write(packed, _zigzag(bucket - before))
            _write(packed, self.buckets[bucket])
            before = bucket
        return bytes(packed)

    @classmethod
    def from_bytes(cls, packed: bytes) -> "Sketch":
        """The sketch that `to_bytes` packed."""
        sketch = cls()
        numbers = _read(packed)
        bucket = 0
        for distance in numbers:
            bucket += (distance >> 1) ^ -(distance & 1)
            sketch.buckets[bucket] = next(numbers)
        return sketch


def _value(bucket: int) -> float:
    """The middle of a bucket in relative terms: no value in it is further off than the error."""
    if bucket == ZERO_BUCKET:
        return 0.0
    if bucket < ZERO_BUCKET:
        return -_value(2 * ZERO_BUCKET - bucket)
    middle = bucket * LOG_GAMMA + math.log(2 / (GAMMA + 1))
    return math.exp(middle) if middle < LARGEST_LOG else sys.float_info.max


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return value


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _write(packed: bytearray, number: int) -> None:
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)


def _read(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
