"""Sums: what is sent of what happened, and quantiles that agree with the server's own."""

import random

import pytest

from webapp.client.tally import FAILED, GAMMA, Key, Point, Tally, Timing, type_of
from webapp.core import sketch

WAIT = Key("custom", "wait", "ms")
ORDERS = Key("custom", "orders", "count")


def request(route, status):
    return Key("request", "requests", "requests", (("route", route), ("status", status)))


def taken(route):
    return Key("response_time", "response_time", "ms", (("route", route),))


def timing(*durations):
    found = Timing()
    for ms in durations:
        found.add(ms)
    return found


def values(tally):
    return {(p.key.name, p.key.labels): p.value for p in tally.points()}


@pytest.mark.parametrize(
    ("name", "given", "found"),
    [
        ("queue_size", None, "queue_size"),
        ("task_count", None, "task_count"),
        ("orders", None, "custom"),
        ("orders", "task_count", "task_count"),
        ("queue_size", "custom", "custom"),
    ],
)
def test_a_name_that_is_a_type_is_of_that_type(name, given, found):
    assert type_of(name, given) == found


def test_an_empty_tally_sends_nothing():
    assert Tally().points() == []
    assert Tally().series == 0


def test_counts_and_levels_are_sent_as_they_are():
    depth = Key("queue_size", "queue_size", "", (("queue", "mail"),))
    tally = Tally(counts={ORDERS: 3}, levels={depth: 7.5})
    assert tally.points() == [Point(ORDERS, 3), Point(depth, 7.5)]


def test_times_are_sent_as_mean_quantiles_and_maximum():
    found = values(Tally(timings={WAIT: timing(*range(1, 101))}))
    assert found["wait_ms", ()] == 50.5
    assert found["wait_p50_ms", ()] == pytest.approx(50, rel=0.03)
    assert found["wait_p95_ms", ()] == pytest.approx(95, rel=0.03)
    assert found["wait_max_ms", ()] == 100
    assert len(found) == 4


@pytest.mark.parametrize("ms", [0.0, -3.0, 1e-9, 0.5, 12.0, 3.6e6])
def test_one_time_is_its_own_mean_median_and_maximum(ms):
    found = values(Tally(timings={WAIT: timing(ms)}))
    assert found["wait_p50_ms", ()] == pytest.approx(max(ms, 0), rel=0.02, abs=0.001)
    assert found["wait_max_ms", ()] == pytest.approx(max(ms, 0), abs=0.001)


def test_the_response_time_of_all_routes_and_the_share_of_failures_are_added():
    tally = Tally(
        counts={request("/a", "2xx"): 6, request("/a", "5xx"): 1, request("/b", "4xx"): 1},
        timings={taken("/a"): timing(*[10] * 7), taken("/b"): timing(90)},
    )
    found = values(tally)
    assert found["response_time_ms", ()] == 20
    assert found["response_time_ms", (("route", "/a"),)] == 10
    assert found["response_time_max_ms", ()] == 90
    assert found["error_rate_percent", ()] == 12.5
    assert FAILED[0] == "status"


def test_without_requests_there_is_no_share_of_failures():
    assert "error_rate_percent" not in {name for name, _ in values(Tally(counts={ORDERS: 1}))}


def test_what_found_no_room_is_told():
    assert values(Tally(dropped=4)) == {("client_dropped", ()): 4}


def test_the_next_tally_ends_each_line_at_zero_once():
    second = Tally(counts={ORDERS: 3}, timings={WAIT: timing(1)}).next()
    assert (second.counts, second.timings) == ({ORDERS: 0}, {})
    assert second.next().series == 0


def test_two_tallies_put_together_have_the_quantiles_of_all():
    one, other, both = timing(1, 2, 3), timing(40, 50), timing(1, 2, 3, 40, 50)
    one.merge(other)
    assert (one.count, one.total, one.maximum) == (both.count, both.total, both.maximum)
    assert one.buckets == both.buckets


def test_quantiles_are_those_of_the_servers_sketch():
    draw = random.Random(4)
    durations = [draw.lognormvariate(2, 1.5) for _ in range(2000)]
    ours, theirs = timing(*durations), sketch.Sketch(durations)
    assert GAMMA == sketch.GAMMA
    assert ours.buckets == theirs.buckets
    for share in (0, 0.5, 0.95, 0.99):
        assert ours.quantile(share) == pytest.approx(theirs.quantile(share))
    assert ours.quantile(1) <= max(durations)
