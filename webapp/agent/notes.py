"""How far the server has what was measured: written in place, so that a full disk takes it too."""

import os
import struct
import zlib
from pathlib import Path

POSITION = struct.Struct("<QQ")
CHECKSUM = struct.Struct("<I")
LENGTH = POSITION.size + CHECKSUM.size


class Note:
    """A file with the number of a segment and a byte in it; damaged or new it says zeros."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def read(self) -> tuple[int, int]:
        """The segment and the byte that were noted last."""
        data = os.pread(self._file, LENGTH, 0)
        noted = data[: POSITION.size]
        if len(data) < LENGTH or CHECKSUM.pack(zlib.crc32(noted)) != data[POSITION.size :]:
            return 0, 0
        number, sent = POSITION.unpack(noted)
        return number, sent

    def write(self, number: int, sent: int) -> None:
        """Note that everything up to byte `sent` of segment `number` is stored."""
        noted = POSITION.pack(number, sent)
        os.pwrite(self._file, noted + CHECKSUM.pack(zlib.crc32(noted)), 0)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)
