"""New samples of watched series, packed for whoever judges them: pure.

What is packed is read once, within a second or so: quick to write matters, small does not. A pack
is a version byte, the number of samples, and three columns: series, milliseconds since 1970, value.
"""

import struct
import sys
from array import array
from collections.abc import Sequence
from typing import Any

Row = tuple[int, int, float]  # series id, milliseconds since 1970, value
VERSION = 1
HEAD = struct.Struct("<BI")
COLUMNS = "Iqd"


def pack(rows: Sequence[Row]) -> bytes:
    """The rows packed; raise ValueError where there is none."""
    if not rows:
        raise ValueError("there is nothing to pack")
    columns: Any = zip(COLUMNS, zip(*rows, strict=True), strict=True)
    return HEAD.pack(VERSION, len(rows)) + b"".join(_little(array(*each)) for each in columns)


def unpack(data: bytes) -> list[Row]:
    """The rows that `pack` packed; raise ValueError if it was not a pack."""
    if len(data) < HEAD.size or data[0] != VERSION:
        raise ValueError("these are no news that can be read here")
    _, count = HEAD.unpack_from(data)
    columns, begin = [], HEAD.size
    for typecode in COLUMNS:
        column: array[float] = array(typecode)
        end = begin + count * column.itemsize
        column.frombytes(data[begin:end])
        columns.append(_ordered(column))
        begin = end
    return list(zip(*columns, strict=True))


def _little(column: "array[float]") -> bytes:
    return _ordered(column).tobytes()


def _ordered(column: "array[float]") -> "array[float]":
    if sys.byteorder == "big":
        column.byteswap()
    return column
