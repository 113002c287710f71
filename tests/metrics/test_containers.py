"""Containers of this machine, and of machines made up."""

import json
import shutil

import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics import containers
from webapp.metrics.containers import Reader
from webapp.metrics.machine import SOURCES_OF_A_MACHINE

IDS = ["a" * 64, "b" * 64, "c" * 64, "d" * 64]
GROUPS = "sys/fs/cgroup"


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = FakeKernel(tmp_path, monkeypatch)
    monkeypatch.setattr(containers, "DOCKER", f"{tmp_path}/docker/{{}}.json")
    monkeypatch.setattr(containers, "PODMAN", f"{tmp_path}/podman.json")
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


def called(reader):
    return [name.split(maxsplit=1)[1] for name in told(reader.read()) if "_cpu_" in name]


def test_a_container_is_called_as_docker_and_podman_call_it(fake):
    for identity in IDS[:3]:
        put(fake, f"docker/{identity}")
    fake.write(f"docker/{IDS[0]}.json", '{"Name": "/shop", "Config": {"Env": ["TOKEN=x"]}}')
    fake.write("podman.json", json.dumps([{"id": "other"}, {"id": IDS[1], "names": ["mail"]}]))
    assert called(Reader()) == ["shop", "mail", "c" * 12]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"Name": 5}', '"x"'])
def test_a_file_that_cannot_be_read_leaves_the_identity(fake, text):
    put(fake, f"docker/{IDS[0]}")
    fake.write(f"docker/{IDS[0]}.json", text)
    fake.write("podman.json", text)
    assert called(Reader()) == ["a" * 12]


def test_no_two_are_called_the_same_and_a_name_stays(fake):
    reader = Reader(walks_every=1)
    put(fake, f"docker/{IDS[1]}")
    for identity in IDS[:2]:
        fake.write(f"docker/{identity}.json", '{"Name": "/shop"}')
    assert called(reader) == ["shop"]
    put(fake, f"docker/{IDS[0]}")
    assert called(reader) == [f"shop ({'a' * 12})", "shop"]
    shutil.rmtree(fake.folder / GROUPS / "docker" / IDS[1])
    assert called(reader) == [f"shop ({'a' * 12})"]


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
