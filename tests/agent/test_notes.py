"""The note of what was sent."""

import pytest

from webapp.agent.notes import Note


def test_what_was_noted_last_is_known_to_the_next_process(tmp_path):
    note = Note(tmp_path / "sent")
    assert note.read() == (0, 0)
    note.write(3, 100)
    note.write(3, 250)
    note.close()
    again = Note(tmp_path / "sent")
    assert again.read() == (3, 250)
    again.close()


@pytest.mark.parametrize("place", range(20))
def test_a_damaged_note_says_nothing(tmp_path, place):
    note = Note(tmp_path / "sent")
    note.write(3, 250)
    data = bytearray((tmp_path / "sent").read_bytes())
    data[place] ^= 1
    (tmp_path / "sent").write_bytes(data)
    assert note.read() == (0, 0)
    note.close()
