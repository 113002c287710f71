"""Disks of this machine, and of machines made up."""

import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics.collection import collect
from webapp.metrics.disks import read_disks
from webapp.metrics.machine import SOURCES_OF_A_MACHINE

SOURCE = {"disks": SOURCES_OF_A_MACHINE["disks"]}
LINE = "   8  {minor} {name} {reads} 5 {sectors} 40 {writes} 6 200 60 0 {busy} 100"


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = FakeKernel(tmp_path, monkeypatch)
    for name in ("sda", "sdb", "loop0", "dm-0", "zram0"):
        found.write(f"sys/block/{name}/size", "1")
    return found


def line(name, **changed):
    usual = {"minor": 0, "reads": 10, "sectors": 100, "writes": 20, "busy": 500}
    return LINE.format(name=name, **(usual | changed)) + "\n"


def test_this_machine_is_read():
    assert_real(SOURCES_OF_A_MACHINE["disks"])


def test_parts_of_disks_and_what_lies_on_others_are_not_counted_twice(fake):
    names = ("sda", "sda1", "sdb", "loop0", "dm-0", "zram0")
    fake.write("proc/diskstats", "".join(line(name) for name in names))
    found = told(read_disks())
    assert found["disk_read"] == (2 * 100 * 512, None)
    assert found["disk_write"] == (2 * 200 * 512, None)
    assert {name.split()[1] for name in found if " " in name} == {"sda", "sdb"}


def test_rates_requests_busy_time_and_waiting_of_a_disk(fake):
    fake.write("proc/diskstats", line("sda"))
    first = collect(SOURCE, {}, 0.0)
    fake.write(
        "proc/diskstats",
        line("sda", reads=30, sectors=300, writes=20, busy=1500).replace(" 40 ", " 140 "),
    )
    found = told(collect(SOURCE, first.notebook, 2.0).readings)
    assert found["device_read sda"] == 200 * 512 / 2
    assert (found["device_reads sda"], found["device_writes sda"]) == (10, 0)
    assert found["device_busy_percent sda"] == 50
    assert found["device_wait_ms sda"] == 5


def test_a_disk_that_did_nothing_made_nobody_wait(fake):
    fake.write("proc/diskstats", line("sda"))
    first = collect(SOURCE, {}, 0.0)
    found = told(collect(SOURCE, first.notebook, 1.0).readings)
    assert found["device_busy_percent sda"] == 0
    assert "device_wait_ms sda" not in found


def test_a_disk_that_is_busy_all_the_time_is_never_more_than_busy(fake):
    fake.write("proc/diskstats", line("sda", busy=0))
    first = collect(SOURCE, {}, 0.0)
    fake.write("proc/diskstats", line("sda", busy=1004))
    found = told(collect(SOURCE, first.notebook, 1.0).readings)
    assert found["device_busy_percent sda"] == 100


def test_a_disk_pulled_out_and_one_put_in(fake):
    fake.write("proc/diskstats", line("sda") + line("sdb"))
    first = collect(SOURCE, {}, 0.0)
    fake.write("proc/diskstats", line("sda"))
    second = collect(SOURCE, first.notebook, 1.0)
    assert "device_read sdb" not in told(second.readings)
    fake.write("proc/diskstats", line("sda") + line("sdb", sectors=999_999))
    third = collect(SOURCE, second.notebook, 2.0)
    assert "device_read sdb" not in told(third.readings)


def test_new_counters_of_a_newer_kernel_do_no_harm(fake):
    fake.write("proc/diskstats", line("sda").replace("\n", " 1 2 3 4 5 6 7\n"))
    assert told(read_disks())["device_reads sda"] == (10, None)


def test_a_machine_without_disks_gives_nothing(fake):
    fake.write("proc/diskstats", "   7  0 loop0 0 0 0 0 0 0 0 0 0 0 0\n")
    assert list(read_disks()) == []
