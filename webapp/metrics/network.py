"""The network: what passes through each real interface and what goes wrong there."""

from collections.abc import Iterator

from webapp.metrics import kernel
from webapp.metrics.readings import Measure, Reading, SystemMetricType, Total

NETWORK = SystemMetricType.NETWORK
REAL = "all interfaces, loopback and virtual ones left out"


def _measure(
    name: str, unit: str, label: str, description: str, chart: str, digits: int = 0
) -> Measure:
    ceiling = 100 if unit == "%" else None
    return Measure(NETWORK, name, unit, label, description, chart, ceiling, digits)


IN_OUT, TROUBLE = f"Bytes through {REAL}.", f"Packets of {REAL}, that were damaged or dropped."
EACH, EACH_TROUBLE = "Bytes through each interface.", "Packets that each interface lost."
IN = _measure("network_in", "bytes/s", "Network in", IN_OUT, "network")
OUT = _measure("network_out", "bytes/s", "Network out", IN_OUT, "network")
PACKETS_IN = _measure("packets_in", "/s", "Packets in", f"Packets through {REAL}.", "packets", 1)
PACKETS_OUT = _measure("packets_out", "/s", "Packets out", f"Packets through {REAL}.", "packets", 1)
ERRORS = _measure("network_errors", "/s", "Damaged", TROUBLE, "network_trouble", 2)
DROPS = _measure("network_drops", "/s", "Dropped", TROUBLE, "network_trouble", 2)
INTERFACE_IN = _measure("interface_in", "bytes/s", "In", EACH, "interfaces")
INTERFACE_OUT = _measure("interface_out", "bytes/s", "Out", EACH, "interfaces")
INTERFACE_ERRORS = _measure(
    "interface_errors", "/s", "Damaged", EACH_TROUBLE, "interface_trouble", 2
)
INTERFACE_DROPS = _measure("interface_drops", "/s", "Dropped", EACH_TROUBLE, "interface_trouble", 2)
CONNECTIONS = _measure(
    "tcp_connections", "", "TCP connections", "Connections that are established.", "tcp"
)
RESENT = _measure(
    "tcp_resent",
    "/s",
    "Sent again",
    "TCP segments sent again because nobody said they had arrived.",
    "tcp_resent",
    2,
)
TRACKED = _measure(
    "conntrack_percent",
    "%",
    "Tracked connections",
    "Places in use for connections the firewall keeps track of; without one no new one comes in.",
    "conntrack",
    2,
)
MEASURES = (
    *(IN, OUT, PACKETS_IN, PACKETS_OUT, ERRORS, DROPS),
    *(INTERFACE_IN, INTERFACE_OUT, INTERFACE_ERRORS, INTERFACE_DROPS, CONNECTIONS, RESENT, TRACKED),
)
# What passes through these passes through a real interface too, or never leaves the machine.
VIRTUAL = ("lo", "veth", "br-", "docker", "virbr", "ifb", "tap", "dummy", "cni", "flannel", "cali")
FIELDS = 16
MOST = 50


def read_network() -> Iterator[Total | Reading]:
    """Bytes, packets, errors and drops of all interfaces together and of each; TCP as a whole."""
    found = [(name, told) for name, told in _told() if not name.startswith(VIRTUAL)]
    sums = [sum(column) for column in zip(*(told for _, told in found), strict=True)]
    if sums:
        yield from _all(sums)
    for name, told in found[:MOST]:
        yield from _interface({"interface": name}, told)
    yield from _tcp(kernel.proc("net/snmp"))
    yield from _tracked(f"{kernel.PROC}/sys/net/netfilter/nf_conntrack")


def _told() -> Iterator[tuple[str, list[int]]]:
    """Name and counters: bytes, packets, errors, drops and four more, received and then sent."""
    for line in kernel.proc("net/dev").splitlines():
        name, colon, rest = line.rpartition(":")
        words = rest.split()
        if colon and len(words) >= FIELDS:
            yield name.strip(), [int(word) for word in words[:FIELDS]]


def _all(told: list[int]) -> Iterator[Total]:
    yield Total(IN, told[0])
    yield Total(OUT, told[8])
    yield Total(PACKETS_IN, told[1])
    yield Total(PACKETS_OUT, told[9])
    yield Total(ERRORS, told[2] + told[10])
    yield Total(DROPS, told[3] + told[11])


def _interface(labels: dict[str, str], told: list[int]) -> Iterator[Total]:
    yield Total(INTERFACE_IN, told[0], labels=labels)
    yield Total(INTERFACE_OUT, told[8], labels=labels)
    yield Total(INTERFACE_ERRORS, told[2] + told[10], labels=labels)
    yield Total(INTERFACE_DROPS, told[3] + told[11], labels=labels)


def _tcp(told: str) -> Iterator[Total | Reading]:
    """From the two lines that begin with `Tcp:`, names and then numbers."""
    rows = [line.split()[1:] for line in told.splitlines() if line.startswith("Tcp:")]
    if len(rows) != 2:
        return
    numbers = dict(zip(*rows, strict=False))
    if "CurrEstab" in numbers:
        yield Reading(CONNECTIONS, int(numbers["CurrEstab"]))
    if "RetransSegs" in numbers:
        yield Total(RESENT, int(numbers["RetransSegs"]))


def _tracked(path: str) -> Iterator[Reading]:
    used, places = kernel.number(f"{path}_count"), kernel.number(f"{path}_max")
    if used is not None and places:
        yield Reading(TRACKED, 100 * used / places)
