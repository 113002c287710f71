"""The command: what it needs, what it refuses, and how it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.servers import TOKEN, unused_port
from webapp.agent.__main__ import main
from webapp.agent.spool import Spool

ROOT = Path(__file__).parents[2]
LOADED = """
import sys
import webapp.agent.__main__
paths = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
print(*sorted({name.split(".")[0] for name, path in paths.items() if "site-packages" in path}))
print(*sorted(name for name in sys.modules if name.startswith("webapp.")))
"""


def run(*arguments, **environ):
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.agent", *arguments],
        cwd=ROOT,
        env=os.environ | environ,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_loads_nothing_that_a_machine_without_the_product_lacks():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    packages, modules = done.stdout.splitlines()
    assert set(packages.split()) <= {"psutil", "_distutils_hack", "distutils-precedence"}
    assert not [
        name for name in modules.split() if not name.startswith(("webapp.agent", "webapp.metrics"))
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "--url"), (["--url", "https://a", "--interval", "0"], "--interval")],
)
def test_a_bad_option_ends_it_with_one_sentence(arguments, said, capsys, monkeypatch):
    monkeypatch.setenv("WATCHKEEPER_TOKEN", TOKEN)
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 1


def test_a_spool_in_use_ends_it_with_one_line(tmp_path):
    spool = Spool(tmp_path, 1_000_000)
    agent = run("--url", "http://127.0.0.1:9", "--spool", str(tmp_path), WATCHKEEPER_TOKEN=TOKEN)
    _, said = agent.communicate(timeout=20)
    spool.close()
    assert agent.returncode == 1
    assert "Another agent uses" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_when_it_is_told_to_also_while_nobody_listens(tmp_path, number):
    url = f"http://127.0.0.1:{unused_port()}"
    agent = run("--url", url, "--spool", str(tmp_path), "--verbose", WATCHKEEPER_TOKEN=TOKEN)
    lines = iter(agent.stderr.readline, "")
    assert any("kept" in line for line in lines)
    agent.send_signal(number)
    agent.stderr.read()
    agent.stderr.close()
    assert agent.wait(5) == 0
