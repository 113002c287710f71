"""Frames: what is whole is read, and nothing after what is torn."""

import pytest

from webapp.agent.frames import PROCESSES, ROW, SERIES, pack, unpack

WHOLE = pack(SERIES, b'{"name":"load_1"}') + pack(PROCESSES, b"{}") + pack(ROW, b"[1,[0,2.5]]")


def test_what_was_packed_is_unpacked_with_where_it_ends():
    found = list(unpack(WHOLE))
    assert [f.letter for f in found] == [SERIES, PROCESSES, ROW]
    assert found[0].text == b'{"name":"load_1"}'
    assert found[-1].end == len(WHOLE)


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_an_end_torn_anywhere_costs_only_the_frame_it_tore(length):
    found = list(unpack(WHOLE[:length]))
    assert all(frame.end <= length for frame in found)
    assert found == list(unpack(WHOLE))[: len(found)]
    assert len(found) < 3


@pytest.mark.parametrize("place", range(len(WHOLE)))
def test_a_damaged_byte_anywhere_is_noticed(place):
    damaged = bytearray(WHOLE)
    damaged[place] ^= 0x40
    found = list(unpack(bytes(damaged)))
    assert found == list(unpack(WHOLE))[: len(found)]
    assert len(found) < 3


def test_a_text_with_another_letter_is_not_the_same_frame():
    data = pack(ROW, b"[]")
    assert list(unpack(SERIES + data[1:])) == []
