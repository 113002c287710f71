"""Who of many does a thing."""

import pytest
from redis import Redis

from webapp.core.lease import Lease


@pytest.fixture
def redis(redis_url):
    connection = Redis.from_url(redis_url)
    connection.delete("a thing")
    yield connection
    connection.delete("a thing")


def test_one_of_two_holds_it_and_keeps_it(redis):
    one, two = Lease(redis, "a thing", 10), Lease(redis, "a thing", 10)
    assert [one.is_ours(), two.is_ours(), one.is_ours(), two.is_ours()] == [True, False] * 2


def test_each_question_renews_it(redis):
    lease = Lease(redis, "a thing", 10)
    lease.is_ours()
    redis.pexpire("a thing", 50)
    assert lease.is_ours()
    assert redis.pttl("a thing") > 9000


def test_given_back_it_is_another_s_at_once(redis):
    one, two = Lease(redis, "a thing", 10), Lease(redis, "a thing", 10)
    one.is_ours()
    one.give_back()
    assert two.is_ours()
    assert not one.is_ours()


def test_one_that_lapsed_and_was_taken_is_lost(redis):
    one, two = Lease(redis, "a thing", 10), Lease(redis, "a thing", 10)
    one.is_ours()
    redis.delete("a thing")
    assert two.is_ours()
    assert not one.is_ours()
    one.give_back()
    assert two.is_ours()


def test_one_that_lapsed_and_is_free_is_taken_again(redis):
    lease = Lease(redis, "a thing", 10)
    lease.is_ours()
    redis.delete("a thing")
    assert lease.is_ours()


@pytest.mark.parametrize("held", [True, False], ids=["with whom has it", "with nobody else"])
def test_without_redis_it_stays_where_it_is(held):
    lease = Lease(Redis(unix_socket_path="/nonexistent/redis.sock"), "a thing", 10)
    lease.held = held
    assert lease.is_ours() is held
    lease.give_back()
