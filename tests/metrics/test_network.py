"""The network of this machine, and of machines made up."""

import pytest

from tests.metrics.kernels import FakeKernel, assert_real, told
from webapp.metrics.collection import collect
from webapp.metrics.machine import SOURCES_OF_A_MACHINE
from webapp.metrics.network import read_network

SOURCE = {"network": SOURCES_OF_A_MACHINE["network"]}
HEAD = """Inter-|   Receive                            |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop
"""
SNMP = """Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm MaxConn CurrEstab RetransSegs
Tcp: 1 -1 12 345
"""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    return FakeKernel(tmp_path, monkeypatch)


def line(name, received, sent, trouble=0):
    return f"{name}: {received} 7 {trouble} 3 0 0 0 0 {sent} 8 2 1 0 0 0 0\n"


def test_this_machine_is_read():
    assert "tcp_connections" in assert_real(SOURCES_OF_A_MACHINE["network"])


def test_virtual_interfaces_are_not_counted_twice(fake):
    names = {"lo": 1, "eth0": 10, "wlan0": 100, "docker0": 1000, "veth12": 10_000}
    fake.write("proc/net/dev", HEAD + "".join(line(k, n, 2 * n) for k, n in names.items()))
    found = told(read_network())
    assert (found["network_in"], found["network_out"]) == ((110, None), (220, None))
    assert found["interface_in eth0"] == (10, None)
    assert {name.split()[1] for name in found if " " in name} == {"eth0", "wlan0"}


def test_packets_damage_and_drops_of_both_directions(fake):
    fake.write("proc/net/dev", HEAD + line("eth0", 1, 2, trouble=5))
    found = told(read_network())
    assert (found["packets_in"], found["packets_out"]) == ((7, None), (8, None))
    assert found["network_errors"] == found["interface_errors eth0"] == (7, None)
    assert found["network_drops"] == found["interface_drops eth0"] == (4, None)


def test_a_name_stuck_to_its_number_is_read(fake):
    fake.write("proc/net/dev", HEAD + line("eth0", 5, 6).replace(": ", ":"))
    assert told(read_network())["network_in"] == (5, None)


def test_tcp(fake):
    fake.write("proc/net/snmp", SNMP)
    assert told(read_network()) == {"tcp_connections": 12, "tcp_resent": (345, None)}


@pytest.mark.parametrize("text", ["", "Tcp: CurrEstab\n", "Udp: a\nUdp: 1\n"])
def test_a_kernel_without_tcp_gives_none(fake, text):
    fake.write("proc/net/snmp", text)
    assert list(read_network()) == []


def test_a_counter_that_wrapped_or_was_reset_gives_no_rate_once(fake):
    readings = []
    notebook = {}
    for second, received in enumerate((4_294_967_000, 200, 700)):
        fake.write("proc/net/dev", HEAD + line("eth0", received, 0))
        found = collect(SOURCE, notebook, float(second))
        notebook = found.notebook
        readings.append(told(found.readings).get("network_in"))
    assert readings == [None, None, 500]


def test_an_interface_that_went_away_leaves_no_false_rate(fake):
    fake.write("proc/net/dev", HEAD + line("eth0", 100, 0) + line("wlan0", 5000, 0))
    first = collect(SOURCE, {}, 0.0)
    fake.write("proc/net/dev", HEAD + line("eth0", 150, 0))
    found = told(collect(SOURCE, first.notebook, 1.0).readings)
    assert found["interface_in eth0"] == 50
    assert "interface_in wlan0" not in found
    assert "network_in" not in found


def test_places_for_connections_the_firewall_tracks(fake):
    fake.write("proc/sys/net/netfilter/nf_conntrack_count", "25\n")
    fake.write("proc/sys/net/netfilter/nf_conntrack_max", "200\n")
    assert told(read_network()) == {"conntrack_percent": 12.5}
    fake.write("proc/sys/net/netfilter/nf_conntrack_max", "0\n")
    assert list(read_network()) == []
