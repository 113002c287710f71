"""What was measured and is not yet known to be stored: on disk, in order, within a bound.

A moment is written before it is sent and leaves when the server has said that it has it. A crash
in between sends it again, which the server ignores. When the bound is reached, the oldest go.
"""

import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from webapp.agent import segments
from webapp.agent.frames import PROCESSES, ROW, SERIES, Frame
from webapp.agent.notes import Note
from webapp.agent.segments import Segment

SMALLEST_SEGMENT, LARGEST_SEGMENT = 64 * 1024, 1024 * 1024
SEGMENTS = 16  # as many make the bound, so that little goes when the oldest goes
IN_MEMORY_BYTES = 2 * 1024 * 1024
REFUSED_BYTES = 1024 * 1024
log = logging.getLogger(__name__)


class SpoolInUse(Exception):
    """Another agent works with this folder."""


@dataclass(frozen=True)
class Batch:
    """Moments to send: all of one segment, from byte `start` to `end`, with its table of series.

    All texts are JSON. `name` is the same whenever the same moments are sent again.
    """

    name: str
    segment: int
    start: int
    end: int
    series: list[bytes]
    rows: list[bytes]
    processes: list[bytes]


class Spool:
    """The folder, for one thread that adds and one that sends."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.limit_bytes = limit_bytes
        self.segment_bytes = max(
            min(SMALLEST_SEGMENT, limit_bytes // 2),
            min(limit_bytes // SEGMENTS, LARGEST_SEGMENT),
        )
        self.dropped = 0
        self._disk_is_full = False
        self._lock = threading.Lock()
        self._only_one()
        self.identity = self._identity()
        self._open_segments()

    def _only_one(self) -> None:
        self._guard = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._guard)
            raise SpoolInUse(f"Another agent uses {self.folder}.") from error

    def _identity(self) -> str:
        path = self.folder / "identity"
        with suppress(OSError):
            if found := path.read_text().strip():
                return found
        made = secrets.token_hex(8)
        with suppress(OSError):
            path.write_text(made)
        return made

    def _open_segments(self) -> None:
        self._noted = Note(self.folder / "sent")
        number, sent = self._noted.read()
        self.segments: list[Segment] = []
        for path in sorted(self.folder.glob("*.seg"), key=lambda found: int(found.stem)):
            if int(path.stem) < number:
                path.unlink()
            else:
                self._take_over(path, sent if int(path.stem) == number else 0)
        newest = max([number, *(segment.number for segment in self.segments)])
        self._table: tuple[int, list[bytes]] = (0, [])
        self._begin(newest + 1)

    def _take_over(self, path: Path, sent: int) -> None:
        segment = segments.reopen(path, sent)
        if segment.cut:
            log.warning("%s: the last %d bytes were torn and are cut off", path.name, segment.cut)
        if segment.sent == segment.size:
            segment.remove()
        else:
            self.segments.append(segment)

    def _note(self, segment: Segment) -> None:
        try:
            self._noted.write(segment.number, segment.sent)
        except OSError as error:
            # What was sent is then sent again after a restart.
            log.warning("what was sent could not be noted: %s", error)

    # Adding

    def add(
        self, at_ms: int, values: Sequence[tuple[str, float]], processes: str | None = None
    ) -> None:
        """Keep a moment: each series (as JSON) with its value, and the processes (as JSON)."""
        with self._lock:
            current = self.segments[-1]
            if current.size >= self.segment_bytes:
                current = self._begin(current.number + 1)
            try:
                current.add(at_ms, values, processes)
            except OSError as error:
                self._say_disk_is_full(error)
                current = self._begin(current.number + 1, in_memory=True)
                current.add(at_ms, values, processes)
            self._save_what_waits()
            self._keep_within_bounds()

    def _begin(self, number: int, *, in_memory: bool = False) -> Segment:
        path = self.folder / f"{number:010d}.seg"
        segment = Segment(number, path)
        waits = bool(self.segments) and self.segments[-1].in_memory
        try:
            segment.descriptor = None if in_memory or waits else segments.create(path)
        except OSError as error:
            self._say_disk_is_full(error)
        if segment.descriptor is None:
            segment.memory = bytearray()
        for old in self.segments[-1:]:
            old.places = {}
        self.segments.append(segment)
        return segment

    def _say_disk_is_full(self, error: OSError) -> None:
        if not self._disk_is_full:
            log.error("the disk does not take what is measured, memory does: %s", error)
        self._disk_is_full = True

    def _save_what_waits(self) -> None:
        """Move segments from memory to disk, oldest first, as long as there is room."""
        if not self.segments[-1].in_memory:
            return None
        for segment in self.segments:
            if segment.in_memory:
                try:
                    segment.save()
                except OSError as error:
                    return self._say_disk_is_full(error)
        if self._disk_is_full:
            log.warning("the disk takes what is measured again")
        self._disk_is_full = False
        return None

    def _keep_within_bounds(self) -> None:
        while self._bytes() > self.limit_bytes or self._bytes(in_memory=True) > IN_MEMORY_BYTES:
            self._give_up_oldest("the spool is full")
            self._save_what_waits()

    def _give_up_oldest(self, why: str) -> None:
        if len(self.segments) == 1:
            self._begin(self.segments[-1].number + 1, in_memory=self.segments[-1].in_memory)
        oldest = self.segments.pop(0)
        self.dropped += oldest.unsent_rows
        oldest.remove()
        if oldest.unsent_rows:
            log.error(
                "%s: the oldest %d moments are given up, %d since the start",
                *(why, oldest.unsent_rows, self.dropped),
            )

    def _bytes(self, *, in_memory: bool = False) -> int:
        return sum(s.size for s in self.segments if s.in_memory or not in_memory)

    # Sending

    @property
    def waiting_bytes(self) -> int:
        """How much is not sent."""
        with self._lock:
            return sum(segment.size - segment.sent for segment in self.segments)

    def next_batch(self, most_bytes: int, most_rows: int) -> Batch | None:
        """The oldest moments that are not sent, at least one; None when all are."""
        with self._lock:
            while True:
                segment = self.segments[0]
                if segment.sent < segment.size:
                    if batch := self._batch(segment, most_bytes, most_rows):
                        return batch
                    self._give_up_oldest("the disk does not give back what was written")
                elif len(self.segments) == 1:
                    return None
                else:
                    self.segments.pop(0).remove()

    def _batch(self, segment: Segment, most_bytes: int, most_rows: int) -> Batch | None:
        kept: dict[bytes, list[bytes]] = {SERIES: [], ROW: [], PROCESSES: []}
        kept[SERIES] += self._table_of(segment)
        waiting: list[Frame] = []  # until their moment comes
        at = end = segment.sent
        while not kept[ROW] and (frames := _read(segment, at, most_bytes)):
            for frame in frames:
                waiting.append(frame)
                if frame.letter == ROW and len(kept[ROW]) < most_rows:
                    end = at + frame.end
                    for one in waiting:
                        kept[one.letter].append(one.text)
                    waiting = []
            at += frames[-1].end
        if not kept[ROW]:
            return None
        name = f"{self.identity}-{segment.number}-{segment.sent}-{end}"
        parts = kept[SERIES], kept[ROW], kept[PROCESSES]
        return Batch(name, segment.number, segment.sent, end, *parts)

    def _table_of(self, segment: Segment) -> list[bytes]:
        """Texts of the series that come before what is not sent."""
        number, series = self._table
        if number != segment.number:
            series = segment.series_until(segment.sent)
            self._table = segment.number, series
        return series

    def sync(self) -> None:
        """Make the disk keep what was added through a loss of power."""
        with self._lock:
            newest = self.segments[-1]
        try:
            newest.sync()
        except OSError as error:
            log.warning("the disk may not keep what is measured: %s", error)

    def done(self, batch: Batch) -> None:
        """The server has `batch`: let go of it."""
        with self._lock:
            segment = self.segments[0]
            if segment.number != batch.segment:
                return  # it was given up while it was sent
            segment.sent, segment.rows_sent = batch.end, segment.rows_sent + len(batch.rows)
            self._table = batch.segment, batch.series
            self._note(segment)
            if segment.sent == segment.size and len(self.segments) > 1:
                self.segments.pop(0).remove()

    def set_aside(self, batch: Batch, body: bytes) -> None:
        """The server will never take `batch`: keep `body` where a person can look, and go on."""
        path = self.folder / "refused.jsonl"
        with suppress(OSError):
            too_long = path.exists() and path.stat().st_size > REFUSED_BYTES
            with path.open("wb" if too_long else "ab") as file:
                file.write(body + b"\n")
        self.done(batch)

    def close(self) -> None:
        """Let go of the folder."""
        with self._lock:
            for segment in self.segments:
                segment.close()
            self._noted.close()
            os.close(self._guard)


def _read(segment: Segment, start: int, most_bytes: int) -> list[Frame]:
    """Frames from `start` on; none where the disk fails or what it gives is damaged."""
    try:
        return segment.frames(start, most_bytes)
    except OSError as error:
        log.error("%s cannot be read: %s", segment.path.name, error)
        return []
