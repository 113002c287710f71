"""The job: how long it lasts, whom it passes on to, and how it makes room for others."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import create_website
from webapp.activity.models import ActivityEvent
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.websites import jobs
from webapp.websites.models import DowntimeWindow, Website

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


def test_ten_servers_that_close_at_once_are_down_only_when_a_reference_proves_it(
    context, site, closed_port, monkeypatch
):
    """The whole story with real sockets: ten sites fail together, without and with a reference."""
    options = {"recheck_s": 1}
    for number in range(10):
        url = f"http://127.0.0.1:{closed_port}/{number}"
        create_website(url, options=options, status="UP", check_interval=3600)
    db.session.commit()
    monkeypatch.setattr("webapp.websites.shift.PER_HOST", 20)

    def after(seconds):
        lasting = replace(context.extensions["settings"], check_shift_s=seconds)
        monkeypatch.setitem(context.extensions, "settings", lasting)
        jobs.check_shift()
        jobs.mark_unobserved()
        db.session.expire_all()
        found = db.session.scalars(select(Website.status)).all()
        return {status.value for status in found}, db.session.query(DowntimeWindow).count()

    assert after(4) == ({"UNKNOWN"}, 0)
    warnings = db.session.scalars(select(ActivityEvent.message)).all()
    assert warnings == ["The monitor may be impaired: 10 of 10 websites failed at once"]
    settings = replace(context.extensions["settings"], reference_targets=site.url("/"))
    monkeypatch.setitem(context.extensions, "settings", settings)
    jobs.mark_unobserved()
    assert after(2) == ({"DOWN"}, 10)
    assert len(db.session.scalars(select(ActivityEvent)).all()) == 11


def test_what_is_overdue_is_marked_once_however_often_the_job_runs(context):
    long_ago = clock.now() - timedelta(hours=1)
    create_website(status="UP", next_check_at=long_ago, status_since_at=long_ago)
    db.session.commit()
    assert [jobs.mark_unobserved(), jobs.mark_unobserved()] == [1, 0]
