"""A segment is a stretch of the spool: its own table of series, then moments that refer to it.

It lies in a file; while the disk is full a new one lies in memory until it can be saved.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path

from webapp.agent.frames import PROCESSES, ROW, SERIES, Frame, pack, unpack

READ_BYTES = 64 * 1024


@dataclass
class Segment:
    """Frames in the order of their moments.

    `sent` is how far the server has them, in bytes. `places` numbers its series. `cut` is how many
    bytes were torn or damaged when it was opened.
    """

    number: int
    path: Path
    descriptor: int | None = None
    memory: bytearray | None = None
    size: int = 0
    rows: int = 0
    sent: int = 0
    rows_sent: int = 0
    cut: int = 0
    places: dict[str, int] = field(default_factory=dict)

    @property
    def in_memory(self) -> bool:
        """Whether it is not on disk yet."""
        return self.memory is not None

    @property
    def unsent_rows(self) -> int:
        """Moments the server does not have."""
        return self.rows - self.rows_sent

    def add(
        self, at_ms: int, values: Sequence[tuple[str, float]], processes: str | None = None
    ) -> None:
        """Append a moment, all of it or nothing; `values` are series (as JSON) with their values.

        New series come before it, so that a torn end never leaves one unknown.
        """
        places = self.places
        new = dict.fromkeys(series for series, _ in values if series not in places)
        if new:
            places = places | {series: len(places) + i for i, series in enumerate(new)}
        frames = [(SERIES, series.encode()) for series in new]
        if processes is not None:
            frames.append((PROCESSES, processes.encode()))
        flat: list[float] = []
        for series, value in values:
            flat += (places[series], value)
        frames.append((ROW, dumps([at_ms, flat], separators=(",", ":")).encode()))
        self.write(frames)
        self.places = places

    def write(self, frames: list[tuple[bytes, bytes]]) -> None:
        """Append frames, all or none; raise `OSError` when the disk does not take them."""
        data = b"".join(pack(letter, text) for letter, text in frames)
        if self.memory is not None:
            self.memory += data
        else:
            self._write_file(data)
        self.size += len(data)
        self.rows += sum(letter == ROW for letter, _ in frames)

    def _write_file(self, data: bytes) -> None:
        assert self.descriptor is not None
        done = 0
        try:
            while done < len(data):
                done += os.pwrite(self.descriptor, data[done:], self.size + done)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self.descriptor, self.size)
            raise

    def read(self, start: int, length: int) -> bytes:
        """At most `length` bytes from `start`, none from beyond the last whole frame."""
        end = min(start + length, self.size)
        if self.memory is not None:
            return bytes(self.memory[start:end])
        assert self.descriptor is not None
        return os.pread(self.descriptor, max(0, end - start), start)

    def frames(self, start: int = 0, most: int = READ_BYTES) -> list[Frame]:
        """Whole frames from `start` on, as many as `most` bytes hold, but one whatever its size."""
        data = self.read(start, most)
        found = list(unpack(data))
        while not found and len(data) == most and start + most < self.size:
            most *= 2
            data = self.read(start, most)
            found = list(unpack(data))
        return found

    def series_until(self, end: int) -> list[bytes]:
        """The texts of the table of series that moments before `end` refer to."""
        found: list[bytes] = []
        at = 0
        while at < end and (frames := self.frames(at)):
            found += [f.text for f in frames if f.letter == SERIES and at + f.end <= end]
            at += frames[-1].end
        return found

    def save(self) -> None:
        """Move it from memory to its file; raise `OSError` when there is no room yet."""
        assert self.memory is not None
        saved = create(self.path)
        try:
            done = 0
            while done < len(self.memory):
                done += os.pwrite(saved, self.memory[done:], done)
        except OSError:
            os.close(saved)
            self.path.unlink(missing_ok=True)
            raise
        self.descriptor, self.memory = saved, None

    def sync(self) -> None:
        """Make the disk keep it through a loss of power."""
        if self.descriptor is not None:
            os.fdatasync(self.descriptor)

    def close(self) -> None:
        """Let go of the file."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def remove(self) -> None:
        """Delete it."""
        self.close()
        self.memory = None
        self.path.unlink(missing_ok=True)


def create(path: Path) -> int:
    """A descriptor of a new, empty file that only its owner can read."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)


def reopen(path: Path, sent: int) -> Segment:
    """The segment in `path`, cut off after its last whole frame; `sent` as it was noted."""
    segment = Segment(int(path.stem), path, os.open(path, os.O_RDWR | os.O_CLOEXEC))
    assert segment.descriptor is not None
    segment.size = length = os.fstat(segment.descriptor).st_size
    at = 0
    while frames := segment.frames(at):
        segment.rows += sum(frame.letter == ROW for frame in frames)
        segment.rows_sent += sum(f.letter == ROW and at + f.end <= sent for f in frames)
        at += frames[-1].end
    segment.size, segment.sent = at, min(sent, at)
    segment.cut = length - at
    if segment.cut:
        os.ftruncate(segment.descriptor, at)
    return segment
