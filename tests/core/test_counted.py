"""The bag of counts: added up over processes, taken once, recorded again by who follows."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import ConnectionError, Redis

from webapp.client.tally import Key, Tally, Timing
from webapp.core import counted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT_MS = 1772366400000
ORDERS = Key("custom", "orders", "count", (("country", "de"), ("shop", "Ä|=,")))
WAIT = Key("task_count", "wait", "ms")


@pytest.fixture
def redis(redis_url):
    connection = Redis.from_url(redis_url)
    connection.flushall()
    yield connection
    connection.flushall()
    connection.close()


def timing(*durations):
    found = Timing()
    for ms in durations:
        found.add(ms)
    return found


def test_an_empty_bag_can_be_taken(redis):
    assert counted.take(redis, NOW) == (AT_MS, Tally())


def test_what_several_processes_counted_is_added_up(redis):
    counted.add(redis, "a", Tally({ORDERS: 2}, {WAIT: timing(1, 5)}))
    counted.add(redis, "b", Tally({ORDERS: 3.5}, {WAIT: timing(9, 0)}))
    at_ms, tally = counted.take(redis, NOW)
    assert at_ms == AT_MS
    assert tally.counts == {ORDERS: 5.5}
    found, expected = tally.timings[WAIT], timing(1, 5, 9, 0)
    assert (found.count, found.total, found.buckets) == (4, 15, expected.buckets)
    assert found.maximum == pytest.approx(9, rel=0.01)
    assert found.quantile(0.5) == pytest.approx(expected.quantile(0.5))


def test_the_same_batch_counts_once(redis):
    for _ in range(3):
        counted.add(redis, "a", Tally({ORDERS: 2}), [("other", "field", 1.5)])
    assert counted.take(redis, NOW)[1].counts == {ORDERS: 2}
    assert redis.hgetall("other") == {b"field": b"1.5"}


def test_a_bag_that_was_taken_is_found_again_until_it_is_forgotten(redis):
    counted.add(redis, "a", Tally({ORDERS: 2}))
    first = counted.take(redis, NOW)
    counted.add(redis, "b", Tally({ORDERS: 4}))
    later = NOW + timedelta(seconds=10)
    assert counted.take(redis, later) == first
    counted.forget(redis)
    assert counted.take(redis, later) == (AT_MS + 10_000, Tally({ORDERS: 4}))


def test_a_bag_that_nobody_takes_lapses(redis):
    counted.add(redis, "a", Tally({ORDERS: 2}))
    assert 0 < redis.ttl(counted.BAG) <= counted.KEPT_S


def test_nothing_is_added_for_nothing(redis):
    counted.add(redis, "a", Tally())
    assert redis.keys() == []


def test_a_redis_that_is_away_is_told(redis_url):
    gone = Redis(unix_socket_path=redis_url.removeprefix("unix://") + "-gone")
    with pytest.raises(ConnectionError):
        counted.take(gone, NOW)


def test_who_was_seen_counts_once_and_is_forgotten_in_time(redis):
    counted.note_seen(redis, "people", [1, 2, 2], NOW)
    counted.note_seen(redis, "people", [2, 3], NOW + timedelta(seconds=60))
    assert counted.seen_since(redis, "people", NOW) == 3
    assert counted.seen_since(redis, "people", NOW + timedelta(seconds=1)) == 2
    assert counted.seen_since(redis, "people", NOW) == 2
    assert counted.seen_since(redis, "nobody", NOW) == 0
