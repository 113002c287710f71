"""What this machine is, and how it is now."""

from datetime import UTC, datetime

import psutil
import pytest

from tests.metrics.kernels import FakeKernel
from webapp.core import clock
from webapp.metrics import system


def test_it_knows_when_it_started():
    told = system.booted_at()
    assert told.tzinfo is UTC
    assert abs((told - datetime.fromtimestamp(psutil.boot_time(), UTC)).total_seconds()) < 5
    assert told < clock.now()


def test_a_kernel_that_does_not_tell_its_start(tmp_path, monkeypatch):
    FakeKernel(tmp_path, monkeypatch)
    assert system.booted_at() is None


def test_it_says_what_it_is():
    found = system.details()
    assert found["memory_bytes"] == psutil.virtual_memory().total
    assert found["cpus"] == psutil.cpu_count()
    assert all(found[name] for name in ("system", "kernel", "architecture", "processor"))
    assert len(found["boot_id"]) == 36


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('NAME=x\nPRETTY_NAME="Some Linux 12 (name)"\n', "Some Linux 12 (name)"),
        ("PRETTY_NAME=Plain\n", "Plain"),
        ("NAME=x\n", "Linux"),
    ],
)
def test_the_name_of_the_system(tmp_path, monkeypatch, text, expected):
    (tmp_path / "os-release").write_text(text)
    monkeypatch.setattr(system, "RELEASE_FILES", (str(tmp_path / "os-release"),))
    assert system._system() == expected


def test_live_percentages_are_percentages():
    assert 0 <= system.cpu_percent_over(0.01) <= 100
    assert 0 < system.ram_percent() < 100
    assert system.disk_percent() == psutil.disk_usage("/").percent
