"""Bells: rung after the commit, heard once, harmless without Redis."""

import threading
import time

import pytest
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.factories import create_website
from webapp.core import nudges
from webapp.core.db import db


@pytest.fixture
def redis(context):
    return context.extensions["redis"]


def heard():
    return nudges.rung(["facts"])


def test_a_bell_that_was_rung_is_heard_once_however_often_it_was_rung(redis):
    nudges.ring("facts")
    nudges.ring("facts")
    assert nudges.wait(["other", "facts"], 1) == "facts"
    assert heard() == []


def wait_in_thread(app, found):
    with app.app_context():
        found.append(nudges.wait(["facts"], 5))


def test_who_waits_is_woken_at_once(context, redis):
    found = []
    thread = threading.Thread(target=wait_in_thread, args=(context, found))
    thread.start()
    began_s = time.monotonic()
    while not redis.info("clients")["blocked_clients"] and time.monotonic() < began_s + 5:
        time.sleep(0.005)
    nudges.ring("facts")
    thread.join(5)
    assert found == ["facts"]


def test_nobody_rings_in_vain_for_ever(redis):
    nudges.ring("facts")
    assert 0 < redis.ttl("watchkeeper:bell:facts") <= nudges.KEPT_S


def test_waiting_ends_without_a_bell(redis):
    assert nudges.wait(["facts"], 0.01) is None


def test_it_rings_after_the_commit_and_not_before(redis):
    nudges.ring_after_commit("facts")
    create_website()
    assert heard() == []
    db.session.commit()
    assert heard() == ["facts"]


def test_a_savepoint_that_is_released_is_no_commit(redis):
    with db.session.begin_nested():
        nudges.ring_after_commit("facts")
        create_website()
    assert heard() == []
    db.session.commit()
    assert heard() == ["facts"]


def test_what_was_rolled_back_rings_nothing(redis):
    nudges.ring_after_commit("facts")
    create_website()
    db.session.rollback()
    create_website()
    db.session.commit()
    assert heard() == []


def test_without_redis_nobody_is_woken_and_nothing_fails(context, monkeypatch):
    away = Redis(unix_socket_path="/nonexistent.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setitem(context.extensions, nudges.CONNECTION, away)
    nudges.ring("facts")
    monkeypatch.setitem(context.extensions, nudges.CONNECTION, None)
    nudges.ring("facts")  # does not even try
    monkeypatch.setitem(context.extensions, nudges.CONNECTION, away)
    with pytest.raises(RedisError):
        nudges.wait(["facts"], 0.01)
    context.extensions.pop(nudges.SILENT_UNTIL)
