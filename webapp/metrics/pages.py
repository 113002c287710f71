"""Pages of rollups: a series' buckets of a stretch of time, packed into one row. Pure.

A page of tier 60 holds the minutes of an hour, one of tier 3600 the hours of three days, one of
tier 86400 the 64 days, each counted from 1970. Its buckets are kept as columns (counts, totals,
minima, maxima), because a chart reads columns: it sums slices of them and makes no object of a
bucket that nobody sees.
"""

import math
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeVar

from webapp.core.sketch import Sketch
from webapp.metrics.planes import Reader, planes, varint

MINUTE, HOUR, DAY = 60, 3600, 86_400
BUCKETS = {MINUTE: 60, HOUR: 72, DAY: 64}
PAGE_MS = {tier: tier * count * 1000 for tier, count in BUCKETS.items()}
VERSION = 1
MOST_PLACES = 9
LARGEST_WHOLE = 2**53
LARGEST = 1.7976931348623157e308
T = TypeVar("T", int, float)


class Bucket(NamedTuple):
    """What the samples of a stretch of time come to; their mean is total / count."""

    count: int  # type: ignore[assignment]  # every tuple has a method of this name
    total: float
    minimum: float
    maximum: float


EMPTY = Bucket(0, 0.0, math.inf, -math.inf)


class Columns(NamedTuple):
    """Buckets by column; an empty one has the values of `EMPTY`."""

    counts: list[int]
    totals: list[float]
    minima: list[float]
    maxima: list[float]

    def put(self, number: int, bucket: Bucket) -> None:
        """Lay `bucket` at a place."""
        self.counts[number], self.totals[number] = bucket.count, bucket.total
        self.minima[number], self.maxima[number] = bucket.minimum, bucket.maximum

    def bucket(self, number: int) -> Bucket:
        """The bucket at a place."""
        return Bucket(*(column[number] for column in self))  # type: ignore[arg-type]


def no_buckets(count: int) -> Columns:
    """So many empty buckets."""
    return Columns([0] * count, [0.0] * count, [math.inf] * count, [-math.inf] * count)


def page_start(at_ms: int, tier: int) -> int:
    """When the page of `tier` begins that `at_ms` is in."""
    return at_ms // PAGE_MS[tier] * PAGE_MS[tier]


@dataclass
class Page:
    """A page that is being written: its columns, and the packed sketch of each bucket."""

    tier: int
    columns: Columns
    sketches: list[bytes] = field(default_factory=list)

    def put(self, number: int, bucket: Bucket, sketch: Sketch) -> None:
        """Lay `bucket` at its place, unless that would forget samples that are gone for good.

        A bucket is always made of all samples there are. If there are fewer than before, older
        ones have been forgotten in the meantime, and what they came to is not.
        """
        if bucket.count >= max(self.columns.counts[number], 1):
            self.columns.put(number, bucket)
            self.sketches[number] = sketch.to_bytes()

    def bucket(self, number: int) -> Bucket:
        """The bucket at a place."""
        return self.columns.bucket(number)

    def pack(self) -> tuple[bytes, bytes]:
        """The page's data and its sketches."""
        return pack_columns(self.columns), pack_sketches(self.sketches)


def new_page(tier: int) -> Page:
    """A page without a sample."""
    return Page(tier, no_buckets(BUCKETS[tier]), [b""] * BUCKETS[tier])


def open_page(tier: int, data: bytes, sketches: bytes) -> Page:
    """The page that `Page.pack` packed."""
    return Page(tier, unpack_columns(data, BUCKETS[tier]), unpack_sketches(sketches, BUCKETS[tier]))


def summed(values: Sequence[float]) -> Bucket:
    """What samples come to; there is at least one."""
    return Bucket(len(values), total_of(values), min(values), max(values))


def merged(buckets: Iterable[Bucket]) -> Bucket:
    """What buckets come to together; `EMPTY` when none has a sample."""
    counts, totals, minima, maxima = zip(*buckets, EMPTY, strict=False)
    return Bucket(sum(counts), total_of(totals), min(minima), max(maxima))


def total_of(values: Iterable[float]) -> float:
    """The sum, rounded once; the largest number there is where it would be larger."""
    numbers = list(values)
    try:
        return math.fsum(numbers)
    except OverflowError:
        return math.copysign(LARGEST, sum(number / len(numbers) for number in numbers))


