"""The spool: in order, within its bound, through crashes and full disks, nothing twice."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.agent import segments
from webapp.agent.notes import LENGTH
from webapp.agent.spool import Spool, SpoolInUse

CPU, LOAD = '{"name":"cpu_percent"}', '{"name":"load_1"}'
MUCH = 10_000_000


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def spool(folder):
    made = Spool(folder, MUCH)
    yield made
    made.close()


def rows_of(batch):
    """Each moment of a batch with its values by series."""
    names = [json.loads(series)["name"] for series in batch.series]
    found = []
    for row in batch.rows:
        at_ms, flat = json.loads(row)
        found.append((at_ms, {names[flat[i]]: flat[i + 1] for i in range(0, len(flat), 2)}))
    return found


def drain(spool, most_rows=1000):
    """Send everything: the moments in the order in which they were sent."""
    found = []
    while batch := spool.next_batch(MUCH, most_rows):
        found += rows_of(batch)
        spool.done(batch)
    return found


def moments(found):
    return [at_ms for at_ms, _ in found]


def test_moments_come_out_as_they_went_in_and_only_once(spool):
    spool.add(1000, [(CPU, 1.5), (LOAD, 2)])
    spool.add(2000, [(LOAD, 3)])
    assert drain(spool) == [
        (1000, {"cpu_percent": 1.5, "load_1": 2}),
        (2000, {"load_1": 3}),
    ]
    assert drain(spool) == []


def test_a_batch_that_is_not_done_comes_again_under_the_same_name(spool):
    spool.add(1000, [(CPU, 1)])
    first = spool.next_batch(MUCH, 10)
    assert spool.next_batch(MUCH, 10) == first
    spool.add(2000, [(CPU, 1)])
    assert spool.next_batch(MUCH, 1) == first
    assert spool.next_batch(MUCH, 10).name != first.name


def test_each_batch_has_the_series_it_needs_and_no_later_ones(spool):
    spool.add(1000, [(CPU, 1)])
    spool.add(2000, [(LOAD, 1)])
    first = spool.next_batch(MUCH, 1)
    assert first.series == [CPU.encode()]
    spool.done(first)
    assert spool.next_batch(MUCH, 1).series == [CPU.encode(), LOAD.encode()]


def test_a_batch_is_bounded_in_moments_and_in_bytes_but_has_at_least_one(spool):
    for at in range(50):
        spool.add(at, [(CPU, at)])
    assert len(spool.next_batch(MUCH, 7).rows) == 7
    assert 1 <= len(spool.next_batch(200, 1000).rows) < 10
    assert len(spool.next_batch(1, 1000).rows) == 1


def test_a_moment_whose_new_series_alone_are_too_much_still_goes_out(spool):
    wide = [(f'{{"name":"m{number}"}}', number) for number in range(1000)]
    spool.add(1, wide)
    spool.add(2, wide)
    batch = spool.next_batch(500, 10)
    assert moments(rows_of(batch)) == [1]
    spool.done(batch)
    assert moments(drain(spool)) == [2]


def test_series_that_come_later_are_in_the_table_once(spool):
    for at in range(20):
        spool.add(at, [(f'{{"name":"m{at}"}}', at)])
    found = []
    while batch := spool.next_batch(MUCH, 3):
        assert (
            len(set(batch.series))
            == len(batch.series)
            == batch.series.index(f'{{"name":"m{rows_of(batch)[-1][0]}"}}'.encode()) + 1
        )
        found += rows_of(batch)
        spool.done(batch)
    assert found == [(at, {f"m{at}": at}) for at in range(20)]


def test_processes_travel_with_their_moment(spool):
    spool.add(1000, [(CPU, 1)], '{"at":1000}')
    batch = spool.next_batch(MUCH, 10)
    assert batch.processes == [b'{"at":1000}']


def test_two_restarts_lose_nothing_double_nothing_and_keep_the_order(folder):
    sent = []
    for run in range(3):
        spool = Spool(folder, MUCH)
        for at in range(run * 10, run * 10 + 10):
            spool.add(at, [(CPU, at)])
        batch = spool.next_batch(MUCH, 4)
        sent += rows_of(batch)
        spool.done(batch)
        spool.close()
    spool = Spool(folder, MUCH)
    sent += drain(spool)
    spool.close()
    assert moments(sent) == list(range(30))


def test_a_restart_after_everything_was_sent_never_uses_a_name_again(folder):
    names = set()
    for _ in range(3):
        spool = Spool(folder, MUCH)
        spool.add(1000, [(CPU, 1)])
        batch = spool.next_batch(MUCH, 10)
        names.add(batch.name)
        spool.done(batch)
        spool.close()
    assert len(names) == 3
    assert len(list(folder.glob("*.seg"))) <= 2


def test_a_torn_last_moment_is_cut_off_and_the_others_are_sent(folder, caplog):
    spool = Spool(folder, MUCH)
    for at in range(3):
        spool.add(at, [(CPU, at)])
    spool.close()
    (path,) = folder.glob("*.seg")
    os.truncate(path, path.stat().st_size - 3)
    spool = Spool(folder, MUCH)
    assert "torn" in caplog.text
    spool.add(9, [(CPU, 9)])
    assert moments(drain(spool)) == [0, 1, 9]
    spool.close()


@pytest.mark.parametrize("damage", [b"", b"x", b"x" * 20, b"x" * 50])
def test_a_damaged_note_of_what_was_sent_sends_it_again(folder, damage):
    spool = Spool(folder, MUCH)
    spool.add(1, [(CPU, 1)])
    spool.add(2, [(CPU, 2)])
    spool.done(spool.next_batch(MUCH, 1))
    spool.close()
    (folder / "sent").write_bytes(damage)
    spool = Spool(folder, MUCH)
    assert moments(drain(spool)) == [1, 2]
    spool.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from webapp.agent.spool import Spool
spool = Spool(Path(sys.argv[1]), 10_000_000)
for at in range(int(sys.argv[2]), 10**9):
    spool.add(at, [('{"name":"cpu_percent"}', at), ('{"name":"n%d"}' % (at % 50), 1)])
    os.write(1, b"%d\\n" % at)
    if at % 7 == 0 and (batch := spool.next_batch(100_000, 5)):
        os.write(1, b"sent %s\\n" % b" ".join(r[1:r.index(b",")] for r in batch.rows))
        spool.done(batch)
"""


