"""The two threads: even moments, no catching up, and a last send at the end."""

import json
import threading
import time
from types import SimpleNamespace

import pytest

from tests.agent.servers import TOKEN, running_server
from webapp.agent import VERSION, loop
from webapp.agent.link import Link
from webapp.agent.options import read_options


class Taken:
    """Rounds that only note their moments."""

    def __init__(self):
        self.moments = []

    def take(self, at_ms, clocks):
        self.moments.append(at_ms)
        return True


class Time:
    """A clock that stands still but for waits, and for what a test does to it."""

    def __init__(self, monkeypatch):
        self.now_s = 1_700_000_000.3
        self.waits = 0
        self.events = {}
        told = SimpleNamespace(time=lambda: self.now_s, monotonic=lambda: self.now_s)
        monkeypatch.setattr(loop, "time", told)

    def wait(self, seconds):
        """Wait; whether the end has come."""
        self.waits += 1
        self.now_s += self.events.pop(self.waits, seconds)
        return self.waits > 20


@pytest.fixture
def clock(monkeypatch):
    return Time(monkeypatch)


def measure(clock, interval_s):
    taken = Taken()
    loop._measure(taken, Link("http://127.0.0.1:9"), interval_s, clock.wait)
    return [at_ms / 1000 - 1_700_000_000 for at_ms in taken.moments]


def test_moments_are_multiples_of_the_interval(clock):
    assert measure(clock, 5)[:4] == [5, 10, 15, 20]


def test_a_wait_that_ends_early_does_not_make_a_moment_of_its_own(clock):
    clock.events = {2: 0.9, 3: 0.05}
    assert measure(clock, 1)[:4] == [1, 2, 3, 4]


def test_what_was_missed_is_skipped_and_never_caught_up_in_a_bunch(clock):
    clock.events = {2: 3600.9}
    found = measure(clock, 1)
    assert found[0] == 1
    assert found[1] == pytest.approx(3601.9, abs=0.01)  # it says when it really was
    assert found[2:4] == [3602, 3603]


def test_a_clock_set_back_while_it_waits_does_not_stop_the_measuring(clock):
    clock.events = {2: -3600}
    found = measure(clock, 1)
    assert found[1] == pytest.approx(-3599, abs=0.01)
    assert found[2:4] == [-3598, -3597]


def test_it_measures_this_machine_and_sends_all_at_its_end(tmp_path):
    with running_server() as server:
        ended = threading.Event()
        arguments = ["--url", server.url, "--spool", str(tmp_path), "--host", "web-1"]
        options = read_options(arguments, {"WATCHKEEPER_TOKEN": TOKEN}, "x")
        agent = threading.Thread(target=loop.run, args=(options, ended.wait))
        agent.start()
        deadline = time.monotonic() + 10
        while not any(tmp_path.glob("*.seg")) or not _size(tmp_path):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        ended.set()
        agent.join(10)
        assert not agent.is_alive()
    assert server.moments
    assert all(at_ms % 1000 == 0 for at_ms in server.moments[:1])
    request = server.requests[-1]
    assert (request["host"], request["interval_s"]) == ("web-1", 1)
    assert request["details"]["agent"] == VERSION
    names = {series["name"] for series in request["series"]}
    assert {"load_1", "ram_percent", "disk_percent", "agent_waiting"} <= names


def test_a_server_that_says_nothing_does_not_hold_up_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "LAST_SEND_S", 0.2)
    with running_server() as server:
        server.script = ["hang"]
        ended = threading.Event()
        options = read_options(
            ["--url", server.url, "--spool", str(tmp_path)], {"WATCHKEEPER_TOKEN": TOKEN}, "web-1"
        )
        agent = threading.Thread(target=loop.run, args=(options, ended.wait))
        agent.start()
        deadline = time.monotonic() + 10
        while not server.requests:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        ended.set()
        agent.join(5)
        assert not agent.is_alive()
    assert _size(tmp_path)


def _size(folder):
    return sum(path.stat().st_size for path in folder.glob("*.seg"))


def test_the_envelope_names_what_cannot_be_measured(tmp_path):
    class Failing:
        failing = {"disks": "PermissionError: no"}

    options = read_options(["--url", "http://a"], {"WATCHKEEPER_TOKEN": TOKEN}, "web-1")
    details = json.loads(loop._envelope(options, Failing()))["details"]
    assert details["failing"] == Failing.failing


def test_the_first_moment_is_sent_at_once_and_the_others_when_it_is_time(monkeypatch):
    calls = []

    class Spool:
        waiting_bytes = 0

    class Delivery:
        spool = Spool()
        rests_s = 0.0

        def send_all(self):
            calls.append("sent")
            raise RuntimeError("one bad send ends nothing")

    class Ended:
        def wait(self, seconds):
            calls.append(round(seconds, 1))
            Spool.waiting_bytes = 1
            return len(calls) > 8

    monkeypatch.setattr(loop, "time", SimpleNamespace(time=lambda: 1_700_000_000.0))
    monkeypatch.setattr(loop, "phase_s", lambda *_: 2.5)
    options = read_options(["--url", "http://a"], {"WATCHKEEPER_TOKEN": TOKEN}, "web-1")
    loop._send(Delivery(), options, Ended())
    assert calls == [0.1, "sent", 2.5, "sent", 2.5, "sent", 2.5, "sent", 2.5, "sent"]
