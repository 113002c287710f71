"""Hosts in a row each."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.core.clock import to_ms
from webapp.metrics.cards import Latest
from webapp.metrics.glance import HostFacts, about, add, draw, is_silent

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def facts(name="web-1", age_s=1, told=False, **more):
    seen = NOW - timedelta(seconds=age_s)
    known = {"interval_s": 5, "first_seen_at": seen, "last_seen_at": seen}
    known |= {"booted_at": NOW - timedelta(days=2), "is_silent": told, "details": {}}
    return HostFacts(name, **(known | more))


def unknown(name="web-1"):
    return HostFacts(name, None, None, None, None, None, None)


def latest(name, value, *, series_id=1, host="web-1", age_s=0, **labels):
    at_ms = to_ms(NOW) - age_s * 1000
    return Latest(series_id, host, name, "", labels, at_ms, value)


def cells(*newest, points=None, host=None):
    return {c.label: c for c in draw(host or facts(), newest, points or {}, NOW).cells}


def test_a_host_that_speaks_is_up_since_its_start():
    found = draw(facts(), [], {}, NOW)
    assert (found.state, found.uptime_s) == ("up", 2 * 86_400)
    assert found.href == "/machines/web-1"


@pytest.mark.parametrize("host", [facts(age_s=600), facts(told=True)])
def test_a_host_that_does_not_is_silent_and_nothing_is_said_of_its_uptime(host):
    found = draw(host, [latest("cpu_percent", 99)], {}, NOW)
    assert (found.state, found.uptime_s) == ("silent", None)
    assert found.cells[0].status is None


def test_a_host_that_never_said_how_often_it_measures_is_never_silent():
    found = draw(unknown(), [latest("uptime_s", 60.0, age_s=300)], {}, NOW)
    assert (found.state, found.uptime_s) == ("up", 60)
    for old in ([latest("uptime_s", 60.0, age_s=3600)], []):
        found = draw(unknown(), old, {}, NOW)
        assert (found.state, found.uptime_s) == ("unknown", None)


def test_readings_of_others_are_not_its_own():
    assert cells(latest("cpu_percent", 9, host="web-2"))["CPU"].value is None


def test_a_value_has_its_line_and_its_verdict():
    found = cells(latest("cpu_percent", 95.0, series_id=4), points={4: [1.0, None]})["CPU"]
    assert (found.value, found.status, found.points, found.high) == (95, "critical", [1, None], 100)


def test_of_several_disks_the_fullest_is_shown_and_named():
    found = cells(latest("disk_percent", 10, mount="/"), latest("disk_percent", 80, mount="/home"))
    assert (found["Disk"].value, found["Disk"].detail) == (80, "/home")
    assert cells(latest("disk_percent", 10, mount="/"))["Disk"].detail == ""


def test_a_disk_that_is_gone_is_not_the_fullest():
    found = cells(
        latest("disk_percent", 10, mount="/"), latest("disk_percent", 80, mount="/x", age_s=3600)
    )
    assert found["Disk"].value == 10


def test_the_network_is_both_directions_of_all_interfaces():
    found = cells(
        latest("network_in", 1, series_id=1),
        latest("network_out", 2, series_id=2),
        latest("network_in", 5, series_id=3, interface="eth0"),
        points={1: [1, None, 3], 2: [2, None, None], 3: [9, 9, 9]},
    )["Network"]
    assert (found.value, found.points) == (3, [3, None, 3])


def test_sums_of_lines_keep_gaps():
    assert add([[1, None, 2], [None, None, 5]]) == [1, None, 7]
    assert add([]) == []


@pytest.mark.parametrize(
    ("age_s", "interval_s", "told", "silent"),
    [(1, 5, False, False), (1, 5, True, True), (60, 5, False, True), (60, 60, False, False)],
)
def test_silence_depends_on_the_interval(age_s, interval_s, told, silent):
    assert is_silent(NOW - timedelta(seconds=age_s), interval_s, told, NOW) is silent


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({}, ""),
        ({"system": "Debian 12", "kernel": "6.1", "cpus": 4}, "Debian 12, 6.1, 4 cores"),
        ({"cpus": 1, "memory": 5}, "1 core"),
    ],
)
def test_a_host_is_described_in_a_line(details, text):
    assert about(details) == text
