"""The job: how long it lasts, whom it passes on to, and how it makes room for others."""

import time

import pytest

from tests.factories import create_website
from webapp.core import queue
from webapp.core.db import db
from webapp.websites import jobs

SHIFT = "webapp.websites.jobs.check_shift"


@pytest.fixture
def endless(context, monkeypatch):
    """A shift that ends only for other reasons than its time."""
    monkeypatch.setattr(jobs, "is_past", lambda _moment: False)


@pytest.fixture
def over(context, monkeypatch):
    """A shift whose time is over at once; when it would have ended is noted."""
    ends = []
    monkeypatch.setattr(jobs, "is_past", lambda moment: ends.append(moment) or True)
    return ends


def names(queue_name):
    return [job.func_name for job in queue.queue(queue_name).jobs]


def test_it_makes_room_and_sends_the_next_shift_behind_what_waits(
    context, endless, site, monkeypatch
):
    create_website(site.url("/a"), check_interval=86_400)
    db.session.commit()
    monkeypatch.setattr("webapp.websites.shift.LOOK_S", 0.1)
    queue.queue("slow").enqueue(time.time)
    began = time.monotonic()
    jobs.check_shift(3)
    assert time.monotonic() - began < 5
    assert site.seen == ["/a"]
    assert names("slow") == ["time.time", SHIFT]
    assert queue.queue("slow").jobs[1].args == (3,)
    assert names("checks") == []


def test_at_its_end_it_sends_exactly_one_next_shift(over):
    jobs.check_shift(1)
    assert names("checks") == [SHIFT]
    assert queue.queue("checks").jobs[0].args == (1,)


def test_a_shift_whose_time_has_passed_checks_nothing(over, site):
    create_website(site.url("/a"), check_interval=86_400)
    db.session.commit()
    jobs.check_shift()
    assert site.seen == []


def test_it_lasts_as_long_as_the_setting_says(context, over):
    jobs.check_shift()
    assert (over[0] - jobs.clock.now()).total_seconds() == pytest.approx(
        context.extensions["settings"].check_shift_s, abs=2
    )


def test_a_worker_that_stops_leaves_the_place_to_another(context, endless, monkeypatch):
    monkeypatch.setattr(queue, "is_stopping", lambda: True)
    jobs.check_shift()
    assert all(not queue.queue(name).count for name in queue.QUEUES)
    assert context.extensions["redis"].keys("watchkeeper:standing:*") == []
