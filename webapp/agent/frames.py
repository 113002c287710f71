"""A frame is one record of the spool: a letter, the length of its text, a checksum, the text.

Pure. What was written last before a crash may be torn: its checksum tells, and reading ends there.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

HEAD = struct.Struct("<cII")
SERIES, ROW, PROCESSES = b"S", b"R", b"P"
LETTERS = (SERIES, ROW, PROCESSES)


@dataclass(frozen=True)
class Frame:
    """A record: what it is, its text (JSON), and where it ends in the bytes it was read from."""

    letter: bytes
    text: bytes
    end: int


def pack(letter: bytes, text: bytes) -> bytes:
    """The frame as bytes."""
    return HEAD.pack(letter, len(text), zlib.crc32(text, letter[0])) + text


def unpack(data: bytes) -> Iterator[Frame]:
    """All whole frames from the beginning of `data` to the first that is torn or damaged."""
    at = 0
    while at + HEAD.size <= len(data):
        letter, length, checksum = HEAD.unpack_from(data, at)
        text = data[at + HEAD.size : at + HEAD.size + length]
        if letter not in LETTERS or len(text) != length or zlib.crc32(text, letter[0]) != checksum:
            return
        at += HEAD.size + length
        yield Frame(letter, text, at)
