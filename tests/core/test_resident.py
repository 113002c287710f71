"""The resident worker: it sends its own job when none is there, runs it, and stops when told."""

import os
import threading
from signal import SIGTERM

import pytest
from redis import Redis
from rq import Queue

from webapp.core import queue, resident, standing
from webapp.core.resident import Resident, queue_of, reside

HOST = "here"


def note(host):
    """The standing job of these tests; the application notes it, and is told to stop."""
    resident_app().append(host)
    standing.Place(note, host).hold()
    os.kill(os.getpid(), SIGTERM)


def resident_app():
    from flask import current_app

    return current_app.extensions.setdefault("noted", [])


@pytest.fixture
def redis(context, redis_url):
    with Redis.from_url(redis_url) as made:
        yield made


@pytest.fixture
def stoppable(monkeypatch):
    """Lets the worker run in this process without ending it or what comes after."""
    monkeypatch.setattr(queue, "die_with_parent", lambda *_: None)
    monkeypatch.setattr(queue, "_stop", threading.Event())
    monkeypatch.setattr(resident, "dispose_engines", lambda _app: None)


def test_it_sends_its_job_while_none_is_there_and_only_then(context, redis):
    made = Resident(context, redis, note, HOST, 60)
    made.heartbeat()
    made.heartbeat()
    (job,) = Queue(queue_of(HOST), connection=redis).jobs
    assert (job.args, job.timeout) == ((HOST,), 60)


def test_it_sends_it_again_when_redis_was_wiped(context, redis):
    made = Resident(context, redis, note, HOST, 60)
    made.heartbeat()
    redis.flushdb()
    made.heartbeat()
    assert len(Queue(queue_of(HOST), connection=redis)) == 1


def test_it_runs_the_job_in_the_application_and_ends_with_a_signal(context, redis, stoppable):
    reside(context, note, HOST, 60, os.getppid(), "WARNING")
    assert context.extensions["noted"] == [HOST]
    assert queue.is_stopping()


def test_what_it_does_beside_runs_in_a_thread_that_it_waits_for(context, redis, stoppable):
    found = []

    def beside(_app):
        queue._stop.wait(10)
        found.append("ended")

    reside(context, note, HOST, 60, os.getppid(), "WARNING", (beside,))
    assert found == ["ended"]
