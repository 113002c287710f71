"""This machine as it is, and machines made up."""

import math
from collections import namedtuple
from types import SimpleNamespace

import psutil
import pytest

from webapp.metrics import system
from webapp.metrics.readings import Total

CpuTimes = namedtuple("CpuTimes", "user system idle iowait guest")
READERS = [system.read_cpu, system.read_memory, system.read_disks, system.read_network]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_every_reading_of_this_machine_is_a_finite_number_and_described(read):
    found = list(read())
    assert found
    for item in found:
        assert item.measure in system.MEASURES
        value = item.part if isinstance(item, Total) else item.value
        assert math.isfinite(value)
        assert value >= 0


def test_the_cpu_is_busy_unless_it_idles_or_waits_for_a_disk(monkeypatch):
    cpu_times = CpuTimes(user=10.0, system=5.0, idle=70.0, iowait=15.0, guest=4.0)
    monkeypatch.setattr(psutil, "cpu_times", lambda: cpu_times)
    total = next(iter(system.read_cpu()))
    assert (total.part, total.whole) == (15, 100)


def partition(device, mount, fstype="ext4", opts="rw"):
    return SimpleNamespace(device=device, mountpoint=mount, fstype=fstype, opts=opts)


MOUNTS = [
    ("a container without a disk of its own", [], ["/"]),
    ("the root", [partition("/dev/a", "/")], ["/"]),
    ("a second disk", [partition("/dev/a", "/"), partition("/dev/b", "/tmp")], ["/", "/tmp"]),
    ("a disk mounted twice", [partition("/dev/a", "/"), partition("/dev/a", "/tmp")], ["/"]),
    ("a package image", [partition("/dev/loop0", "/usr", "squashfs")], ["/"]),
    ("a disk nobody can write", [partition("/dev/c", "/usr", opts="ro,nodev")], ["/"]),
    ("a file of the host", [partition("/dev/a", "/etc/hostname")], ["/"]),
]


@pytest.mark.parametrize(("disks", "expected"), [c[1:] for c in MOUNTS], ids=[c[0] for c in MOUNTS])
def test_real_mounts(monkeypatch, disks, expected):
    monkeypatch.setattr(psutil, "disk_partitions", lambda: disks)
    assert system.real_mounts() == expected


def test_virtual_interfaces_are_not_counted_twice(monkeypatch):
    counters = {
        name: SimpleNamespace(bytes_recv=n, bytes_sent=2 * n)
        for name, n in {
            "lo": 1,
            "eth0": 10,
            "wlan0": 100,
            "docker0": 1000,
            "veth12": 10_000,
        }.items()
    }
    monkeypatch.setattr(psutil, "net_io_counters", lambda **_: counters)
    assert [total.part for total in system.read_network()] == [110, 220]


def test_a_machine_without_disks_has_no_disk_counters(monkeypatch):
    monkeypatch.setattr(psutil, "disk_io_counters", lambda **_: None)
    assert not [item for item in system.read_disks() if isinstance(item, Total)]


def test_live_percentages_are_percentages():
    assert 0 <= system.cpu_percent_over(0.01) <= 100
    assert 0 < system.ram_percent() < 100
    assert system.disk_percent() == psutil.disk_usage("/").percent
