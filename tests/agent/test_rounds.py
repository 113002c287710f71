"""Rounds: what is read goes into the spool under its moment; a clock that is set spoils none."""

import json
import os

import pytest

from webapp.agent import rounds as rounds_module
from webapp.agent.moments import Clocks
from webapp.agent.rounds import Rounds
from webapp.agent.spool import Spool
from webapp.metrics.collection import Source
from webapp.metrics.readings import Measure, ProcessTable, Reading, SystemMetricType, Total

LOAD = Measure(SystemMetricType.CPU, "load_1", "", "Load", "Load.", "load")
SENT = Measure(SystemMetricType.NETWORK, "network_out", "bytes/s", "Out", "Sent.", "network")
START_S = 1_700_000_000


class Machine:
    """Sources whose answers a test sets; the counter grows by 100 each second."""

    def __init__(self):
        self.steady_s = 50.0
        self.trouble = None
        self.table = None
        self.core = "0"

    def read(self):
        if self.trouble:
            raise self.trouble
        yield Reading(LOAD, 0.5, {"core": self.core})
        yield Total(SENT, 100 * self.steady_s)
        if self.table:
            yield ProcessTable(self.table)


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def rounds(tmp_path, machine):
    spool = Spool(tmp_path, 10_000_000)
    yield Rounds("web-1", spool, {"all": Source(machine.read)})
    spool.close()


def take(rounds, machine, second, *, set_by_s=0):
    """A round at `second` of the monotonic clock; the wall clock was set by so much."""
    machine.steady_s = 50.0 + second
    wall_s = START_S + second + set_by_s
    return rounds.take(round(wall_s * 1000), Clocks(wall_s, machine.steady_s))


def kept(rounds):
    """Each moment, in seconds from the start, with its values by name."""
    batch = rounds.spool.next_batch(10_000_000, 1000)
    names = [json.loads(series)["name"] for series in batch.series]
    found = {}
    for row in batch.rows:
        at_ms, flat = json.loads(row)
        found[at_ms / 1000 - START_S] = dict(
            zip((names[place] for place in flat[::2]), flat[1::2], strict=True)
        )
    return found


def test_each_moment_has_its_readings_and_rates_from_the_second_on(rounds, machine):
    assert take(rounds, machine, 0)
    assert take(rounds, machine, 1)
    first, second = kept(rounds).values()
    assert first["load_1"] == 0.5
    assert "network_out" not in first
    assert second["network_out"] == 100


def test_a_series_says_all_that_the_server_needs_to_know(rounds, machine):
    take(rounds, machine, 0)
    series = [json.loads(text) for text in rounds.spool.next_batch(10_000_000, 10).series]
    assert series[0] == {
        "kind": "system",
        "metric_type": "cpu",
        "name": "load_1",
        "unit": "",
        "host": "web-1",
        "labels": {"core": "0"},
    }
    own = next(found for found in series if found["name"] == "agent_dropped")
    assert (own["kind"], own["metric_type"], own["host"]) == ("system", "custom", "web-1")


def test_the_processes_go_with_the_moment(rounds, machine):
    machine.table = {"count": 3, "cpu": [], "memory": []}
    take(rounds, machine, 0)
    (processes,) = rounds.spool.next_batch(10_000_000, 10).processes
    assert json.loads(processes) == {"at": START_S * 1000, "processes": machine.table}


def test_a_name_that_is_no_text_does_not_spoil_the_document(rounds, machine):
    machine.table = {"count": 1, "cpu": [{"name": os.fsdecode(b"caf\xe9")}], "memory": []}
    take(rounds, machine, 0)
    (processes,) = rounds.spool.next_batch(10_000_000, 10).processes
    assert json.loads(processes)["processes"]["cpu"] == [{"name": "caf?"}]


def test_a_moment_is_never_measured_twice(rounds, machine):
    assert take(rounds, machine, 0)
    assert take(rounds, machine, 1)
    assert not take(rounds, machine, 2, set_by_s=-1.5)
    assert take(rounds, machine, 3, set_by_s=-1.5)
    assert list(kept(rounds)) == [0, 1, 1.5]


@pytest.mark.parametrize("set_by_s", [3600, -3600, 8 * 3600])
def test_no_rate_is_computed_over_a_clock_that_was_set(rounds, machine, caplog, set_by_s):
    for second in (0, 1):
        take(rounds, machine, second)
    for second in (2, 3):
        assert take(rounds, machine, second, set_by_s=set_by_s)
    found = list(kept(rounds).values())
    assert ["network_out" in values for values in found] == [False, True, False, True]
    assert caplog.text.count("the clock of this machine moved") == 1


def test_a_rate_over_missed_rounds_is_the_mean_of_all_that_time(rounds, machine):
    for second in (0, 1, 61):
        take(rounds, machine, second)
    assert list(kept(rounds).values())[-1]["network_out"] == 100


def test_a_source_that_fails_is_told_once_and_named_to_the_server(rounds, machine, caplog):
    machine.trouble = PermissionError("no")
    for second in range(3):
        assert take(rounds, machine, second)
    assert caplog.text.count("all cannot be measured") == 1
    assert rounds.failing == {"all": "PermissionError: no"}
    machine.trouble = None
    for second in range(3, 20):
        take(rounds, machine, second)
    assert "all can be measured again" in caplog.text
    assert rounds.failing == {}


def test_what_the_agent_gave_up_is_a_metric_of_its_own(rounds, machine):
    rounds.spool.dropped = 7
    take(rounds, machine, 0)
    assert kept(rounds)[0]["agent_dropped"] == 7


def test_series_that_come_and_go_do_not_fill_the_memory(rounds, machine, monkeypatch):
    monkeypatch.setattr(rounds_module, "MOST_TEXTS", 4)
    for second in range(20):
        monkeypatch.setattr(machine, "core", str(second))
        take(rounds, machine, second)
    assert len(rounds._texts) <= 5
    assert [values["load_1"] for values in kept(rounds).values()] == [0.5] * 20
