"""Samples packed small and read back exactly, to the bit. Pure, and without a package.

A pack is a version byte and the bytes that follow it, deflated. Moments are kept as differences of
differences, so that a regular interval costs nothing. Values are kept in whichever of these is
smaller:

- whole numbers of the last decimal place that any value has (12.5 as 125), as they are or as
  differences, without the factor that all of them share; a value that arithmetic left a few steps
  of a float beside its decimal (48.56800000000001) keeps the number of steps;
- the bits of the floats, as they are or exclusive-or with the value before.

Numbers lie in planes (`planes.py`), which is what makes this quick and small.
"""

import math
import struct
import zlib
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, islice, pairwise
from operator import add, sub, xor

from webapp.metrics.planes import Reader, planes, signed, zigzag

Samples = list[tuple[int, float]]

VERSION = 1
FULL = 1440  # samples at most in a pack
STRETCH_MS = 4 * 86_400_000  # a pack lies within one of these, counted from 1970
MOST_PLACES = 15
LARGEST_WHOLE = 2**53  # from here on a float has no place for every whole number
LARGEST_STEPS = 127
PROBED = 16  # every so many values are looked at to guess the decimal places
LEVEL = 9
PLAIN, DIFFERENCES, STEPS, BITS, XOR = 0, 1, 2, 4, 5  # how values are kept; STEPS is added


def pack(samples: Samples) -> bytes:
    """The samples packed; moments rise, in milliseconds since 1970; raise ValueError if not.

    Values are finite. There is at least one sample.
    """
    times, values = [at_ms for at_ms, _ in samples], array("d", [v for _, v in samples])
    if not samples or not all(map(math.isfinite, values)):
        raise ValueError("only samples with finite values can be packed")
    if any(late >= later for late, later in pairwise(times)) or not _fits(times[0], times[-1]):
        raise ValueError("samples are packed in the order of their moments")
    head = _pack_times(times)
    return bytes([VERSION]) + min((_deflate(head + kept) for kept in _kept(values)), key=len)


def unpack(packed: bytes) -> Samples:
    """The samples that `pack` packed; raise ValueError if it was not a pack."""
    if packed[:1] != bytes([VERSION]):
        raise ValueError("this is not a pack of samples that can be read here")
    reader = Reader(zlib.decompress(packed[1:], -zlib.MAX_WBITS))
    count, first_ms, first_distance = reader.take("<IqQ")
    distances = accumulate(signed(reader.numbers(max(count - 2, 0))), initial=first_distance)
    times = islice(accumulate(distances, initial=first_ms), count)
    return list(zip(times, _unpack_values(reader, count), strict=True))


def cut(samples: Samples, full: int = FULL) -> list[Samples]:
    """Runs of `samples`, which are in order, of at most `full` and within one stretch each."""
    runs: list[Samples] = []
    ends_ms = -1
    for sample in samples:
        if sample[0] >= ends_ms or len(runs[-1]) == full:
            runs.append([])
            ends_ms = (sample[0] // STRETCH_MS + 1) * STRETCH_MS
        runs[-1].append(sample)
    return runs


def _fits(first_ms: int, last_ms: int) -> bool:
    return first_ms >= 0 and last_ms < LARGEST_WHOLE


def _deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return deflate.compress(data) + deflate.flush()


def _pack_times(times: Sequence[int]) -> bytes:
    distances = [later - late for late, later in pairwise(times)]
    changes = zigzag(map(sub, distances[1:], distances))
    return struct.pack("<IqQ", len(times), times[0], (*distances, 0)[0]) + planes(changes)


def _kept(values: "array[float]") -> Iterable[bytes]:
    """The values in each of the ways that are worth a try."""
    found = _decimals(values)
    if found is None:
        bits = _bits(values)
        yield bytes([BITS]) + planes(bits)
        changed = [bits[0], *map(xor, bits[1:], bits)]
        yield bytes([XOR]) + planes(changed)
        return
    places, wholes, steps = found
    lowest = min(wholes)
    factor = math.gcd(*(whole - lowest for whole in wholes)) or 1
    small = [(whole - lowest) // factor for whole in wholes]
    tail = planes(zigzag(steps)) if any(steps) else b""
    head = struct.pack("<BqQ", places, lowest, factor)
    way = STEPS if tail else 0
    yield bytes([PLAIN + way]) + head + planes(small) + tail
    changes = zigzag([small[0], *map(sub, small[1:], small)])
    yield bytes([DIFFERENCES + way]) + head + planes(changes) + tail


def _unpack_values(reader: Reader, count: int) -> Iterable[float]:
    (way,) = reader.take("<B")
    if way in (BITS, XOR):
        bits: Iterable[int] = reader.numbers(count)
        return array("d", array("Q", accumulate(bits, xor) if way == XOR else bits).tobytes())
    places, lowest, factor = reader.take("<BqQ")
    small: Iterable[int] = reader.numbers(count)
    if way & DIFFERENCES:
        small = accumulate(signed(small))
    scale = 10**places
    values = array("d", [(number * factor + lowest) / scale for number in small])
    if not way & STEPS:
        return values
    steps = signed(reader.numbers(count))
    return array("d", array("Q", map(add, _bits(values), steps)).tobytes())


def _decimals(values: "array[float]") -> tuple[int, list[int], list[int]] | None:
    """Decimal places, whole numbers of the last place, and steps beside; None if they have none."""
    for probed in (values[::PROBED], values):
        places = max(map(_places, probed))
        scale = 10**places
        if places > MOST_PLACES or max(map(abs, values)) * scale >= LARGEST_WHOLE:
            return None
        wholes = [round(value * scale) for value in values]
        near = array("d", [whole / scale for whole in wholes])
        if near.tobytes() == values.tobytes():
            return places, wholes, []
        steps = list(map(sub, _bits(values), _bits(near)))
        if max(map(abs, steps)) <= LARGEST_STEPS:
            return places, wholes, steps
    return None


def _places(value: float) -> int:
    """Decimal places of a value, of the 15 digits that a float holds for certain."""
    mantissa, _, exponent = f"{value:.14e}".partition("e")
    return max(len(mantissa.rstrip("0").partition(".")[2]) - int(exponent), 0)


def _bits(values: "array[float]") -> "array[int]":
    return array("Q", values.tobytes())
