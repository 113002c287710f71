"""An agent and the product: killed and cut off, it loses nothing and doubles nothing."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server

from tests.factories import create_token
from webapp.core.db import db
from webapp.metrics.models import Host, MetricSample, MetricSeries

ROOT = Path(__file__).parents[2]
HOST = "web-1"
KEPT = re.compile(rb"kept (\d+) with (\d+) samples")
PATIENCE_S = 30


class Door:
    """The product's web server on a port of its own, which can be away for a while."""

    def __init__(self, app):
        self.app = app
        self.port = 0
        self.open()

    def open(self):
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()


class Agent:
    """A process of the agent; what it says goes to a file, so that a kill loses none of it."""

    def __init__(self, door, folder, token):
        self.process = None
        self.log = folder / "agent.log"
        self.environ = os.environ | {"WATCHKEEPER_TOKEN": token}
        self.command = [sys.executable, "-m", "webapp.agent", "--verbose", "--host", HOST]
        self.command += ["--url", f"http://127.0.0.1:{door.port}", "--spool", str(folder / "spool")]

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environ, stderr=log, stdout=log
            )

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def kept(self):
        """How many samples it kept of each moment."""
        return {int(at): int(count) for at, count in KEPT.findall(self.log.read_bytes())}

    def keep(self, more):
        """Wait until it has kept so many more moments."""
        wanted = len(self.kept()) + more
        wait_for(lambda: len(self.kept()) >= wanted or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()


def wait_for(ready):
    deadline = time.monotonic() + PATIENCE_S
    while not ready():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def stored(app):
    """How many samples the server has of each moment of the host."""
    with app.app_context():
        rows = db.session.execute(
            select(MetricSample.at_ms, func.count())
            .join(MetricSeries, MetricSeries.id == MetricSample.series_id)
            .where(MetricSeries.source == HOST)
            .group_by(MetricSample.at_ms)
        )
        return dict(map(tuple, rows))


@pytest.fixture
def door(app):
    made = Door(app)
    yield made
    made.close()


@pytest.fixture
def make_agent(app, door, tmp_path):
    """Makes an agent with a token of some scope; none is left behind, however a test ends."""
    made = []

    def make(scope):
        made.append(Agent(door, tmp_path, create_token(app, scope)))
        return made[-1]

    yield make
    for agent in made:
        if agent.process is not None and agent.process.poll() is None:
            agent.end(signal.SIGKILL)


def test_killed_twice_and_cut_off_it_loses_nothing_and_doubles_nothing(app, door, make_agent):
    agent = make_agent("write")
    agent.start()
    agent.keep(2)
    agent.end(signal.SIGKILL)
    agent.start()
    wait_for(lambda: stored(app))
    door.close()
    agent.keep(2)
    agent.end(signal.SIGKILL)
    agent.start()
    agent.keep(2)
    door.open()
    agent.keep(1)
    kept = agent.kept()
    wait_for(lambda: kept.keys() <= stored(app).keys())
    assert agent.end(signal.SIGTERM) == 0

    found = stored(app)
    assert {at_ms: found.get(at_ms) for at_ms in kept} == kept
    # One that was kept in the very moment of a kill may not have been told.
    assert len(found.keys() - agent.kept().keys()) <= 2


def test_the_server_knows_the_host_and_refuses_a_token_that_only_reads(app, make_agent):
    agent = make_agent("read")
    agent.start()
    agent.keep(1)
    assert agent.end(signal.SIGTERM) == 0
    assert "scope write" in agent.log.read_text()
    assert stored(app) == {}
    agent.environ["WATCHKEEPER_TOKEN"] = create_token(app, "write")
    agent.start()
    agent.keep(1)
    assert agent.end(signal.SIGTERM) == 0
    with app.app_context():
        host = db.session.get_one(Host, HOST)
        assert host.interval_s == 1
        assert host.booted_at is not None
        assert host.details["agent"] == "0.1.0"
    assert stored(app).keys() == agent.kept().keys()
