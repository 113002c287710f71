"""What supervisord is told to keep alive; read back with its own parser."""

import shlex
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from supervisor.options import ServerOptions

from webapp.launch.supervision import (
    LONGEST_BACKOFF_S,
    Program,
    _limit_backoff,
    _Options,
    configuration,
    programs,
)

SERVER = Path("/opt/redis-server")


def parsed(kept: list[Program], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The options supervisord reads from our configuration of `kept`."""
    (folder / "run").mkdir(exist_ok=True)
    monkeypatch.setenv("DATA_DIR", str(folder))
    file = folder / "run" / "supervisord.conf"
    file.write_text(configuration(kept, as_root=False))
    options = ServerOptions()
    options.realize(["--configuration", str(file)])
    return options


def groups(options: Any) -> dict[str, set[str]]:
    return {
        group.name: {process.name for process in group.process_configs}
        for group in options.process_group_configs
    }


def test_redis_starts_first_and_stops_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = parsed(programs(SERVER, tmp_path / "run"), tmp_path, monkeypatch)

    assert list(groups(options)) == ["redis", "app", "welcome"]
    assert groups(options)["app"] == {"web", "worker"}


def test_statsd_is_listened_for_where_a_port_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = programs(SERVER, tmp_path / "run", with_statsd=True)

    assert groups(parsed(kept, tmp_path, monkeypatch))["app"] == {"web", "worker", "statsd"}


def test_without_a_server_there_is_no_redis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = parsed(programs(None, tmp_path / "run"), tmp_path, monkeypatch)

    assert list(groups(options)) == ["app", "welcome"]


def test_stopping_every_group_in_turn_takes_less_than_five_seconds() -> None:
    longest = {p.group: p.stop_wait_s for p in programs(SERVER, Path("run")) if p.stays}

    assert sum(longest.values()) <= 3


def test_the_welcome_is_said_once_and_the_rest_is_kept_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = parsed(programs(SERVER, tmp_path / "run"), tmp_path, monkeypatch)

    kept = {
        p.name: bool(p.autorestart)
        for g in options.process_group_configs
        for p in g.process_configs
    }
    assert kept == {"redis": True, "web": True, "worker": True, "welcome": False}


@pytest.mark.parametrize(
    "word", ["a b", "a ;b", "a #b", "100%", "%(here)s", "it's", 'a "quote"', "a\\b", "a\t;b"]
)
def test_a_path_may_hold_any_character(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / word
    folder.mkdir()
    command = [word, folder / "x"]

    options = parsed([Program("one", command, "group", 1)], folder, monkeypatch)

    (process,) = options.process_group_configs[0].process_configs
    lifeline = [sys.executable, "-m", "webapp.launch.lifeline", "SIGTERM"]
    assert shlex.split(process.command) == [*lifeline, word, str(folder / "x")]
    assert options.pidfile == str(folder / "run" / "supervisord.pid")


def test_a_copy_is_not_executed_and_any_other_program_is(monkeypatch: pytest.MonkeyPatch) -> None:
    became, executed = [], []
    monkeypatch.setattr("webapp.launch.supervision.become", lambda name, *_: became.append(name))
    monkeypatch.setattr(ServerOptions, "execve", lambda _, file, *__: executed.append(file))
    options = _Options()
    options.copies = {"web": lambda: None}

    options.execve("redis-server", [], {"SUPERVISOR_PROCESS_NAME": "redis"})
    assert (became, executed) == ([], ["redis-server"])

    options.execve("python", [], {"SUPERVISOR_PROCESS_NAME": "web"})
    assert became == ["web"]


def test_a_program_that_keeps_failing_is_tried_again_within_seconds() -> None:
    event = SimpleNamespace(process=SimpleNamespace(backoff=1000))

    _limit_backoff(event)

    assert event.process.backoff == LONGEST_BACKOFF_S
