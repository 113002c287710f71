"""The agent as one file: it runs from anywhere, and is no larger than it must be."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.agent.servers import TOKEN, running_server
from webapp.agent import VERSION

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "watchkeeper-agent.pyz"
    subprocess.run([sys.executable, "-m", "webapp.agent.bundle", path], cwd=ROOT, check=True)
    return path


def test_it_holds_the_agent_and_the_readers_and_nothing_else(bundle):
    names = zipfile.ZipFile(bundle).namelist()
    assert {"__main__.py", "webapp/__init__.py", "webapp/agent/loop.py"} <= set(names)
    assert "webapp/metrics/processor.py" in names
    assert not [n for n in names if n.startswith(("webapp/core", "webapp/app", "webapp/accounts"))]
    assert bundle.stat().st_size < 200_000


def test_the_same_version_makes_the_same_file(bundle, tmp_path):
    again = tmp_path / "again.pyz"
    subprocess.run([sys.executable, "-m", "webapp.agent.bundle", again], cwd=ROOT, check=True)
    assert again.read_bytes() == bundle.read_bytes()


def test_it_says_its_version_from_anywhere(bundle, tmp_path):
    command = [sys.executable, "-I", str(bundle), "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == VERSION


def test_it_measures_and_sends_without_the_product_beside_it(bundle, tmp_path):
    with running_server() as server:
        agent = subprocess.Popen(
            [sys.executable, "-I", str(bundle), "--url", server.url, "--spool", str(tmp_path)]
            + ["--verbose"],
            cwd=tmp_path,
            env=os.environ | {"WATCHKEEPER_TOKEN": TOKEN},
            stderr=subprocess.PIPE,
            text=True,
        )
        said = ""
        while said.count("kept") < 2 and (line := agent.stderr.readline()):
            said += line
        agent.terminate()
        said += agent.communicate(timeout=20)[1]
    assert "cannot be measured: ModuleNotFoundError" not in said
    assert server.moments
