"""A whole shift against real sites, on both databases."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select

from tests.factories import create_website
from tests.websites.sites import wait_until
from webapp.core import clock, queue
from webapp.core.db import db
from webapp.websites import actions, claims, jobs, shift
from webapp.websites.models import MonitorCheck, MonitorStatus, Website
from webapp.websites.shift import Crowd, Shift

ROOT = Path(__file__).parents[2]


def settings(app):
    return app.extensions["settings"]


def drive(app, is_over, **options):
    made = Shift(settings(app), **options)
    try:
        made.drive(is_over)
    finally:
        made.close()


def in_seconds(seconds):
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() >= ends


def checks(status=None):
    db.session.rollback()
    query = select(func.count(MonitorCheck.id))
    return db.session.scalar(query.where(MonitorCheck.status == status) if status else query)


def test_a_shift_checks_what_is_due_and_records_it(context, site, closed_port):
    create_website(site.url("/a"), check_interval=86_400)
    create_website(f"http://127.0.0.1:{closed_port}/", check_interval=86_400)
    create_website(site.url("/paused"), is_active=False)
    db.session.commit()
    drive(context, in_seconds(0.3))
    assert (checks(MonitorStatus.UP), checks(MonitorStatus.DOWN)) == (1, 1)
    assert site.seen == ["/a"]
    assert db.session.scalar(select(func.count()).where(Website.claimed_until.is_not(None))) == 0


def test_a_website_is_checked_at_every_slot_and_on_time(context, site):
    create_website(site.url("/a"), check_interval=1)
    db.session.commit()
    drive(context, in_seconds(4.2))
    made = db.session.scalars(select(MonitorCheck).order_by(MonitorCheck.checked_at)).all()[1:]
    assert 4 <= len(made) <= 5
    assert max(check.late_ms for check in made) < 900
    slots = [check.checked_at - timedelta(milliseconds=check.late_ms) for check in made]
    for earlier, later in pairwise(slots):
        assert abs(later - earlier - timedelta(seconds=1)) < timedelta(milliseconds=2)


def test_a_slow_site_delays_no_other_and_is_finished_after_the_shift(context, site):
    create_website(site.url("/slow"), timeout=2, check_interval=86_400)
    for number in range(20):
        create_website(site.url(f"/{number}"), check_interval=86_400)
    db.session.commit()
    made = Shift(settings(context))
    counts = []
    ends = in_seconds(1)
    made.drive(lambda: counts.append(checks()) or ends())
    made.close()
    assert max(counts) == 20
    assert checks() == 21
    assert checks(MonitorStatus.DOWN) == 1


def test_a_stopping_worker_gives_back_what_it_had_begun(context, site, monkeypatch):
    create_website(site.url("/slow"), check_interval=86_400)
    db.session.commit()
    monkeypatch.setattr(queue, "is_stopping", lambda: "/slow" in site.seen)
    began = time.monotonic()
    drive(context, lambda: queue.is_stopping())
    assert time.monotonic() - began < 3
    assert checks() == 0
    now = clock.now()
    assert len(claims.claim_due(now, now, 10)) == 1


def test_two_shifts_share_the_websites_and_check_none_twice(context, site):
    for number in range(40):
        create_website(site.url(f"/{number}"), check_interval=86_400)
    db.session.commit()

    def work():
        with context.app_context():
            drive(context, in_seconds(1.5))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(site.seen) == sorted(f"/{n}" for n in range(40))
    assert checks() == 40


def test_a_database_away_for_a_moment_loses_nothing(context, site, monkeypatch):
    create_website(site.url("/a"), check_interval=86_400)
    db.session.commit()
    real, failures = claims.record, []

    def record(outcomes, now):
        if len(failures) < 2:
            failures.append(1)
            raise shift.OperationalError("UPDATE", {}, Exception("the server closed"))
        return real(outcomes, now)

    monkeypatch.setattr(claims, "record", record)
    drive(context, in_seconds(2))
    assert len(failures) == 2
    assert checks(MonitorStatus.UP) == 1


def test_what_piled_up_while_the_database_was_away_is_stored_in_batches(context, site, monkeypatch):
    monkeypatch.setattr(shift, "BATCH", 3)
    for number in range(10):
        create_website(site.url(f"/{number}"), check_interval=86_400)
    db.session.commit()
    real, sizes = claims.record, []

    def record(outcomes, now):
        if outcomes and len(site.seen) < 10:
            raise shift.OperationalError("UPDATE", {}, Exception("the server closed"))
        sizes.append(len(outcomes))
        return real(outcomes, now)

    monkeypatch.setattr(claims, "record", record)
    drive(context, in_seconds(4))
    assert checks(MonitorStatus.UP) == 10
    assert max(sizes) == 3


def test_a_long_check_keeps_its_claim(context, site, monkeypatch):
    monkeypatch.setattr(claims, "LEASE", timedelta(seconds=1))
    create_website(site.url("/slow"), timeout=3, check_interval=86_400)
    db.session.commit()
    made = Shift(settings(context))
    stolen = []
    ends = in_seconds(2.5)

    def is_over():
        now = clock.now()
        if site.seen:
            stolen.extend(claims.claim_due(now, now, 10))
            db.session.rollback()
        return ends()

    made.drive(is_over)
    made.close()
    assert stolen == []
    assert checks(MonitorStatus.DOWN) == 1


SCRIPT = """
from webapp.app import create_app
from webapp.websites.jobs import check_shift
app = create_app()
with app.app_context():
    check_shift()
