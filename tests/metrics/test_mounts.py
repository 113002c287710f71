"""File systems of this machine, and of machines made up."""

import os

import psutil
import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.mounts import MOST, read_mounts, real_mounts


@pytest.fixture
def fake(tmp_path, monkeypatch):
    return FakeKernel(tmp_path, monkeypatch)


def test_this_machine_agrees_with_another_reader():
    found = assert_real(SOURCES_OF_A_MACHINE["file systems"])
    assert found["disk_percent /"] == pytest.approx(psutil.disk_usage("/").percent, abs=1)


MOUNTS = [
    ("a container without a disk of its own", "", ["/"]),
    ("the root", "/dev/a / ext4 rw 0 0", ["/"]),
    ("a root that lies on layers", "overlay / overlay rw,lowerdir=/x 0 0", ["/"]),
    ("a second disk", "/dev/a / ext4 rw 0 0\n/dev/b /tmp xfs rw 0 0", ["/", "/tmp"]),
    ("a disk mounted twice", "/dev/a / ext4 rw 0 0\n/dev/a /tmp ext4 rw 0 0", ["/"]),
    ("a package image", "/dev/loop0 /usr squashfs rw 0 0", ["/"]),
    ("a disk nobody can write", "/dev/c /usr ext4 ro,nodev 0 0", ["/"]),
    ("a root nobody can write", "/dev/c / ext4 ro 0 0", ["/"]),
    ("a file of the host", "/dev/b /etc/hostname ext4 rw 0 0", ["/"]),
    ("memory", "tmpfs /tmp tmpfs rw 0 0", ["/"]),
    ("a server's disk that may hang", "server:/x /tmp nfs4 rw 0 0", ["/"]),
    ("a line cut short", "/dev/b /tmp", ["/"]),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in MOUNTS], ids=[c[0] for c in MOUNTS])
def test_real_mounts(text, expected):
    assert real_mounts(text) == expected


def test_a_space_in_a_name_is_read(tmp_path):
    place = tmp_path / "my disk"
    place.mkdir()
    escaped = str(place).replace(" ", "\\040")
    assert real_mounts(f"/dev/b {escaped} ext4 rw 0 0") == ["/", str(place)]


def test_a_machine_of_thousands_of_mounts_is_bounded(tmp_path):
    lines = []
    for number in range(MOST + 20):
        (tmp_path / str(number)).mkdir()
        lines.append(f"/dev/{number} {tmp_path}/{number} ext4 rw 0 0")
    assert len(real_mounts("\n".join(lines))) == MOST


def test_a_disk_that_went_away_after_it_was_listed_is_left_out(fake, monkeypatch):
    fake.write("proc/self/mounts", "/dev/a / ext4 rw 0 0\n/dev/b /tmp ext4 rw 0 0\n")
    ask = os.statvfs
    monkeypatch.setattr(os, "statvfs", lambda place: ask(place if place == "/" else "/gone"))
    assert {name.split()[1] for name in told(read_mounts())} == {"/"}


def usage(**changed):
    sizes = {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 100, "f_bfree": 40, "f_bavail": 20}
    sizes |= {"f_files": 1000, "f_ffree": 250, "f_favail": 250, "f_flag": 0, "f_namemax": 255}
    return os.statvfs_result(tuple((sizes | changed).values()))


def test_what_only_root_may_fill_counts_as_neither(fake, monkeypatch):
    monkeypatch.setattr(os, "statvfs", lambda _place: usage())
    found = told(read_mounts())
    assert found["disk_percent /"] == 75
    assert (found["disk_used /"], found["disk_free /"]) == (60 * 4096, 20 * 4096)
    assert found["inodes_percent /"] == 75


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"f_files": 0, "f_ffree": 0}, "inodes_percent /"),
        ({"f_blocks": 0, "f_bfree": 0, "f_bavail": 0}, "disk_percent /"),
    ],
    ids=["a file system without a table of inodes", "one without a size"],
)
def test_what_a_file_system_does_not_have_is_not_told(fake, monkeypatch, changed, missing):
    monkeypatch.setattr(os, "statvfs", lambda _place: usage(**changed))
    assert missing not in told(read_mounts())
