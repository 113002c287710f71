"""Sensors of this machine, and of machines made up."""

import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.temperatures import MOST, read_temperatures


@pytest.fixture
def fake(tmp_path, monkeypatch):
    return FakeKernel(tmp_path, monkeypatch)


def chip(fake, place, name, **files):
    fake.write(f"sys/class/hwmon/{place}/name", f"{name}\n")
    for file, text in files.items():
        fake.write(f"sys/class/hwmon/{place}/{file}", f"{text}\n")


def test_this_machine_is_read():
    assert_real(SOURCES_OF_A_MACHINE["temperatures"])


def test_sensors_are_named_by_chip_and_label_or_number(fake):
    chip(
        fake, "hwmon0", "coretemp", temp1_input=45000, temp1_label="Package id 0", temp2_input=40500
    )
    chip(fake, "hwmon1", "nvme", temp1_input=38850, temp1_label="Composite", fan1_input=900)
    assert told(read_temperatures()) == {
        "temperature coretemp Package id 0": 45,
        "temperature coretemp 2": 40.5,
        "temperature nvme Composite": 38.85,
    }


def test_two_chips_of_the_same_name_are_told_apart(fake):
    for number in range(2):
        chip(fake, f"hwmon{number}", "nvme", temp1_input=30_000 + number * 1000)
    assert told(read_temperatures()) == {"temperature nvme 1": 30, "temperature nvme 1 (2)": 31}


@pytest.mark.parametrize("text", ["-273150", "9000000", "", "N/A"])
def test_a_sensor_that_is_not_connected_is_left_out(fake, text):
    chip(fake, "hwmon0", "acpitz", temp1_input=text, temp2_input=20_000)
    assert told(read_temperatures()) == {"temperature acpitz 2": 20}


def test_without_sensors_the_zones_are_asked(fake):
    fake.write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
    fake.write("sys/class/thermal/thermal_zone0/temp", "51200\n")
    fake.write("sys/class/thermal/cooling_device0/type", "fan\n")
    assert told(read_temperatures()) == {"temperature cpu-thermal": 51.2}


def test_a_machine_without_either_gives_nothing(fake):
    assert list(read_temperatures()) == []


def test_a_machine_of_very_many_sensors_is_bounded(fake):
    chip(fake, "hwmon0", "x", **{f"temp{n}_input": 30_000 for n in range(1, MOST + 10)})
    assert len(list(read_temperatures())) == MOST
