"""The processor of this machine, and of machines made up."""

import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.processor import read_processor

STAT = """cpu  100 20 50 700 90 10 5 25 40 0
cpu0 60 10 25 350 50 5 0 0 40 0
cpu1 40 10 25 350 40 5 5 25 0 0
intr 5 0 1 2
ctxt 1234
btime 1700000000
processes 77
procs_running 3
procs_blocked 1
softirq 9 1 2
"""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    return FakeKernel(tmp_path, monkeypatch)


def test_this_machine_tells_of_all_of_it():
    found = assert_real(SOURCES_OF_A_MACHINE["processor"])
    assert {"cpu_percent", "cpu_steal_percent", "core_percent 0", "load_15", "uptime_s"} <= set(
        found
    )


def test_states_are_parts_of_the_whole_and_a_guest_is_not_counted_twice(fake):
    fake.write("proc/stat", STAT)
    found = told(read_processor())
    assert found["cpu_percent"] == (210, 1000)
    assert found["cpu_user_percent"] == (120, 1000)
    assert found["cpu_system_percent"] == (50, 1000)
    assert found["cpu_irq_percent"] == (15, 1000)
    assert found["cpu_iowait_percent"] == (90, 1000)
    assert found["cpu_steal_percent"] == (25, 1000)


def test_each_core_is_told_with_its_number(fake):
    fake.write("proc/stat", STAT)
    found = told(read_processor())
    assert found["core_percent 0"] == (100, 500)
    assert found["core_percent 1"] == (110, 500)


def test_switches_starts_and_who_runs_or_waits(fake):
    fake.write("proc/stat", STAT)
    found = told(read_processor())
    assert found["context_switches"] == (1234, None)
    assert found["processes_started"] == (77, None)
    assert (found["processes_running"], found["processes_blocked"]) == (3, 1)


def test_load_and_uptime(fake):
    fake.write("proc/loadavg", "0.50 0.40 0.30 2/345 999\n")
    fake.write("proc/uptime", "3600.25 7000.00\n")
    assert told(read_processor()) == {
        "load_1": 0.5,
        "load_5": 0.4,
        "load_15": 0.3,
        "uptime_s": 3600.25,
    }


def test_an_old_kernel_that_tells_fewer_states_is_read(fake):
    fake.write("proc/stat", "cpu 10 0 5 85\n")
    assert told(read_processor())["cpu_percent"] == (15, 100)


def test_a_kernel_that_tells_nothing_gives_nothing(fake):
    assert list(read_processor()) == []
