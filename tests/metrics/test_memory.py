"""Memory of this machine, and of machines made up."""

import psutil
import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.memory import PAGE, read_memory

MEMINFO = """MemTotal:        1000 kB
MemFree:          200 kB
MemAvailable:     600 kB
Buffers:           50 kB
Cached:           300 kB
SwapTotal:        400 kB
SwapFree:         300 kB
Dirty:              3 kB
Writeback:          1 kB
Shmem:             70 kB
SReclaimable:      25 kB
"""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    return FakeKernel(tmp_path, monkeypatch)


def test_this_machine_agrees_with_another_reader():
    found = assert_real(SOURCES_OF_A_MACHINE["memory"])
    assert found["ram_percent"] == pytest.approx(psutil.virtual_memory().percent, abs=5)
    assert found["ram_used"] + found["ram_available"] == psutil.virtual_memory().total


def test_memory_by_its_uses(fake):
    fake.write("proc/meminfo", MEMINFO)
    found = told(read_memory())
    assert found["ram_percent"] == 40
    assert found["ram_used"] == 400 * 1024
    assert found["ram_available"] == 600 * 1024
    assert found["ram_cached"] == 375 * 1024
    assert found["ram_shared"] == 70 * 1024
    assert found["ram_dirty"] == 4 * 1024


def test_swap(fake):
    fake.write("proc/meminfo", MEMINFO)
    fake.write("proc/vmstat", "nr_free_pages 5\npswpin 10\npswpout 20\npgmajfault 7\noom_kill 1\n")
    found = told(read_memory())
    assert (found["swap_percent"], found["swap_used"]) == (25, 100 * 1024)
    assert (found["swap_in"], found["swap_out"]) == ((10 * PAGE, None), (20 * PAGE, None))
    assert (found["major_faults"], found["oom_kills"]) == ((7, None), (1, None))


def test_a_machine_without_swap_uses_none_of_it(fake):
    fake.write("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 500 kB\nSwapTotal: 0 kB\n")
    assert told(read_memory())["swap_percent"] == 0


def test_a_kernel_that_does_not_estimate_what_is_available(fake):
    fake.write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 200 kB\nCached: 300 kB\n")
    assert told(read_memory())["ram_percent"] == 50


def test_a_container_that_is_told_more_available_than_there_is(fake):
    fake.write("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 5000 kB\n")
    assert told(read_memory())["ram_percent"] == 0
