"""Time stood still."""

import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics.collection import collect
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.pressure import read_pressure

SOME = "some avg10=1.00 avg60=0.50 avg300=0.10 total={}\n"
FULL = "full avg10=0.00 avg60=0.00 avg300=0.00 total={}\n"


@pytest.fixture
def fake(tmp_path, monkeypatch):
    return FakeKernel(tmp_path, monkeypatch)


def test_this_machine_is_read():
    assert_real(SOURCES_OF_A_MACHINE["pressure"])


def test_the_growth_of_the_total_is_the_share_of_time(fake):
    source = {"pressure": SOURCES_OF_A_MACHINE["pressure"]}
    fake.write("proc/pressure/io", SOME.format(1_000_000) + FULL.format(0))
    first = collect(source, {}, 10.0)
    fake.write("proc/pressure/io", SOME.format(1_250_000) + FULL.format(100_000))
    second = collect(source, first.notebook, 11.0)
    assert told(second.readings) == {
        "pressure_io_percent": 25.0,
        "pressure_io_full_percent": 10.0,
    }


def test_the_whole_machine_is_never_without_any_processor(fake):
    fake.write("proc/pressure/cpu", SOME.format(5) + FULL.format(0))
    assert list(told(read_pressure())) == ["pressure_cpu_percent"]


def test_a_kernel_without_pressure_gives_nothing(fake):
    assert list(read_pressure()) == []