def test_killed_at_any_point_three_times_it_loses_and_doubles_nothing(folder):
    kept, sent, start = [], [], 0
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder), str(start)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        lines = [process.stdout.readline() for _ in range(400)]
        process.kill()
        lines += process.stdout.readlines()
        process.stdout.close()
        process.wait(10)
        for line in lines:
            words = line.split()
            if words and words[0] == b"sent":
                sent += [int(word) for word in words[1:]]
            elif line.endswith(b"\n"):
                kept.append(int(line))
        start = kept[-1] + 1000
    spool = Spool(folder, MUCH)
    sent += moments(drain(spool))
    spool.close()
    # One that was kept or sent in the very moment of the kill may not have been told.
    assert set(kept) <= set(sent)
    assert len(set(sent) - set(kept)) <= 3
    assert len(sent) - len(set(sent)) <= 3 * 5


def test_the_oldest_go_first_and_are_counted_when_it_is_full(folder, caplog):
    spool = Spool(folder, 20_000)
    for at in range(3000):
        spool.add(at, [(CPU, at), (LOAD, 0.5)])
    size = sum(path.stat().st_size for path in folder.glob("*.seg"))
    assert size <= 20_000
    found = moments(drain(spool))
    assert found == list(range(3000 - len(found), 3000))
    assert spool.dropped == 3000 - len(found) > 0
    assert "the oldest" in caplog.text
    spool.close()