"""


def test_a_killed_shift_is_taken_over_and_loses_nothing_it_had_finished(context, site, monkeypatch):
    create_website(site.url("/good"), check_interval=86_400)
    create_website(site.url("/slow"), check_interval=86_400, timeout=60)
    db.session.commit()
    own = settings(context)
    environment = os.environ | {
        "DATABASE_URL": own.database_url,
        "REDIS_URL": own.redis_url,
        "DATA_DIR": str(own.data_dir),
        "SECRET_KEY": own.secret_key,
        "ENCRYPTION_KEY": own.encryption_key,
    }
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment)
    try:
        wait_until(lambda: checks() == 1 and "/slow" in site.seen, 30)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    now = clock.now()
    assert claims.claim_due(now, now, 10) == []
    db.session.rollback()
    site.release.set()
    later = now + claims.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    drive(context, in_seconds(0.6))
    assert checks(MonitorStatus.UP) == 2
    assert site.seen.count("/good") == 1


class TestCrowd:
    def test_only_a_wait_seen_twice_counts(self, context, monkeypatch):
        waits, moments = [True, False, True, True], iter(range(1, 100))
        monkeypatch.setattr(shift.time, "monotonic", lambda: float(next(moments)))
        monkeypatch.setattr(queue, "waiting_elsewhere", lambda own: waits.pop(0))
        crowd = Crowd()
        assert [crowd.look() for _ in range(4)] == [False, False, False, True]

    def test_a_queue_that_does_not_answer_is_no_reason_to_stop(self, context, monkeypatch):
        def fail(own):
            raise shift.RedisError("away")

        moments = iter(range(1, 100))
        monkeypatch.setattr(shift.time, "monotonic", lambda: float(next(moments)))
        monkeypatch.setattr(queue, "waiting_elsewhere", fail)
        crowd = Crowd()
        assert not any(crowd.look() for _ in range(4))


def test_a_request_is_answered_within_seconds(context, site):
    made = create_website(
        site.url("/a"), check_interval=86_400, next_check_at=clock.now() + timedelta(hours=1)
    )
    db.session.commit()
    actions.request_check(made, clock.now())
    db.session.commit()
    drive(context, in_seconds(1))
    assert checks() == 1
    db.session.refresh(made)
    assert made.check_requested_at is None


def test_the_job_may_be_run_twice_and_late(context, site, monkeypatch):
    create_website(site.url("/a"), check_interval=86_400)
    db.session.commit()
    short = replace(context.extensions["settings"], check_shift_s=1)
    monkeypatch.setitem(context.extensions, "settings", short)
    for number in (0, 0, 1):
        jobs.check_shift(number)
    assert checks() == 1
