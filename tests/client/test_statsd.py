"""Values as StatsD lines, in packets that fit, to a real socket."""

import socket

from webapp.client.delivery import Batch
from webapp.client.statsd import LARGEST_PACKET, StatsD, lines, packets
from webapp.client.tally import Key, Point, Tally

ORDERS = Key("custom", "orders", "", (("country", "de"), ("shop", "a|b:c,d #e")))
DEPTH = Key("queue_size", "queue_size", "")


def test_a_count_is_a_counter_and_everything_else_a_gauge():
    points = [Point(ORDERS, 3), Point(DEPTH, 7.25)]
    assert list(lines("shop", points, {ORDERS: 3})) == [
        "shop.orders:3|c|#country:de,shop:a_b_c_d__e",
        "shop.queue_size:7.25|g",
    ]


def test_packets_carry_as_many_lines_as_fit_and_none_is_cut():
    found = [f"line-{number}:1|c" for number in range(400)]
    sent = list(packets(found))
    assert 1 < len(sent) < 10
    assert max(map(len, sent)) <= LARGEST_PACKET
    assert b"\n".join(sent).decode().split("\n") == found
    assert list(packets([])) == []


def test_a_batch_arrives_at_a_socket():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        tally = Tally(counts={DEPTH._replace(name="orders"): 2})
        StatsD(*server.getsockname()).deliver(Batch("shop", 0, tally))
        assert server.recv(2000) == b"shop.orders:2|c"
