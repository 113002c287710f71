"""That no process outlives the one it depends on; each story in processes of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from webapp.launch.lifeline import PARENT, main

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has these calls")

ROOT = Path(__file__).parents[2]
PARENT_WITH_A_CHILD = f"""
import os, subprocess, sys
os.environ["{PARENT}"] = str(os.getpid())
command = [sys.executable, "-m", "webapp.launch.lifeline", "SIGKILL", "sleep", "60"]
child = subprocess.Popen(command, stdout=sys.stdout)
print(child.pid, flush=True)
child.wait()
"""
PARENT_WITH_A_LOST_GRANDCHILD = """
import os, subprocess, sys
from webapp.launch.lifeline import adopt_orphans, end_children
adopt_orphans()
subprocess.run(["sh", "-c", "setsid sleep 60 & echo $!"])
end_children()
"""


def start(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_a_child_ends_with_its_parent_however_that_ends() -> None:
    with start(PARENT_WITH_A_CHILD) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait(10)

        child.wait(10)


def test_a_process_in_a_session_of_its_own_is_ended_too() -> None:
    with start(PARENT_WITH_A_LOST_GRANDCHILD) as parent:
        told, _ = parent.communicate(timeout=10)

    assert parent.returncode == 0
    assert not psutil.pid_exists(int(told))


def test_it_does_not_start_for_a_launcher_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PARENT, str(os.getpid()))
    monkeypatch.setattr("webapp.launch.lifeline.die_with_parent", lambda how: None)
    monkeypatch.setattr(os, "execvp", lambda *_: pytest.fail("it started"))

    with pytest.raises(SystemExit):
        main([signal.SIGKILL.name, "true"])
