"""Values as StatsD lines, in packets that fit, to a real socket."""

import socket

from webapp.client.delivery import Batch
from webapp.client.statsd import LARGEST_PACKET, StatsD, lines, packets
from webapp.client.tally import Key, Point, Tally
from webapp.metrics.statsd_sums import Sums

ORDERS = Key("custom", "orders", "", (("country", "de"), ("shop", "a|b:c,d #e")))
DEPTH = Key("queue_size", "queue_size", "")


def test_a_count_is_a_counter_and_everything_else_a_gauge():
    points = [Point(ORDERS, 3), Point(DEPTH, 7.25)]
    assert list(lines("shop", points, {ORDERS: 3})) == [
        "shop.orders:3|c|#country:de,shop:a_b_c_d__e",
        "shop.queue_size.queue_size:7.25|g",
    ]


def test_large_numbers_keep_their_digits_and_a_service_is_one_part():
    (line,) = lines("my.shop", [Point(DEPTH._replace(name="x y"), 123_456_789)], {})
    assert line == "my_shop.queue_size.x_y:123456789|g"


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
        tally = Tally(counts={Key("custom", "orders", "count"): 2})
        StatsD(*server.getsockname()).deliver(Batch("shop", 0, tally))
        assert server.recv(2000) == b"shop.orders:2|c"


def test_the_listener_of_a_watchkeeper_understands_every_line():
    listener = Sums()
    requests = Key("request", "requests", "count", (("route", "/orders/<id>"),))
    points = [Point(requests, 3), Point(DEPTH, 7), Point(ORDERS, 2)]
    for packet in packets(lines("shop", points, {requests: 3, ORDERS: 2})):
        listener.add(packet)
    found = {
        (s.key.source, s.key.metric_type, s.key.name, s.key.unit): s.value
        for s in listener.take(0, "web-1")
        if s.key.source == "shop"
    }
    assert found == {
        ("shop", "request", "requests", "count"): 3,
        ("shop", "queue_size", "queue_size", ""): 7,
        ("shop", "custom", "orders", "count"): 2,
    }