def test_what_is_given_up_while_it_is_sent_does_no_harm(folder):
    spool = Spool(folder, 20_000)
    spool.add(0, [(CPU, 0)])
    batch = spool.next_batch(MUCH, 10)
    for at in range(1, 3000):
        spool.add(at, [(CPU, at)])
    spool.done(batch)
    found = moments(drain(spool))
    assert found == list(range(3000 - len(found), 3000))
    spool.close()


@pytest.mark.parametrize("damage", ["bytes", "reading"])
def test_what_the_disk_does_not_give_back_does_not_stop_what_comes_after(
    spool, folder, monkeypatch, caplog, damage
):
    for at in range(3):
        spool.add(at, [(CPU, at)])
    spool.done(spool.next_batch(MUCH, 1))
    if damage == "bytes":
        (path,) = folder.glob("*.seg")
        path.write_bytes(b"\0" * path.stat().st_size)
    else:

        def fail(*_):
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(segments.os, "pread", fail)
    assert drain(spool) == []
    monkeypatch.undo()
    assert spool.dropped == 2
    assert "given up" in caplog.text
    spool.add(3, [(CPU, 3)])
    assert moments(drain(spool)) == [3]


@pytest.fixture
def disk(monkeypatch):
    """A disk with room for so many bytes; None has no end."""
    room = {"left": None}
    write = os.pwrite

    def pwrite(descriptor, data, offset):
        is_note = offset == 0 and len(data) == LENGTH  # it is written in place
        if room["left"] is not None and not is_note:
            if room["left"] < len(data):
                raise OSError(errno.ENOSPC, "No space left on device")
            room["left"] -= len(data)
        return write(descriptor, data, offset)

    monkeypatch.setattr(segments.os, "pwrite", pwrite)
    return room


def test_a_full_disk_is_told_once_and_memory_goes_on_in_order(spool, disk, caplog):
    disk["left"] = 300
    for at in range(100):
        spool.add(at, [(CPU, at)])
    assert caplog.text.count("does not take") == 1
    assert moments(drain(spool)) == list(range(100))


def test_what_waits_in_memory_goes_to_disk_once_there_is_room(folder, disk, caplog):
    spool = Spool(folder, MUCH)
    disk["left"] = 300
    for at in range(100):
        spool.add(at, [(CPU, at)])
    disk["left"] = None
    spool.add(100, [(CPU, 100)])
    assert "again" in caplog.text
    spool.close()
    spool = Spool(folder, MUCH)
    assert moments(drain(spool)) == list(range(101))
    spool.close()


def test_memory_is_bounded_too_while_the_disk_is_full(folder, disk):
    spool = Spool(folder, 100 * MUCH)
    disk["left"] = 0
    wide = [(f'{{"name":"m{number}"}}', 0.123456) for number in range(500)]
    for at in range(1000):
        spool.add(at, wide)
    found = moments(drain(spool))
    assert 0 < len(found) < 1000
    assert found == list(range(1000 - len(found), 1000))
    assert spool.dropped == 1000 - len(found)
    spool.close()


def test_what_the_server_never_takes_is_put_where_a_person_can_look(spool, folder):
    spool.add(1, [(CPU, 1)])
    spool.set_aside(spool.next_batch(MUCH, 1), b'{"rows":[]}')
    assert (folder / "refused.jsonl").read_bytes() == b'{"rows":[]}\n'
    assert drain(spool) == []


def test_what_is_set_aside_is_bounded(spool, folder):
    for at in range(5):
        spool.add(at, [(CPU, 1)])
        spool.set_aside(spool.next_batch(MUCH, 1), b"x" * 600_000)
    assert (folder / "refused.jsonl").stat().st_size < 2_000_000


def test_a_second_agent_on_the_same_folder_is_refused(spool, folder):
    with pytest.raises(SpoolInUse):
        Spool(folder, MUCH)


def test_it_says_how_much_waits(spool):
    assert spool.waiting_bytes == 0
    spool.add(1, [(CPU, 1)])
    assert spool.waiting_bytes > 0
    drain(spool)
    assert spool.waiting_bytes == 0
