"""Segments: appended whole, cut off where they were torn, saved from memory."""

import errno
import os

import pytest

from webapp.agent import segments
from webapp.agent.frames import ROW, SERIES, pack
from webapp.agent.segments import Segment, create, reopen


@pytest.fixture
def segment(tmp_path):
    path = tmp_path / "0000000001.seg"
    made = Segment(1, path, create(path))
    yield made
    made.close()


def test_what_was_written_is_read_back_from_anywhere(segment):
    segment.write([(SERIES, b"a"), (ROW, b"[1]")])
    segment.write([(ROW, b"[2]")])
    first = segment.frames()
    assert [frame.text for frame in first] == [b"a", b"[1]", b"[2]"]
    assert [f.text for f in segment.frames(first[1].end)] == [b"[2]"]
    assert segment.rows == 2


def test_a_moment_brings_only_the_series_that_are_new(segment):
    segment.add(1, [("a", 0.5), ("b", 1)])
    segment.add(2, [("b", 2), ("c", 3)], "{}")
    assert [frame.text for frame in segment.frames()] == [
        *(b"a", b"b", b"[1,[0,0.5,1,1]]"),
        *(b"c", b"{}", b"[2,[1,2,2,3]]"),
    ]


def test_a_frame_longer_than_what_is_read_at_once_is_still_read(segment):
    segment.write([(ROW, b"x" * 5000)])
    assert len(segment.frames(0, 100)) == 1


def test_the_table_of_series_ends_where_it_is_asked_to(segment):
    segment.write([(SERIES, b"a"), (ROW, b"[1]")])
    until = segment.size
    segment.write([(SERIES, b"b"), (ROW, b"[2]")])
    assert segment.series_until(until) == [b"a"]
    assert segment.series_until(segment.size) == [b"a", b"b"]
    assert segment.series_until(0) == []


def test_a_torn_end_is_cut_off_when_it_is_opened_again(segment):
    segment.write([(ROW, b"[1]")])
    whole = segment.size
    with segment.path.open("ab") as file:
        file.write(pack(ROW, b"[2]")[:-1])
    again = reopen(segment.path, 0)
    assert (again.size, again.rows, again.cut) == (whole, 1, len(pack(ROW, b"[2]")) - 1)
    assert segment.path.stat().st_size == whole
    again.close()


def test_what_was_sent_is_known_again(segment):
    segment.write([(SERIES, b"a"), (ROW, b"[1]")])
    sent = segment.size
    segment.write([(ROW, b"[2]")])
    again = reopen(segment.path, sent)
    assert (again.sent, again.unsent_rows) == (sent, 1)
    again.close()


def test_a_note_beyond_the_end_counts_as_the_end(segment):
    segment.write([(ROW, b"[1]")])
    again = reopen(segment.path, 10_000)
    assert again.sent == again.size
    again.close()


def test_a_write_that_fails_half_way_leaves_nothing(segment, monkeypatch):
    segment.write([(ROW, b"[1]")])
    before = segment.size
    write, calls = os.pwrite, []

    def full(descriptor, data, offset):
        if calls:
            raise OSError(errno.ENOSPC, "No space left on device")
        calls.append(offset)
        return write(descriptor, data[:5], offset)

    monkeypatch.setattr(segments.os, "pwrite", full)
    with pytest.raises(OSError, match="No space"):
        segment.write([(ROW, b"[2]")])
    assert segment.size == segment.path.stat().st_size == before
    assert segment.rows == 1


def test_one_in_memory_moves_to_disk_and_goes_on_there(tmp_path):
    segment = Segment(1, tmp_path / "0000000001.seg", memory=bytearray())
    segment.write([(ROW, b"[1]")])
    assert segment.in_memory
    segment.save()
    assert not segment.in_memory
    segment.write([(ROW, b"[2]")])
    assert [frame.text for frame in segment.frames()] == [b"[1]", b"[2]"]
    assert segment.path.stat().st_size == segment.size
    segment.remove()
    assert not segment.path.exists()


def test_only_its_owner_can_read_a_file(segment):
    assert segment.path.stat().st_mode & 0o077 == 0
