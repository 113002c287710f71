"""Files of the kernel, there or not."""

import os

import pytest

from tests.metrics.kernels import FakeKernel
from webapp.metrics import kernel


@pytest.fixture
def fake(tmp_path, monkeypatch):
    return FakeKernel(tmp_path, monkeypatch)


def test_what_is_not_there_is_not_told(fake):
    assert kernel.proc("stat") == ""
    assert kernel.number(f"{kernel.SYS}/temp1_input") is None
    assert kernel.names(f"{kernel.SYS}/block") == []


def test_a_folder_is_no_file(fake):
    fake.write("proc/net/dev", "x")
    assert kernel.proc("net") == ""


def test_a_long_file_is_read_whole(fake):
    fake.write("proc/vmstat", "x" * 200_000)
    assert len(kernel.proc("vmstat")) == 200_000


def test_a_number_is_read_and_anything_else_is_none(fake):
    fake.write("sys/a", "42000\n")
    fake.write("sys/b", "N/A\n")
    assert kernel.number(f"{kernel.SYS}/a") == 42_000
    assert kernel.number(f"{kernel.SYS}/b") is None


def test_lines_that_name_a_number_are_taken():
    text = "MemTotal:   1024 kB\nodd\nHugePages_Total: 0\nname: text\n"
    assert kernel.numbers(text) == {"MemTotal": 1024, "HugePages_Total": 0}


def test_no_file_stays_open(fake):
    fake.write("proc/stat", "cpu 1")
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        kernel.proc("stat")
        kernel.proc("nothing")
    assert len(os.listdir("/dev/fd")) == before
