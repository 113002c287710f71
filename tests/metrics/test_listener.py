"""The resident listens: what is looked for twice is told once, and trouble ends nothing."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import current_app
from redis import ConnectionError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from webapp.activity.models import ActivityEvent
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.metrics import hosts, listener
from webapp.metrics.models import Host


@pytest.fixture
def silent_host(context):
    hosts.note_host("web-1", 1, clock.now() - timedelta(seconds=60))
    db.session.commit()


@pytest.fixture
def steady(context, monkeypatch):
    """The monotonic clock, which a test sets, for a process that has not looked yet."""
    moment = {"s": 1000.0}
    current_app.extensions.pop(listener.LAST, None)
    monkeypatch.setattr(listener, "time", SimpleNamespace(monotonic=lambda: moment["s"]))
    yield moment
    current_app.extensions.pop(listener.LAST, None)


def listen_since(seconds):
    since_ms = clock.to_ms(clock.now() - timedelta(seconds=seconds))
    queue.connection().set(listener.LISTENING, since_ms)


def is_marked():
    db.session.rollback()
    return db.session.scalar(select(Host.is_silent))


def test_a_silent_host_is_noted_once_however_often_it_is_looked_for(silent_host):
    listen_since(30)
    listener.note_silent_hosts()
    listener.note_silent_hosts()
    assert is_marked()
    assert len(db.session.scalars(select(ActivityEvent)).all()) == 1


def test_after_a_pause_of_ours_nobody_is_called_silent_at_once(silent_host):
    listener.note_silent_hosts()
    assert not is_marked()
    assert 0 < queue.connection().ttl(listener.LISTENING) <= listener.ATTENTION_S


def test_it_goes_on_listening_from_where_it_began(silent_host):
    listen_since(7)
    listener.note_silent_hosts()
    listened = queue.connection().get(listener.LISTENING)
    listener.note_silent_hosts()
    assert queue.connection().get(listener.LISTENING) == listened


def test_without_redis_it_blames_nobody(silent_host, monkeypatch):
    def gone():
        raise ConnectionError

    monkeypatch.setattr(listener.queue, "connection", gone)
    listener.note_silent_hosts()
    assert not is_marked()


def test_it_looks_every_two_seconds_however_often_it_is_asked(context, steady, monkeypatch):
    looks = []
    monkeypatch.setattr(listener, "note_silent_hosts", lambda: looks.append(steady["s"]))
    for moment_s in (1000, 1000.2, 1001.9, 1002, 1002.2, 1010):
        steady["s"] = moment_s
        listener.listen()
    assert looks == [1000, 1002, 1010]


def test_a_database_that_is_away_is_logged_and_ends_nothing(context, steady, monkeypatch):
    def away():
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(listener, "note_silent_hosts", away)
    listener.listen()


def test_what_it_finds_is_kept(silent_host, steady):
    listen_since(30)
    listener.listen()
    assert is_marked()
