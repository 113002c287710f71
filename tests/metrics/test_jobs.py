"""The periodic jobs of metrics, each run twice."""

from datetime import timedelta

import pytest
from redis import ConnectionError
from sqlalchemy import select

from webapp.activity.models import ActivityEvent
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.metrics import hosts, jobs
from webapp.metrics.models import Host


@pytest.fixture
def silent_host(context):
    hosts.note_host("web-1", 1, clock.now() - timedelta(seconds=60))
    db.session.commit()


def listen_since(seconds):
    since_ms = clock.to_ms(clock.now() - timedelta(seconds=seconds))
    queue.connection().set(jobs.LISTENING, since_ms)


def is_marked():
    db.session.rollback()
    return db.session.scalar(select(Host.is_silent))


def test_a_silent_host_is_noted_once_however_often_the_job_runs(silent_host):
    listen_since(30)
    jobs.note_silent_hosts()
    jobs.note_silent_hosts()
    assert is_marked()
    assert len(db.session.scalars(select(ActivityEvent)).all()) == 1


def test_after_a_pause_of_ours_nobody_is_called_silent_at_once(silent_host):
    jobs.note_silent_hosts()
    assert not is_marked()
    assert 0 < queue.connection().ttl(jobs.LISTENING) <= jobs.ATTENTION_S


def test_the_job_goes_on_listening_from_where_it_began(silent_host):
    listen_since(7)
    jobs.note_silent_hosts()
    listened = queue.connection().get(jobs.LISTENING)
    jobs.note_silent_hosts()
    assert queue.connection().get(jobs.LISTENING) == listened


def test_without_redis_it_blames_nobody(silent_host, monkeypatch):
    def gone():
        raise ConnectionError

    monkeypatch.setattr(jobs.queue, "connection", gone)
    jobs.note_silent_hosts()
    assert not is_marked()
