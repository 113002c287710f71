"""Units of systemd, where it runs."""

import json
import subprocess

import pytest

from tests.metrics.kernels import assert_real, told
from webapp.metrics import units
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.units import NAMED, read_units

# As `systemctl list-units --all --output=json` of systemd 252 prints it.
LISTED = [
    {
        "unit": "cron.service",
        "load": "loaded",
        "active": "active",
        "sub": "running",
        "description": "-",
    },
    {
        "unit": "ssh.service",
        "load": "loaded",
        "active": "active",
        "sub": "running",
        "description": "-",
    },
    {
        "unit": "b.service",
        "load": "loaded",
        "active": "failed",
        "sub": "failed",
        "description": "-",
    },
    {"unit": "a.mount", "load": "loaded", "active": "failed", "sub": "failed", "description": "-"},
    {
        "unit": "x.service",
        "load": "not-found",
        "active": "inactive",
        "sub": "dead",
        "description": "-",
    },
]


@pytest.fixture
def systemctl(tmp_path, monkeypatch):
    """A systemctl that prints what it is given and ends as told."""
    monkeypatch.setattr(units, "RUNS_HERE", str(tmp_path))

    def make(text, code=0):
        program = tmp_path / "systemctl"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit {code}\n")
        program.chmod(0o755)
        monkeypatch.setattr(units, "COMMAND", (str(program),))

    return make


def test_this_machine_is_read_if_systemd_runs_it():
    assert_real(SOURCES_OF_A_MACHINE["units"])


def test_units_are_counted_and_those_that_failed_are_named(systemctl):
    systemctl(json.dumps(LISTED))
    assert told(read_units()) == {
        "units_active": 2,
        "units_failed": 2,
        "unit_failed a.mount": 1,
        "unit_failed b.service": 1,
    }


def test_a_machine_on_which_everything_fails_is_bounded(systemctl):
    systemctl(json.dumps([{"unit": f"{n}.service", "active": "failed"} for n in range(100)]))
    found = told(read_units())
    assert found["units_failed"] == 100
    assert len(found) == NAMED + 2


def test_where_systemd_does_not_run_nothing_is_asked(systemctl, monkeypatch):
    systemctl("never printed")
    monkeypatch.setattr(units, "RUNS_HERE", "/nowhere")
    assert list(read_units()) == []


@pytest.mark.parametrize(("text", "code"), [("not JSON", 0), ("[]", 1)])
def test_a_systemctl_that_fails_makes_the_source_fail(systemctl, text, code):
    systemctl(text, code)
    with pytest.raises((ValueError, subprocess.CalledProcessError)):
        list(read_units())
