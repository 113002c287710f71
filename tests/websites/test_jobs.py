"""The job, and how it makes room for others."""

import time
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from tests.factories import create_website
from webapp.activity.models import ActivityEvent
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.websites import jobs
from webapp.websites.models import DowntimeWindow, Website


def test_it_makes_room_and_sends_the_rest_of_its_time_behind_what_waits(context, site, monkeypatch):
    create_website(site.url("/a"))
    db.session.commit()
    monkeypatch.setattr("webapp.websites.shift.LOOK_S", 0.1)
    queue.queue("slow").enqueue(time.time)
    until = clock.to_ms(clock.now()) + 30_000
    began = time.monotonic()
    jobs.check_shift(until)
    assert time.monotonic() - began < 5
    assert site.seen == ["/a"]
    waiting = queue.queue("slow").jobs
    assert [job.func_name for job in waiting] == ["time.time", "webapp.websites.jobs.check_shift"]
    assert waiting[1].args == (until,)


def test_at_its_end_it_leaves_nothing_behind(context):
    jobs.check_shift(clock.to_ms(clock.now()) + 200)
    assert all(not queue.queue(name).count for name in queue.QUEUES)


def test_a_shift_whose_time_has_passed_ends_at_once(context, site):
    create_website(site.url("/a"))
    db.session.commit()
    jobs.check_shift(0)
    assert site.seen == []


def test_without_a_given_end_it_lasts_as_long_as_the_setting_says(context, monkeypatch):
    ends = []
    monkeypatch.setattr(jobs, "is_past", lambda moment: bool(ends.append(moment)) or True)
    jobs.check_shift()
    seconds = (ends[0] - clock.now()).total_seconds()
    assert 55 < seconds <= context.extensions["settings"].check_shift_s


def test_a_shift_of_the_timetable_brings_as_many_others_as_the_setting_says(context, monkeypatch):
    more = replace(context.extensions["settings"], check_shifts=3, check_shift_s=1)
    monkeypatch.setitem(context.extensions, "settings", more)
    jobs.check_shift()
    beside = queue.queue("checks").jobs
    assert [job.func_name for job in beside] == ["webapp.websites.jobs.check_shift"] * 2
    (until,) = {job.args[0] for job in beside}
    jobs.check_shift(until)
    assert queue.queue("checks").count == 2, "those bring no others"


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
        jobs.check_shift(clock.to_ms(clock.now()) + seconds * 1000)
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
