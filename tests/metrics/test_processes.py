"""Processes of this machine, and of machines made up."""

import os

import psutil
import pytest

from tests.metrics.kernels import FakeKernel
from webapp.metrics import kernel
from webapp.metrics.processes import PAGE, TICKS_PER_S, Scanner, has_moved
from webapp.metrics.readings import ProcessTable

STAT = (
    "{pid} ({name}) {state} 1 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 {threads} 0 {started}"
    " 999999 {pages} 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0\n"
)


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = FakeKernel(tmp_path, monkeypatch)
    found.write("proc/self/stat", "not a process of its own")
    found.write("proc/uptime", "1 1")
    return found


def put(fake, pid, ticks=0, *, name="app", state="S", threads=1, started=5, pages=10, command=""):
    values = {"pid": pid, "ticks": ticks, "name": name, "state": state}
    values |= {"threads": threads, "started": started, "pages": pages}
    fake.write(f"proc/{pid}/stat", STAT.format(**values))
    fake.write(f"proc/{pid}/cmdline", command)


def look(scanner, now_s):
    found = list(scanner.look(now_s))
    tables = [item.processes for item in found if isinstance(item, ProcessTable)]
    counts = {i.measure.name: i.value for i in found if not isinstance(i, ProcessTable)}
    return counts, tables[0] if tables else None


def test_this_machine_lists_this_process():
    scanner = Scanner()
    look(scanner, 0.0)
    counts, table = look(scanner, 1.0)
    assert counts["process_count"] == pytest.approx(len(psutil.pids()), abs=20)
    assert table["count"] == counts["process_count"]
    assert len(table["cpu"]) <= 10
    assert len(table["memory"]) <= 10
    largest = table["memory"][0]
    assert largest["memory_bytes"] >= table["memory"][-1]["memory_bytes"]
    assert set(largest) == {"pid", "name", "user", "command", "cpu_percent", "memory_bytes"}


def test_counts_of_processes_threads_and_zombies(fake):
    put(fake, 1, threads=3)
    put(fake, 2, state="Z", threads=1)
    counts, table = look(Scanner(), 0.0)
    assert counts == {"process_count": 2, "thread_count": 4, "zombie_count": 1}
    assert table is None


def test_who_used_the_processor_since_the_pass_before(fake):
    scanner = Scanner()
    put(fake, 1, 100, command="busy\0--password\0x\0")
    put(fake, 2, 100)
    look(scanner, 10.0)
    put(fake, 1, 100 + 5 * TICKS_PER_S, command="busy\0--password\0x\0")
    _, table = look(scanner, 20.0)
    (entry,) = table["cpu"]
    assert (entry["pid"], entry["cpu_percent"]) == (1, 50)
    assert entry["command"] == "busy --password •••"
    assert entry["user"]


def test_who_holds_memory(fake):
    scanner = Scanner()
    for pid in range(1, 15):
        put(fake, pid, pages=pid)
    put(fake, 99, pages=0)
    look(scanner, 0.0)
    _, table = look(scanner, 1.0)
    assert [entry["pid"] for entry in table["memory"]] == list(range(14, 4, -1))
    assert table["memory"][0]["memory_bytes"] == 14 * PAGE
    assert table["cpu"] == []


def test_on_a_calm_machine_a_list_is_told_once_a_minute(fake):
    scanner, told = Scanner(), []
    put(fake, 1, 0)
    for turn in range(20):
        _, table = look(scanner, 10.0 * turn)
        told += [10 * turn] if table else []
    assert told == [10, 70, 130, 190]


def test_a_list_that_moved_is_told_at_once(fake):
    scanner, told = Scanner(), []
    put(fake, 1, 0)
    for turn in range(5):
        put(fake, 1, 5 * TICKS_PER_S if turn >= 3 else 0)
        _, table = look(scanner, 10.0 * turn)
        told += [10 * turn] if table else []
    assert told == [10, 30, 40]


def table(cpu, memory):
    return {
        "count": 2,
        "cpu": [{"pid": pid, "cpu_percent": value} for pid, value in cpu.items()],
        "memory": [{"pid": pid, "memory_bytes": value} for pid, value in memory.items()],
    }


MOVES = [
    ("nothing", ({1: 50}, {1: 1000}), ({1: 50}, {1: 1000}), False),
    ("a little", ({1: 50}, {1: 1000}), ({1: 59}, {1: 1049}), False),
    ("one took over from another", ({1: 50}, {1: 1000}), ({2: 50}, {1: 1000}), True),
    ("busier", ({1: 50}, {1: 1000}), ({1: 60}, {1: 1000}), True),
    ("idle now", ({1: 50}, {1: 1000}), ({}, {1: 1000}), True),
    ("more memory", ({1: 50}, {1: 1000}), ({1: 50}, {1: 1051}), True),
    ("no memory at all", ({}, {}), ({}, {}), False),
]


@pytest.mark.parametrize(
    ("before", "now", "expected"), [c[1:] for c in MOVES], ids=[c[0] for c in MOVES]
)
def test_whether_a_list_has_moved(before, now, expected):
    assert has_moved(table(*before), table(*now)) is expected


def test_another_process_with_the_same_pid_has_not_used_what_the_first_did(fake):
    scanner = Scanner()
    put(fake, 7, 1000, started=1)
    look(scanner, 0.0)
    put(fake, 7, 5000, started=2)
    assert look(scanner, 1.0)[1]["cpu"] == []


def test_a_clock_that_did_not_move_gives_no_table(fake):
    scanner = Scanner()
    put(fake, 1)
    look(scanner, 5.0)
    assert look(scanner, 5.0)[1] is None


NAMES = ["a b", "a) S 1 (b", "((", "", "R 1 2 3"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_hold_anything(fake, name):
    put(fake, 3, name=name, threads=2)
    counts, _ = look(Scanner(), 0.0)
    assert counts == {"process_count": 1, "thread_count": 2, "zombie_count": 0}


@pytest.mark.parametrize("text", ["", "12", "12 (cut sho", "12 (cut) S 1 1"])
def test_a_process_that_ends_while_it_is_read_is_left_out(fake, text):
    put(fake, 1)
    fake.write("proc/12/stat", text)
    assert look(Scanner(), 0.0)[0]["process_count"] == 1


def test_a_process_that_ended_before_it_could_be_described_keeps_its_name(fake, monkeypatch):
    scanner = Scanner()
    put(fake, 1, 0)
    look(scanner, 0.0)
    put(fake, 1, 1000)
    (fake.folder / "proc/1/cmdline").unlink()

    def gone(_path):
        raise FileNotFoundError

    monkeypatch.setattr(os, "stat", gone)
    entry = look(scanner, 1.0)[1]["cpu"][0]
    assert (entry["name"], entry["user"], entry["command"]) == ("app", "", "")


def test_a_user_without_a_name_is_its_number(fake, monkeypatch):
    scanner = Scanner()
    put(fake, 1)
    look(scanner, 0.0)
    monkeypatch.setattr("webapp.metrics.processes._name_of", lambda uid: str(uid))
    entry = look(scanner, 1.0)[1]["memory"][0]
    assert entry["user"] == str(os.getuid())


def test_a_kernel_without_processes_to_see_counts_none(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, "PROC", str(tmp_path / "nowhere"))
    assert look(Scanner(), 0.0)[0]["process_count"] == 0
