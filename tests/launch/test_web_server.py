"""What gunicorn makes of our settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def printed(tmp_path: Path) -> dict[str, str]:
    """Gunicorn's own account of its configuration, by name."""
    environ = os.environ | {
        "DATA_DIR": str(tmp_path),
        "HOST": "::1",
        "PORT": "8123",
        "WEB_THREADS": "3",
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:webapp.launch.web_server",
            "--print-config",
        ],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return {name.strip(): value.strip() for name, _, value in _pairs(done.stdout)}


def _pairs(text: str) -> list[tuple[str, str, str]]:
    return [line.partition("=") for line in text.splitlines()]


def test_it_listens_where_the_settings_say(printed: dict[str, str]) -> None:
    assert printed["bind"] == "['[::1]:8123']"
    assert printed["threads"] == "3"


def test_it_opens_nothing_else_and_believes_nobody(printed: dict[str, str]) -> None:
    assert printed["control_socket_disable"] == "True"
    assert printed["forwarded_allow_ips"] == "[]"
