"""Containers of this machine, and of machines made up."""

import shutil

import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics.containers import Reader
from webapp.metrics.machine import SOURCES_OF_A_MACHINE

IDS = ["a" * 64, "b" * 64, "c" * 64, "d" * 64]
GROUPS = "sys/fs/cgroup"


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = FakeKernel(tmp_path, monkeypatch)
    found.write(f"{GROUPS}/cgroup.controllers", "cpu memory")
    found.write(f"{GROUPS}/system.slice/cron.service/cpu.stat", "usage_usec 1\n")
    return found


def put(fake, place, usage_usec=0, held=0, inactive=0):
    fake.write(f"{GROUPS}/{place}/cpu.stat", f"usage_usec {usage_usec}\nuser_usec 1\n")
    fake.write(f"{GROUPS}/{place}/memory.current", f"{held}\n")
    fake.write(f"{GROUPS}/{place}/memory.stat", f"anon 5\ninactive_file {inactive}\n")


def test_this_machine_is_read():
    assert_real(SOURCES_OF_A_MACHINE["containers"])


def test_the_groups_of_each_engine_are_found(fake):
    put(fake, f"system.slice/docker-{IDS[0]}.scope")
    put(fake, f"docker/{IDS[1]}")
    put(fake, f"machine.slice/libpod-{IDS[2]}.scope")
    put(fake, f"kubepods.slice/x.slice/cri-containerd-{IDS[3]}.scope")
    found = told(Reader().read())
    assert found["container_count"] == 4
    assert {name.split()[1] for name in found if " " in name} == {one[:12] for one in IDS}


def test_processor_and_memory_without_what_could_be_given_up(fake):
    put(fake, f"docker/{IDS[0]}", usage_usec=2_500_000, held=1000, inactive=400)
    found = told(Reader().read())
    assert found[f"container_cpu_percent {'a' * 12}"] == (250, None)
    assert found[f"container_memory {'a' * 12}"] == 600


def test_groups_within_a_container_are_part_of_it(fake):
    put(fake, f"docker/{IDS[0]}")
    put(fake, f"docker/{IDS[0]}/docker/{IDS[1]}")
    assert told(Reader().read())["container_count"] == 1


def test_the_tree_is_not_walked_each_time_and_what_stopped_is_left_out(fake):
    reader = Reader()
    put(fake, f"docker/{IDS[0]}")
    put(fake, f"docker/{IDS[1]}")
    assert told(reader.read())["container_count"] == 2
    shutil.rmtree(fake.folder / GROUPS / "docker" / IDS[0])
    put(fake, f"docker/{IDS[2]}")
    assert [told(reader.read())["container_count"] for _ in range(3)] == [1, 1, 2]


def test_a_group_without_a_memory_controller_still_tells_its_processor(fake):
    fake.write(f"{GROUPS}/docker/{IDS[0]}/cpu.stat", "usage_usec 10000\n")
    assert list(told(Reader().read())) == [f"container_cpu_percent {'a' * 12}", "container_count"]


def test_groups_beside_those_of_version_one_are_found(tmp_path, monkeypatch):
    fake = FakeKernel(tmp_path, monkeypatch)
    fake.write(f"{GROUPS}/unified/cgroup.controllers", "")
    fake.write(f"{GROUPS}/unified/docker/{IDS[0]}/cpu.stat", "usage_usec 10000\n")
    assert told(Reader().read())["container_count"] == 1


def test_a_machine_without_groups_or_containers_gives_nothing(tmp_path, monkeypatch, fake):
    assert list(Reader().read()) == []
    FakeKernel(tmp_path / "another", monkeypatch)
    assert list(Reader().read()) == []
