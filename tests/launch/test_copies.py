"""What the launcher has loaded when it forks: enough for every program, and nothing that breaks."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import gc, json, sys, threading
import psutil
from webapp.launch import copies

programs = copies.load()
process = psutil.Process()
import wsgi
with wsgi.app.app_context():
    from webapp.core.db import db
    pooled = db.engine.pool.checkedin() + db.engine.pool.checkedout()
print(json.dumps({
    "programs": sorted(programs),
    "threads": process.num_threads(),
    "connections": len(process.net_connections("all")) + pooled,
    "files": [file.path for file in process.open_files()],
    "left_to_the_collector": len(gc.get_objects()) / gc.get_freeze_count(),
}))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an interpreter of its own tells after it has loaded everything."""
    environ = os.environ | {"DATA_DIR": str(tmp_path_factory.mktemp("copies"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environ, capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_there_is_a_program_for_all_that_need_the_application(loaded: dict[str, Any]) -> None:
    assert loaded["programs"] == ["statsd", "web", "worker"]


def test_no_thread_and_no_connection_would_be_torn_by_a_fork(loaded: dict[str, Any]) -> None:
    assert loaded["threads"] == 1
    assert loaded["connections"] == 0
    assert loaded["files"] == []


def test_the_collector_leaves_alone_what_is_shared(loaded: dict[str, Any]) -> None:
    assert loaded["left_to_the_collector"] < 0.1