def by_bucket(
    samples: Iterable[tuple[int, float]], step_ms: int
) -> Iterator[tuple[int, list[float]]]:
    """When each bucket begins that has samples, and their values; samples are in order."""
    for number, found in groupby(samples, key=lambda sample: sample[0] // step_ms):
        yield number * step_ms, list(map(itemgetter(1), found))


def pack_columns(columns: Columns) -> bytes:
    """The columns packed: which buckets have samples, and these."""
    filled = [number for number, count in enumerate(columns.counts) if count]
    bitmap = sum(1 << number for number in filled)
    counts = [columns.counts[number] for number in filled]
    totals, *ends = ([column[number] for number in filled] for column in columns[1:])
    head = bitmap.to_bytes(16, "little") + planes(counts)
    floats = array("d", [*totals, *ends[0], *ends[1]])
    bodies = [b"\x00" + planes(array("Q", floats.tobytes()))]
    if (body := _decimals(totals, [*ends[0], *ends[1]])) is not None:
        bodies.append(body)
    return bytes([VERSION]) + min((zlib.compress(head + b, 9, -15) for b in bodies), key=len)


def unpack_columns(data: bytes, buckets: int, size: int = 1, *, ends: bool = True) -> Columns:
    """So many columns that `pack_columns` packed; raise ValueError if it did not pack them.

    With `size` they come as buckets of so many each, which divides their number. Without `ends`
    nothing is to be read out of minima and maxima, which is half the work.
    """
    if data[:1] != bytes([VERSION]):
        raise ValueError("this is not a page of rollups that can be read here")
    reader = Reader(zlib.decompress(data[1:], -15))
    bitmap = int.from_bytes(reader.bytes(16), "little")
    count = bitmap.bit_count()
    counts = reader.numbers(count)
    if count < buckets:
        values = _values(reader, count)
        parts = values[:count], values[count : 2 * count], values[2 * count :]
        return grouped(_spread(Columns(counts.tolist(), *parts), bitmap, buckets), size)
    return _full(counts, reader, size, ends=ends)


def _full(counts: "array[int]", reader: Reader, size: int, *, ends: bool) -> Columns:
    """The columns of a full page, gathered as whole numbers where they are: fewer to divide."""
    count = len(counts)
    way = reader.bytes(1)[0]
    scale, lowest = 1, 0
    if way:
        scale, lowest = 10 ** (way - 1), int.from_bytes(reader.bytes(8), "little", signed=True)
    numbers: array[int] | array[float] = reader.numbers(3 * count, None if ends else count)
    if not way:
        numbers = array("d", array("Q", numbers).tobytes())
    sizes = _equal(counts, size) or steps_of(counts, size, sum)
    totals = steps_of(numbers[:count], size, sum)
    minima, maxima = [math.inf] * len(sizes), [-math.inf] * len(sizes)
    if ends:
        minima = steps_of(numbers[count : 2 * count], size, min)
        maxima = steps_of(numbers[2 * count :], size, max)
    if way:
        below = size * lowest
        totals = [(total + below) / scale for total in totals]
    if way and ends:
        minima = [(value + lowest) / scale for value in minima]
        maxima = [(value + lowest) / scale for value in maxima]
    return Columns(sizes, totals, minima, maxima)


def _equal(counts: "array[int]", size: int) -> list[int]:
    """The counts of steps whose buckets all have as many samples, as they mostly do; else none."""
    same = counts.tobytes() == counts[:1].tobytes() * len(counts)
    return [counts[0] * size] * (len(counts) // size) if same else []


def steps_of(values: Iterable[T], size: int, come_to: Callable[[Iterable[T]], T]) -> list[T]:
    """What each `size` of the values come to: in C, because a chart has thousands of them."""
    return list(values if size == 1 else map(come_to, zip(*[iter(values)] * size, strict=True)))


def grouped(columns: Columns, size: int) -> Columns:
    """The columns of steps of `size` buckets each."""
    return Columns(
        steps_of(columns.counts, size, sum),
        steps_of(columns.totals, size, sum),
        steps_of(columns.minima, size, min),
        steps_of(columns.maxima, size, max),
    )


def _values(reader: Reader, count: int) -> list[float]:
    """Totals, minima and maxima, one behind the other."""
    (way,) = reader.bytes(1)
    if way == 0:
        return array("d", array("Q", reader.numbers(3 * count)).tobytes()).tolist()
    scale, lowest = 10 ** (way - 1), int.from_bytes(reader.bytes(8), "little", signed=True)
    return [(number + lowest) / scale for number in reader.numbers(3 * count)]


def _spread(found: Columns, bitmap: int, buckets: int) -> Columns:
    spread = no_buckets(buckets)
    filled = [number for number in range(buckets) if bitmap >> number & 1]
    _lay(spread.counts, filled, found.counts)
    _lay(spread.totals, filled, found.totals)
    _lay(spread.minima, filled, found.minima)
    _lay(spread.maxima, filled, found.maxima)
    return spread


def _lay(column: list[T], places: Sequence[int], values: Sequence[T]) -> None:
    for place, value in zip(places, values, strict=True):
        column[place] = value


def _decimals(totals: Sequence[float], ends: Sequence[float]) -> bytes | None:
    """Totals, minima and maxima as whole numbers of the last place; None where they have none.

    A sum of decimals is a decimal: what adding up floats put beside it is taken off again.
    """
    places = next((n for n in range(MOST_PLACES + 1) if _has_places(ends, n)), None)
    if places is None:
        return None
    scale = 10**places
    sums = [round(total * scale) for total in totals]
    numbers = [*sums, *(round(value * scale) for value in ends)]
    near = (math.isclose(s / scale, t, rel_tol=1e-14) for s, t in zip(sums, totals, strict=True))
    if max(map(abs, numbers), default=0) >= LARGEST_WHOLE or not all(near):
        return None
    lowest = min(numbers, default=0)
    small = planes([number - lowest for number in numbers])
    return bytes([1 + places]) + lowest.to_bytes(8, "little", signed=True) + small


def _has_places(values: Sequence[float], places: int) -> bool:
    scale: int = 10**places
    if any(abs(value) * scale >= LARGEST_WHOLE for value in values):
        return False
    exact = array("d", [round(value * scale) / scale for value in values])
    return exact.tobytes() == array("d", values).tobytes()


def pack_sketches(sketches: Sequence[bytes]) -> bytes:
    """Packed sketches behind each other, each after its length."""
    packed = b"".join(varint(len(sketch)) + sketch for sketch in sketches)
    return zlib.compress(packed, 9, -15)


def unpack_sketches(packed: bytes, buckets: int) -> list[bytes]:
    """So many sketches that `pack_sketches` packed, each as it was."""
    reader = Reader(zlib.decompress(packed, -15))
    return [reader.bytes(reader.varint()) for _ in range(buckets)]
