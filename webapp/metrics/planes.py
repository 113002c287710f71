"""Numbers as bytes that deflate well: all lowest bytes first, then all second ones. Pure.

What varies little comes to lie side by side, and slices of bytes do in C what a loop over numbers
would do in Python.
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Sequence

WIDTHS = ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))
TYPECODES = dict(WIDTHS)


def planes(numbers: Sequence[int]) -> bytes:
    """The width of the largest number, then the planes of all; they are below 2 to the 64th."""
    largest = max(numbers, default=0)
    width, typecode = next(pair for pair in WIDTHS if largest < 1 << 8 * pair[0])
    data = _little(array(typecode, numbers)).tobytes()
    return bytes([width]) + b"".join(data[plane::width] for plane in range(width))


def zigzag(numbers: Iterable[int]) -> list[int]:
    """Whole numbers as natural ones: 0, -1, 1, -2, 2 as 0, 1, 2, 3, 4."""
    return [number * 2 if number >= 0 else -number * 2 - 1 for number in numbers]


def signed(numbers: Iterable[int]) -> list[int]:
    """The numbers of which `zigzag` made natural ones."""
    return [-(number >> 1) - 1 if number & 1 else number >> 1 for number in numbers]


def varint(number: int) -> bytes:
    """A natural number in as few bytes as it needs, seven bits in each."""
    packed = bytearray()
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)
    return bytes(packed)


class Reader:
    """Reads what was packed from its beginning on."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def bytes(self, count: int) -> bytes:
        """So many bytes."""
        self.at += count
        return self.data[self.at - count : self.at]

    def take(self, form: str) -> tuple[int, ...]:
        """The numbers of a form of `struct`."""
        return struct.unpack(form, self.bytes(struct.calcsize(form)))

    def varint(self) -> int:
        """The number that `varint` packed."""
        number = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def numbers(self, count: int, wanted: int | None = None) -> "array[int]":
        """So many numbers that `planes` packed; of these only the first ones if so is `wanted`."""
        first = count if wanted is None else wanted
        width, begin = self.data[self.at], self.at + 1
        self.at = begin + count * width
        if width == 1:
            return array("B", self.data[begin : begin + first])
        data = bytearray(first * width)
        for plane in range(width):
            data[plane::width] = self.data[begin : begin + first]
            begin += count
        return _little(array(TYPECODES[width], data))


def _little(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
