"""Batches on their way to a StatsD server, over UDP: what is lost on the way is lost.

Labels travel as tags of the DogStatsD form.
"""

import re
import socket
from collections.abc import Iterable, Iterator

from .delivery import Batch
from .tally import CUSTOM, Key, Point

LARGEST_PACKET = 1400
UNSAFE = re.compile(r"[:|@#,\s]")


class StatsD:
    """A StatsD server."""

    def __init__(self, host: str, port: int) -> None:
        self.address = (host, port)

    def deliver(self, batch: Batch) -> None:
        """Send the batch's values, as many to a packet as fit."""
        found = socket.getaddrinfo(*self.address, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, address = found[0]
        counts = batch.tally.counts
        with socket.socket(family, kind, protocol) as sender:
            sender.settimeout(batch.patience_s)
            for packet in packets(lines(batch.service, batch.points, counts)):
                sender.sendto(packet, address)


def lines(service: str, points: Iterable[Point], counts: Iterable[Key]) -> Iterator[str]:
    """One line for each value: a counter where it is in `counts`, else a gauge.

    The name is `service.name`, and `service.type.name` where the type is not custom.
    """
    for key, value in points:
        kind = "c" if key in counts else "g"
        tags = ",".join(f"{name}:{UNSAFE.sub('_', given)}" for name, given in key.labels)
        parts = [service.replace(".", "_"), key.metric_type, key.name]
        name = ".".join(part for part in parts if part != CUSTOM)
        yield f"{UNSAFE.sub('_', name)}:{value:.15g}|{kind}" + (f"|#{tags}" if tags else "")


def packets(found: Iterable[str]) -> Iterator[bytes]:
    """The lines, as many to a packet as fit."""
    packet = b""
    for line in found:
        encoded = line.encode()
        if packet and len(packet) + 1 + len(encoded) > LARGEST_PACKET:
            yield packet
            packet = b""
        packet = packet + b"\n" + encoded if packet else encoded
    if packet:
        yield packet
